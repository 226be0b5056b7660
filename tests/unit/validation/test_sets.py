"""Rules on rows together: parts and wholes, relations, periods, areas, percents."""

import time
from datetime import date

import pytest

from hub.returns import Finding, Reported, Severity, past_of
from hub.validation import validate
from hub.vocabulary import vocabulary
from tests.factory import COUNTY, DISTRICT, NEIGHBOUR, indicator, reported, return_of, words

WORDS = words()
TODAY = date(2020, 1, 1)


def check(*observations: Reported) -> tuple[Finding, ...]:
    return validate(return_of(*observations), WORDS, today=TODAY)


def codes(*observations: Reported) -> list[str]:
    return [item.code for item in check(*observations)]


def risks(*values: int, total: int = 10) -> list[Reported]:
    grades = zip(("HIGH", "MEDIUM", "STANDARD"), values, strict=False)
    parts = [reported(value=value, breakdown={"RISK": grade}) for grade, value in grades]
    return [reported(value=total), *parts]


# Parts and wholes


def test_categories_of_a_partition_sum_to_the_total() -> None:
    assert codes(*risks(2, 3, 5)) == []
    assert codes(*risks(2, 3, 6)) == ["PARTS_EXCEED"]
    assert codes(*risks(11)) == ["PARTS_EXCEED"]
    assert codes(*risks(2, 3, 4)) == ["PARTS_MISMATCH"]


def test_parts_that_fall_short_are_asked_about_unless_one_is_withheld() -> None:
    (found,) = check(*risks(2, 3))
    assert (found.code, found.severity) == ("PARTS_SHORT", Severity.QUERY)
    withheld = reported(value=None, status="x", reason="NOT_SHARED", breakdown={"RISK": "STANDARD"})
    assert codes(*risks(2, 3), withheld) == []
    assert codes(*risks(2)) == []


def test_parts_without_a_total_are_left_alone() -> None:
    assert codes(*risks(2, 3, 5)[1:]) == []


def test_each_cut_of_a_cross_table_is_checked_against_its_own_total() -> None:
    women = reported(value=4, breakdown={"SEX": "F"})
    high = reported(value=5, breakdown={"SEX": "F", "RISK": "HIGH"})
    assert codes(reported(value=10), women, high) == ["PARTS_EXCEED"]


def test_options_of_a_multi_select_may_sum_to_more_but_each_is_within_its_base() -> None:
    total = reported("POL_DA_TOTAL", 10)

    def option(code: str, value: int) -> Reported:
        return reported("POL_DA_TOTAL", value, breakdown={"NEED": code})

    assert codes(total, option("HOUSING", 9), option("MONEY", 10)) == []
    assert codes(total, option("HOUSING", 11)) == ["OPTION_EXCEEDS"]


# Relations


def test_identities_hold() -> None:
    crime, incident = reported(value=617), reported("POL_DA_INCIDENT", 653)
    assert codes(crime, incident, reported("POL_DA_TOTAL", 1270)) == []
    (found,) = check(crime, incident, reported("POL_DA_TOTAL", 1271))
    assert (found.code, found.severity) == ("RELATION_BROKEN", Severity.ERROR)
    assert "POL_DA_CRIME + POL_DA_INCIDENT equals POL_DA_TOTAL" in found.message
    assert "127" not in found.message
    assert codes(crime, reported("POL_DA_TOTAL", 600)) == ["RELATION_BROKEN"]
    assert codes(crime, reported("POL_DA_TOTAL", 620)) == []
    assert codes(reported("POL_CLIENT", 21), reported("POL_DA_TOTAL", 20)) == ["RELATION_BROKEN"]
    assert codes(reported("POL_CLIENT", 20), reported("POL_DA_TOTAL", 20)) == []
    assert codes(reported("POL_CLIENT", 5), reported("POL_DA_TOTAL", 20)) == []


def test_identities_hold_in_each_place_alone() -> None:
    total = reported("POL_DA_TOTAL", 5, area=NEIGHBOUR)
    assert codes(reported(value=617), total) == []


# Periods


def quarters(code: str, *values: int) -> list[Reported]:
    return [
        reported(code, value, period=f"CY2017-Q{number}") for number, value in enumerate(values, 1)
    ]


def test_a_year_agrees_with_its_quarters() -> None:
    assert codes(reported(value=10), *quarters("POL_DA_CRIME", 1, 2, 3, 4)) == []
    (found,) = check(reported(value=11), *quarters("POL_DA_CRIME", 1, 2, 3, 4))
    assert (found.code, found.severity) == ("TIME_MISMATCH", Severity.QUERY)
    assert codes(reported(value=11), *quarters("POL_DA_CRIME", 1, 2, 3)) == []


def test_distinct_people_are_bounded_by_their_quarters() -> None:
    parts = quarters("POL_CLIENT", 48, 27, 30, 51)
    assert codes(reported("POL_CLIENT", 118), *parts) == []
    assert codes(reported("POL_CLIENT", 157), *parts) == ["TIME_DISTINCT"]
    assert codes(reported("POL_CLIENT", 50), *parts) == ["TIME_DISTINCT"]


def cumulative(*values: int) -> list[Reported]:
    return [
        reported(value=value, period=f"YTD-2017-{month:02d}", row=month)
        for month, value in enumerate(values, 4)
    ]


def test_a_year_to_date_series_rises() -> None:
    assert codes(*cumulative(5, 9, 9, 12)) == []
    assert codes(*cumulative(5, 9, 8)) == ["CUMULATIVE_FALLS"]


def test_a_carried_forward_figure_is_asked_about_once() -> None:
    found = check(*cumulative(5, 9, 9, 9, 9, 9))
    assert [(item.code, item.row) for item in found] == [("CUMULATIVE_REPEATED", 7)]
    assert "row 5" in found[0].message
    assert codes(*cumulative(0, 0, 0, 0)) == []


def test_a_total_sent_again_as_a_quarter_is_asked_about() -> None:
    before = past_of(quarters("POL_DA_CRIME", 15, 15, 15, 13))
    item = reported(value=58, period="CY2018-Q1")
    found = validate(return_of(item, period="CY2018-Q1"), WORDS, today=TODAY, previous=before)
    assert [item.code for item in found] == ["PREVIOUS_TOTAL"]
    other = return_of(reported(value=57, period="CY2018-Q1"), period="CY2018-Q1")
    assert validate(other, WORDS, today=TODAY, previous=before) == ()


# Areas


def test_a_county_agrees_with_its_districts() -> None:
    districts = [reported(value=4), reported(value=5, area=NEIGHBOUR)]
    assert codes(*districts, reported(value=9, area=COUNTY)) == []
    (found,) = check(*districts, reported(value=10, area=COUNTY))
    assert (found.code, found.severity) == ("AREA_MISMATCH", Severity.QUERY)
    assert codes(districts[0], reported(value=10, area=COUNTY)) == []


def test_people_counted_in_several_districts_need_not_sum_to_the_county() -> None:
    people = words(indicator("POL_PERSON", area_additive=False))
    rows = [
        reported("POL_PERSON", value, area=area)
        for area, value in ((DISTRICT, 4), (NEIGHBOUR, 5), (COUNTY, 8))
    ]
    assert validate(return_of(*rows), people, today=TODAY) == ()


# Percents


@pytest.mark.parametrize(
    ("printed", "code"), [("49.65", []), ("49.6", []), ("50", []), ("49", ["PERCENT_REPRODUCE"])]
)
def test_a_stated_percent_reproduces_from_its_counts(printed: str, code: list[str]) -> None:
    counts = reported(value=70), reported("POL_DA_TOTAL", 141)
    assert codes(*counts, reported("POL_STATED_PC", printed, base=141)) == code


def test_a_stated_percent_uses_its_own_base_when_the_count_is_not_sent() -> None:
    assert codes(reported(value=70), reported("POL_STATED_PC", "48", base=141)) == [
        "PERCENT_REPRODUCE"
    ]
    assert codes(reported("POL_STATED_PC", "48", base=141)) == []


# Unread rows


def test_sums_are_not_judged_when_rows_could_not_be_read() -> None:
    body = return_of(*risks(2, 3, 6), reported("RUBBISH"))
    found = validate(body, WORDS, today=TODAY, is_whole=False)
    assert [item.code for item in found] == ["UNKNOWN_INDICATOR"]


def test_ten_thousand_rows_are_judged_in_about_a_second() -> None:
    rows = [
        reported(
            "POL_DA_TOTAL",
            30 if grade is None else 10,
            area=area,
            period=f"{year}-{month:02d}",
            breakdown=None if grade is None else {"RISK": grade},
        )
        for area in ("E07000095", "E07000096", "E07000098", "E07000099", DISTRICT, NEIGHBOUR)
        for year in range(1980, 2015)
        for month in range(1, 13)
        for grade in (None, "HIGH", "MEDIUM", "STANDARD")
    ]
    body = return_of(*rows, dataset="POLICE_CRIME", period="1980-01/2014-12")
    started = time.process_time()
    found = validate(body, vocabulary(), today=TODAY)
    # About 0.3 s; the bound leaves room for a slow and busy machine.
    assert time.process_time() - started < 2
    assert len(rows) > 10_000
    assert {item.severity for item in found} <= {Severity.QUERY, Severity.NOTICE}
