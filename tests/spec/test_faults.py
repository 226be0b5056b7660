"""Faults of the source documents, pushed as printed: the hub refuses, asks or notes.

What no rule can catch, and what stands in its place:

- F-04: a count to November under a year's label is a valid count; the agency sends the months it
  covers, and a link then says "8 of 12". The chart without values comes as status x.
- F-05, F-06, F-07: sentences about figures, not figures. The hub words its own: a link over
  different areas has grade D (``test_journey``), a change carries its sign, and a measure is judged
  against its target, never against last year (AF-33).
- F-11: how a measure is worded. A unit is part of the indicator: POL_DA_TOTAL counts records.
- F-15: a standing is never pushed; the hub judges it (AF-35). A profile may end as it likes.
- F-23: Maracs that record and Maracs that meet are different counts, so no relation binds them.
- F-24: national estimates that no agency returns.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from hub.loaders import JSON, LoaderCode, load
from hub.returns import Finding, Return, Severity, past_of
from hub.validation.findings import RuleCode
from hub.validation.rules import validate
from hub.vocabulary import vocabulary
from tests.spec.demo_release import (
    FOLDER,
    MET,
    PLYMOUTH,
    SIMILAR,
    THREE_RIVERS,
    TODAY,
    UK,
    returned,
)

ERROR, QUERY, NOTICE = Severity.ERROR, Severity.QUERY, Severity.NOTICE
POLICE = ("DC_POLICE", "POLICE_CRIME")
CSP = ("PLYMOUTH_CSP", "CSP_MEASURES")
PORTAL = ("SAFELIVES", "MARAC_PORTAL")
CASEWORKER = ("HERTS_MIND", "DAC")


def row(indicator: str, area: str, value: float, period: str = "", **more: Any) -> dict[str, Any]:
    """One observation of a body; ``more`` are ``base`` and the categories of a breakdown."""
    item: dict[str, Any] = {"indicator": indicator, "area": area, "value": value}
    if period:
        item["period"] = period
    if "base" in more:
        item["base"] = more.pop("base")
    return item | ({"breakdown": more} if more else {})


def pushed(
    who: tuple[str, str],
    period: str,
    rows: Sequence[Mapping[str, Any]],
    today: date = TODAY,
    previous: Return | None = None,
) -> list[Finding]:
    """Every finding of reading and of judging a body."""
    agency, dataset = who
    body = json.dumps({"observations": list(rows)}).encode()
    loaded = load(body, JSON, dataset=dataset, agency=agency, period=period)
    if loaded.return_ is None:
        return list(loaded.findings)
    past = past_of(previous.observations) if previous else None
    judged = validate(loaded.return_, vocabulary(), today=today, previous=past)
    return [*loaded.findings, *judged]


def found(findings: list[Finding], code: str, severity: Severity) -> bool:
    """Whether a finding of this code and severity is among them."""
    return any(item.code == code and item.severity is severity for item in findings)


def to_date(*values: int, year: int = 2015) -> list[Mapping[str, Any]]:
    """The cumulative row of all crime, month by month from April."""
    months = [f"YTD-{year}-{month:02d}" for month in range(4, 13)]
    months += [f"YTD-{year + 1}-{month:02d}" for month in range(1, 4)]
    return [
        row("POL_ALL_CRIME", PLYMOUTH, value, month)
        for month, value in zip(months, values, strict=False)
    ]


def test_f01_rate_cut_off_instead_of_rounded() -> None:
    rows = [
        row("IDV_REFERRAL", THREE_RIVERS, 141),
        row("IDV_ENGAGED_LONG", THREE_RIVERS, 45),
        row("IDV_ENGAGED_SHORT", THREE_RIVERS, 25),
        row("IDV_ENGAGEMENT_PC", THREE_RIVERS, 49, base=141),
    ]
    who = ("REFUGE_HERTS", "IDVA")
    assert found(pushed(who, "FY2017-18", rows), RuleCode.PERCENT_REPRODUCE, QUERY)
    rows[3]["value"] = 50
    assert not found(pushed(who, "FY2017-18", rows), RuleCode.PERCENT_REPRODUCE, QUERY)


def test_f02_share_where_a_count_belongs() -> None:
    rows = [row("DAC_OUTCOME", THREE_RIVERS, 21.9, CLIENT_OUTCOME="NO_CHANGE")]
    assert found(pushed(CASEWORKER, "FY2017-18", rows), RuleCode.VALUE_FRACTION, ERROR)


def test_f03_more_answers_than_clients() -> None:
    rows = [row("DAC_CLIENT", THREE_RIVERS, 118), row("DAC_OUTCOME", THREE_RIVERS, 132)]
    assert found(pushed(CASEWORKER, "FY2017-18", rows), RuleCode.RESPONSES_EXCEED, QUERY)


CARRIED = (1662, 3368, *[4799] * 10)


def test_f08_cumulative_figure_carried_into_months_to_come() -> None:
    """On the day of the report the months are still ahead: refused."""
    findings = pushed(POLICE, "FY2015-16", to_date(*CARRIED), today=date(2015, 7, 23))
    ahead = [item for item in findings if item.code == RuleCode.PERIOD_FUTURE]
    assert [item.row for item in ahead] == list(range(3, 12))
    assert all(item.severity is ERROR for item in ahead)


def test_f08_cumulative_figure_that_stands_still() -> None:
    """Pushed when the year is over, it is asked about."""
    assert found(
        pushed(POLICE, "FY2015-16", to_date(*CARRIED)), RuleCode.CUMULATIVE_REPEATED, QUERY
    )


@pytest.mark.parametrize("label", ["13/14", "2014/15", "2014-15", "Q1", "2024 - Q1"])
def test_f09_f13_f22_label_in_place_of_a_period(label: str) -> None:
    rows = [row("POL_DA_TOTAL", PLYMOUTH, 1632, label)]
    assert found(pushed(POLICE, "FY2014-15", rows), RuleCode.PERIOD_FORMAT, ERROR)


def test_f10_f12_fall_of_a_hundred_per_cent_or_of_a_hundred_and_four() -> None:
    for printed in (-100, -104):
        rows = [row("POL_DA_CHANGE_PC", PLYMOUTH, printed, "YTD-2015-06", base=1739)]
        assert found(pushed(POLICE, "YTD-2015-06", rows), LoaderCode.NUMBER_FORMAT, ERROR)


def test_f12_difference_of_training_places_as_a_per_cent() -> None:
    """There is no such percentage to push: the hub works out differences itself."""
    rows = [row("TRN_DASH_ATTENDEE_CHANGE_PC", PLYMOUTH, 43, "FY2015-16-Q1", base=15)]
    assert found(pushed(CSP, "YTD-2015-06", rows), RuleCode.UNKNOWN_INDICATOR, ERROR)


def test_f14_quarter_that_equals_the_whole_year_before() -> None:
    before = returned(FOLDER / "PLYMOUTH_CSP" / "CSP_MEASURES" / "FY2014-15.json")
    rows = [row("TRN_DASH_ATTENDEE", PLYMOUTH, 58, "FY2015-16-Q1")]
    findings = pushed(CSP, "YTD-2015-06", rows, previous=before)
    assert found(findings, RuleCode.PREVIOUS_TOTAL, QUERY)
    rows[0]["value"] = 57
    findings = pushed(CSP, "YTD-2015-06", rows, previous=before)
    assert not found(findings, RuleCode.PREVIOUS_TOTAL, QUERY)


def test_f16_year_that_its_months_do_not_add_to() -> None:
    demo = returned(FOLDER / "DC_POLICE" / "POLICE_CRIME" / "FY2014-15.json")
    asked = [
        item
        for item in validate(demo, vocabulary(), today=TODAY)
        if item.code == RuleCode.TIME_MISMATCH
    ]
    assert [demo.observations[item.row or 0].indicator for item in asked] == ["POL_ASB_INCIDENT"]


def test_f17_two_rows_under_one_label() -> None:
    rows = [row("POL_SAC", PLYMOUTH, value, "2014-04") for value in (179, 196)]
    assert found(pushed(POLICE, "FY2014-15", rows), RuleCode.DUPLICATE_KEY, ERROR)


def test_f18_cumulative_row_sent_as_months() -> None:
    values = (55, 109, 152, 208, 247, 292, 354, 408, 456, 504, 551, 617)
    months = [f"2014-{month:02d}" for month in range(4, 13)] + ["2015-01", "2015-02", "2015-03"]
    rows = [
        row("POL_HATE_INCIDENT", PLYMOUTH, value, month)
        for month, value in zip(months, values, strict=True)
    ]
    rows.append(row("POL_HATE_INCIDENT", PLYMOUTH, 617))
    assert found(pushed(CSP, "FY2014-15", rows), RuleCode.TIME_MISMATCH, QUERY)


def portal(*indicators: str) -> list[Mapping[str, Any]]:
    """The demo's portal rows of some indicators, notes left out."""
    path = FOLDER / "SAFELIVES" / "MARAC_PORTAL" / "R12-2024-03.json"
    rows = json.loads(path.read_text(encoding="utf-8"))["observations"]
    return [
        {name: value for name, value in item.items() if name != "note"}
        for item in rows
        if item["indicator"].startswith(indicators)
    ]


def test_f19_parts_that_differ_by_rounding() -> None:
    rows = portal("MAR_REF_")
    noted = [
        item
        for item in pushed(PORTAL, "R12-2024-03", rows)
        if item.code == RuleCode.PERCENT_ROUNDING
    ]
    assert {rows[item.row or 0]["area"] for item in noted} == {SIMILAR}
    assert all(item.severity is NOTICE for item in noted)


def test_f20_children_in_the_households_of_no_case() -> None:
    rows = portal("MAR_CHILD", "MAR_CASE_WITH_CHILD_PC")
    asked = [
        item
        for item in pushed(PORTAL, "R12-2024-03", rows)
        if item.code == RuleCode.ZERO_CONTRADICTED
    ]
    assert {rows[item.row or 0]["area"] for item in asked} == {"MAR_MET_3"}


def test_f21_rate_that_its_recommended_cases_do_not_give() -> None:
    """Forty cases for 10,000 women, turned round, give another population than the rate used."""
    rows = [
        row("MAR_CASE", "MAR_MET_1", 589),
        row("MAR_CASE_RATE", "MAR_MET_1", 70, base=320 * 10_000 // 40),
    ]
    assert found(pushed(PORTAL, "R12-2024-03", rows), RuleCode.PERCENT_REPRODUCE, QUERY)


def test_f22_two_windows_under_one_name() -> None:
    rows = [row("MAR_CASE", UK, value) for value in (116_677, 117_359)]
    assert found(pushed(PORTAL, "R12-2024-03", rows), RuleCode.DUPLICATE_KEY, ERROR)


def test_a_rate_without_its_population_is_asked_about() -> None:
    """AF-44: 28 for every 1,000 people, without the people."""
    rows = [row("POL_DA_TOTAL", MET, 245_119), row("POL_DA_RATE_1000", MET, 28)]
    who = ("MET_POLICE", "POLICE_CRIME")
    assert found(pushed(who, "FY2022-23", rows), RuleCode.BASE_MISSING, QUERY)
