"""Rules that a row breaks by itself: codes, areas, periods, keys, values, notes."""

import dataclasses
from datetime import date
from decimal import Decimal

import pytest

from hub.returns import Finding, Reported, Severity
from hub.validation import validate
from hub.validation.codes import LOOKS
from hub.vocabulary import Vocabulary
from hub.vocabulary.rows import Area
from tests.factory import COUNTY, DISTRICT, ELSEWHERE, reported, return_of, words

WORDS = words()
TODAY = date(2020, 1, 1)


def check(*observations: Reported, today: date = TODAY, **changes: str) -> tuple[Finding, ...]:
    return validate(return_of(*observations, **changes), WORDS, today=today)


def codes(*observations: Reported, today: date = TODAY, **changes: str) -> list[str]:
    return [item.code for item in check(*observations, today=today, **changes)]


def test_a_sound_return_has_no_findings() -> None:
    assert check(reported()) == ()
    assert check(reported(value=0)) == ()
    assert check(reported(value=None, status="x", reason="NOT_SHARED")) == ()
    assert check(reported(value=None, status="z", reason="NO_SERVICE")) == ()
    assert check(reported(breakdown={"RISK": "HIGH"})) == ()
    assert check(reported("POL_STATED_PC", "49.65", base=141)) == ()


# Codes


def test_unknown_words_are_named_with_the_nearest_and_not_repeated() -> None:
    (found,) = check(reported("POL_DA_CRIMES"))
    assert (found.code, found.row, found.column) == ("UNKNOWN_INDICATOR", 2, "indicator")
    assert found.allowed is not None
    assert "POL_DA_CRIME" in found.allowed
    assert "POL_DA_CRIMES" not in found.message
    (found,) = check(reported(breakdown={"RISK": "HIHG"}))
    assert (found.code, found.column) == ("UNKNOWN_CATEGORY", "RISK")
    assert found.allowed == "HIGH, MEDIUM, STANDARD"
    assert "Nearest: HIGH" in found.message
    assert codes(reported(breakdown={"RSIK": "HIGH"})) == ["UNKNOWN_DIMENSION"]
    assert codes(reported(value=None, status="x", reason="BECAUSE")) == ["UNKNOWN_REASON"]


def test_a_finding_on_json_points_at_the_field() -> None:
    item = reported("RUBBISH", row=0, pointer="/observations/0")
    assert check(item)[0].pointer == "/observations/0/indicator"
    item = reported(breakdown={"RISK": "RUBBISH"}, row=0, pointer="/observations/0")
    assert check(item)[0].pointer == "/observations/0/breakdown/RISK"


def test_words_must_belong_together() -> None:
    assert codes(reported("CPS_CASE")) == ["INDICATOR_DATASET"]
    assert codes(reported("POL_DA_TOTAL_PC", 49)) == ["INDICATOR_DERIVED"]
    assert codes(reported("POL_DA_INCIDENT", breakdown={"SEX": "F"})) == ["DIMENSION_INDICATOR"]
    assert codes(reported(value=None, status="x", reason="NO_SERVICE")) == ["REASON_STATUS"]
    assert codes(reported(reason="NOT_SHARED")) == ["REASON_STATUS"]


def test_the_agency_must_be_of_a_kind_that_returns_the_dataset() -> None:
    assert codes(reported(), agency="CPS_EAST") == ["AGENCY_DATASET"]
    assert codes(reported(), agency="RUBBISH")[:1] == ["UNKNOWN_AGENCY"]
    assert codes(reported(), dataset="POLICE_RECORD")[:1] == ["UNKNOWN_DATASET"]


def test_an_empty_return_is_a_nil_return_that_must_be_explained() -> None:
    (found,) = check()
    assert (found.code, found.severity) == ("NIL_RETURN", Severity.QUERY)
    (found,) = check(note="No meeting was held.")
    assert (found.code, found.severity) == ("NIL_RETURN", Severity.NOTICE)


# Areas


def test_areas_are_known_and_within_reach_and_of_the_right_level() -> None:
    assert codes(reported(area="E07000999")) == ["UNKNOWN_AREA"]
    assert codes(reported(area=ELSEWHERE)) == ["AREA_REACH"]
    assert codes(reported("POL_DISTRICT_ONLY", area=COUNTY)) == ["AREA_LEVEL"]
    assert codes(reported("POL_DISTRICT_ONLY", area=DISTRICT)) == []


def test_what_may_stand_for_an_area_is_said() -> None:
    words = _with_area(WORDS.areas[DISTRICT].model_copy(update={"name": "Three Rivers"}))
    for wrong in ("Three rivers", DISTRICT.lower(), "E0700102"):
        (found,) = validate(return_of(reported(area=wrong)), words, today=TODAY)
        assert found.allowed is not None
        assert found.allowed.split(", ")[0] == DISTRICT
    for item in (reported(area="zzz"), reported(area=ELSEWHERE)):
        (found,) = check(item)
        assert {DISTRICT, COUNTY} <= set((found.allowed or "").split(", "))


def test_swapped_columns_are_called_that() -> None:
    first, second = check(reported(DISTRICT, area="POL_DA_CRIME"))
    assert "swapped" in first.message
    assert "swapped" in second.message
    assert "POL_DA_CRIME" in (first.allowed or "").split(", ")


def test_the_nearest_is_looked_for_a_limited_number_of_times() -> None:
    found = check(*(reported(f"POL_DA_CRIME{number}") for number in range(LOOKS + 5)))
    named = [item for item in found if item.message.startswith("The indicator is not known. N")]
    assert len(named) == LOOKS


def test_an_area_that_ended_or_had_not_begun_is_refused() -> None:
    old = WORDS.areas[DISTRICT].model_copy(
        update={"valid_to": date(2016, 12, 31), "successor": "E07009999"}
    )
    young = WORDS.areas[DISTRICT].model_copy(update={"valid_from": date(2018, 1, 1)})
    for area, allowed in ((old, "E07009999"), (young, None)):
        changed = _with_area(area)
        (found,) = validate(return_of(reported()), changed, today=TODAY)
        assert (found.code, found.allowed) == ("AREA_DATES", allowed)


def _with_area(area: Area) -> Vocabulary:
    return dataclasses.replace(WORDS, areas={**WORDS.areas, area.code: area})


# Periods


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("Q1", "CY2017-Q1 or FY2017-18-Q1"),
        ("2024-Q1", "CY2024-Q1 or FY2024-25-Q1"),
        ("2017", "CY2017 or FY2017-18 or FY2016-17"),
        ("2017/18", "FY2017-18"),
        ("2017-18", "FY2017-18"),
    ],
)
def test_bare_periods_are_refused_with_the_readings(text: str, readings: str) -> None:
    (found,) = check(reported(period=text))
    assert (found.code, found.column) == ("PERIOD_FORMAT", "period")
    assert readings in found.message
    assert repr(text) not in found.message
    (found,) = check(reported(), period=text)
    assert (found.code, found.row) == ("PERIOD_FORMAT", None)


def test_an_observation_does_not_show_its_figures_in_its_repr() -> None:
    item = reported(value=Decimal(48151), base=Decimal(62342), note="Seen 77331.")
    shown = f"{item!r} {item} {return_of(item)!r}"
    assert not any(figure in shown for figure in ("48151", "62342", "77331"))
    assert "E07000102" in repr(item)


def test_periods_fit_their_indicator_and_their_return() -> None:
    assert codes(reported("POL_YEARLY", period="2017-05")) == ["PERIOD_INDICATOR"]
    assert codes(reported(period="2017-05")) == []
    assert codes(reported(period="CY2016")) == ["PERIOD_OUTSIDE"]
    assert codes(reported(period="FY2017-18")) == ["PERIOD_OUTSIDE"]
    assert codes(reported(period="2017-12/2018-01")) == ["PERIOD_OUTSIDE"]


def test_windows_that_reach_back_belong_to_the_month_they_end_in() -> None:
    assert codes(reported(period="R12-2017-03")) == []
    assert codes(reported(period="YTD-2017-02")) == []
    assert codes(reported(period="R12-2016-12")) == ["PERIOD_OUTSIDE"]
    assert codes(reported(period="R12-2018-01")) == ["PERIOD_OUTSIDE"]


def test_a_period_that_is_not_over_is_refused() -> None:
    assert codes(reported(), today=date(2017, 12, 31)) == ["PERIOD_FUTURE"]
    assert codes(reported(), today=date(2018, 1, 1)) == []
    assert codes(reported(period="2017-05"), today=date(2017, 5, 31)) == ["PERIOD_FUTURE"]


def test_targets_look_ahead_and_snapshots_may_lie_elsewhere() -> None:
    assert codes(reported("POL_TARGET", period="CY2019"), today=date(2018, 1, 1)) == []
    assert codes(reported("POL_POPULATION", period="CY2011")) == []
    assert codes(reported("POL_POPULATION", period="CY2025")) == ["PERIOD_FUTURE"]


def test_the_return_itself_is_for_a_kind_of_period_of_its_dataset() -> None:
    dataset = WORDS.datasets["POLICE_RECORDS"].model_copy(update={"period_kinds": ("FY",)})
    changed = dataclasses.replace(WORDS, datasets={**WORDS.datasets, "POLICE_RECORDS": dataset})
    (found,) = validate(return_of(reported()), changed, today=TODAY)
    assert (found.code, found.row) == ("PERIOD_DATASET", None)


# Keys


def test_a_repeated_address_names_both_rows() -> None:
    first, second = reported(row=2), reported(value=5, row=7)
    (found,) = check(first, second)
    assert (found.code, found.row) == ("DUPLICATE_KEY", 7)
    assert "row 2" in found.message
    assert codes(first, reported(breakdown={"RISK": "HIGH"})) == []


def test_a_repeated_address_counts_also_when_one_holds_a_status() -> None:
    item = reported(value=None, status="x", reason="NOT_SHARED", row=3)
    assert codes(reported(row=2), item) == ["DUPLICATE_KEY"]


# Values


def test_exactly_one_of_value_and_status() -> None:
    assert codes(reported(value=None)) == ["VALUE_OR_STATUS"]
    assert codes(reported(status="x", reason="NOT_SHARED")) == ["VALUE_OR_STATUS"]


def test_a_status_without_reason_is_noticed() -> None:
    for status in "xz":
        (found,) = check(reported(value=None, status=status))
        assert (found.code, found.severity) == ("REASON_MISSING", Severity.NOTICE)


@pytest.mark.parametrize("value", ["5.5", "617.0"])
def test_counts_are_whole(value: str) -> None:
    assert codes(reported(value=value)) == ["VALUE_FRACTION"]


def test_counts_are_not_negative() -> None:
    assert codes(reported(value=-1)) == ["VALUE_NEGATIVE"]
    assert codes(reported("POL_STATED_PC", "-16.5", base=10)) == ["VALUE_NEGATIVE"]


def test_a_percent_cannot_hold_a_count() -> None:
    assert codes(reported("POL_STATED_PC", 104, base=629)) == ["PERCENT_RANGE"]
    assert codes(reported("POL_STATED_PC", 100, base=629)) == []


def test_stated_figures_need_their_base_and_counts_have_none() -> None:
    assert codes(reported("POL_STATED_PC", "49.6")) == ["BASE_MISSING"]
    (found,) = check(reported("POL_STATED_MEAN", "2.5"))
    assert (found.code, found.severity) == ("BASE_MISSING", Severity.QUERY)
    assert codes(reported(base=10)) == ["BASE_UNEXPECTED"]
    assert codes(reported("POL_STATED_PC", None, status="x", reason="NOT_SHARED", base=1)) == [
        "BASE_UNEXPECTED"
    ]
    assert codes(reported("POL_STATED_PC", "50", base="10.5")) == ["BASE_WHOLE"]
    assert codes(reported("POL_STATED_PC", "50", base=0)) == ["BASE_ZERO"]


# Notes


@pytest.mark.parametrize(
    "note",
    [
        "ask someone@example.org",
        "call 01923 000 000",
        "NHS 943 476 5919",
        "It was 943 476 5919.",
        "See No.9434765919 for it",
        "AB 12 34 56 C",
        "lives in WD3 1RL",
        "date of birth missing",
        "see 12/03/2017",
        "ref 123456789012",
        "PNC 2003/0012345X",
        "crime 41AB/123456/23",
        "pseudonym 9f86d081884c7d65",
        "case 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "key mJ7x2Kp9Qw4Rt6Yb8Nc1Vd3Za5",
        "sent as c2hvcnQgdGV4dCBhYm91dA==",
    ],
)
def test_notes_that_point_at_a_person_are_refused_without_repeating_them(note: str) -> None:
    found = check(reported(note=note))
    assert "NOTE_PERSONAL" in [item.code for item in found]
    assert all(note not in item.message for item in found)
    assert "NOTE_PERSONAL" in codes(reported(), note=note)


@pytest.mark.parametrize(
    "note",
    [
        "Counts of 2016/17 and 2017/18 were revised.",
        "The 11,022 contacts of May to December; April is missing.",
        "Census 2011, table KS101EW.",
        "See E07000102 and R12-2024-03.",
        "All 1270 records, 617 + 653.",
        "POL_ALL_CRIME_GAP10_TARGET and CSM_CONTACT_REPEAT_6M were checked.",
        "See https://example.org/2023/annual-report-of-the-partnership.",
    ],
)
def test_ordinary_notes_pass(note: str) -> None:
    assert codes(reported(note=note)) == []


def test_notes_are_short() -> None:
    assert codes(reported(note="a" * 500)) == []
    assert codes(reported(note="a" * 501)) == ["NOTE_LENGTH"]


# All together


def test_every_finding_is_given_and_errors_come_first() -> None:
    found = check(
        reported(value=None, status="x", row=2),
        reported("RUBBISH", row=3),
        reported(area=ELSEWHERE, value=None, row=4),
    )
    assert [(item.code, item.row) for item in found] == [
        ("UNKNOWN_INDICATOR", 3),
        ("AREA_REACH", 4),
        ("VALUE_OR_STATUS", 4),
        ("REASON_MISSING", 2),
    ]
