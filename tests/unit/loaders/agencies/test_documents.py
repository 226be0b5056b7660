"""The source documents' tables in their own layout give what was typed by hand for the demo.

The demo's returns were typed from the documents without any mapping, so the two ways must agree
figure by figure; what the documents misprint must be asked about.
"""

from datetime import date
from functools import cache

import pytest

from hub.loaders import CSV, Loaded, load
from hub.loaders.agencies import named
from hub.returns import Finding, Reported, Severity
from hub.submissions.reception import Address, judge
from hub.validation import validate
from hub.vocabulary import CellKey, vocabulary
from tests.spec.demo_release import FOLDER, ROOT, returned

WORDS = vocabulary()
TODAY = date(2026, 11, 21)
Page = tuple[str, str, str, str, str]
"""File, mapping, dataset, agency, period."""

PAGES: tuple[Page, ...] = (
    ("plymouth-report", "plymouth_report", "POLICE_CRIME", "DC_POLICE", "FY2012-13"),
    ("plymouth-report", "plymouth_report", "POLICE_CRIME", "DC_POLICE", "FY2013-14"),
    ("plymouth-report", "plymouth_report", "POLICE_CRIME", "DC_POLICE", "FY2014-15"),
    ("plymouth-report", "plymouth_report", "POLICE_CRIME", "DC_POLICE", "YTD-2015-06"),
    ("plymouth-report", "plymouth_report", "CSP_MEASURES", "PLYMOUTH_CSP", "FY2013-14"),
    ("plymouth-report", "plymouth_report", "CSP_MEASURES", "PLYMOUTH_CSP", "FY2014-15"),
    ("plymouth-report", "plymouth_report", "CSP_MEASURES", "PLYMOUTH_CSP", "FY2015-16"),
    ("plymouth-report", "plymouth_report", "DA_SERVICE", "PLYMOUTH_DAS", "FY2014-15"),
    ("plymouth-report", "plymouth_report", "DA_SERVICE", "PLYMOUTH_DAS", "FY2015-16-Q1"),
    ("three-rivers-dac", "dac_quarters", "DAC", "HERTS_MIND", "FY2017-18-Q3"),
    ("three-rivers-dac", "dac_quarters", "DAC", "HERTS_MIND", "FY2017-18"),
    ("three-rivers-mash", "mash_months", "MASH_CHILD", "HERTS_MASH", "2017-05/2017-12"),
    ("marac-portal-overview", "marac_portal_overview", "MARAC_PORTAL", "SAFELIVES", "R12-2024-03"),
    ("marac-portal-table", "marac_portal_table", "MARAC_PORTAL", "SAFELIVES", "R12-2024-03"),
)


@cache
def read(file: str, mapping: str, dataset: str, agency: str, period: str) -> Loaded:
    body = (ROOT / "demo" / "layouts" / f"{file}.csv").read_bytes()
    return load(
        body,
        CSV,
        dataset=dataset,
        agency=agency,
        period=period,
        words=WORDS,
        mapping=named(mapping, WORDS),
    )


def figures(items: tuple[Reported, ...]) -> dict[CellKey, Reported]:
    return {item.key: item for item in items}


def everything(page: Page) -> tuple[Finding, ...]:
    file, mapping, *where = page
    body = (ROOT / "demo" / "layouts" / f"{file}.csv").read_bytes()
    rules = named(mapping, WORDS)
    return judge(body, CSV, Address(*where), WORDS, TODAY, mapping=rules).findings


@pytest.mark.parametrize("page", PAGES, ids="/".join)
def test_every_figure_is_the_one_the_demo_returns(page: Page) -> None:
    """Whatever of the page the demo returns too, in any period, is the same figure."""
    loaded = read(*page)
    assert loaded.return_ is not None, loaded.findings
    folder = FOLDER / page[3] / page[2]
    demo = figures(
        tuple(item for file in folder.glob("*.json") for item in returned(file).observations)
    )
    mine = figures(loaded.return_.observations)
    values = {key: item.value for key, item in mine.items() if key in demo}
    assert values == {key: demo[key].value for key in values}
    assert len(values) >= 0.8 * len(mine), set(mine) - set(demo)
    bases = {key: item.base for key, item in mine.items() if key in demo and item.base}
    assert bases == {key: demo[key].base for key in bases}


@pytest.mark.parametrize("page", PAGES, ids="/".join)
def test_the_return_of_a_page_breaks_no_rule(page: Page) -> None:
    assert not [item for item in everything(page) if item.severity is Severity.ERROR]


MISPRINTS: tuple[tuple[str, int, str, int | None, str], ...] = (
    ("F-08: all crime carried forward", 2, "OBSERVED_LATER", 7, "H"),
    ("F-09: the change row names the year before", 2, "LABEL_YEAR", 8, "A"),
    ("F-10: a fall of 100 per cent in months to come", 2, "CHANGE_REPRODUCE", 17, "H"),
    ("F-12: the per cent of referrals is a difference", 8, "CHANGE_REPRODUCE", 26, "B"),
    ("F-12: so is that of trained professionals", 6, "CHANGE_REPRODUCE", 35, "B"),
    ("F-13: a target of 2015/16 labelled 14/15", 6, "LABEL_YEAR", 23, "A"),
    ("F-13: its profile steps 667, 667, 667, 665", 6, "PROFILE_UNEVEN", 23, "E"),
    ("F-14: the quarter equals the year before", 6, "PREVIOUS_TOTAL", 31, "B"),
    ("F-14: the cumulative row ends after a quarter", 5, "RUNNING_REPRODUCE", 33, "C"),
    ("F-15: the profile's last step differs", 6, "PROFILE_UNEVEN", 41, "P"),
    ("F-16: the year is not the sum of its months", 2, "TIME_MISMATCH", 39, "D"),
    ("F-17: the second row repeats a label", 3, "LABEL_REPEATED", 55, "A"),
    ("F-17: and names the year before", 3, "LABEL_YEAR", 55, "A"),
    ("F-02: 21.9 for 21.97", 10, "PAIR_REPRODUCE", 22, "C"),
    ("F-19: parts of 44.3 printed as 44.2", 13, "PERCENT_ROUNDING", 13, "E"),
    ("F-20: no cases with children beside 799 children", 12, "ZERO_CONTRADICTED", 12, "H"),
)


@pytest.mark.parametrize("misprint", MISPRINTS, ids=lambda item: item[0])
def test_a_misprint_of_the_document_is_reported(
    misprint: tuple[str, int, str, int | None, str],
) -> None:
    _, page, code, row, column = misprint
    found = {(item.code, item.row, item.column) for item in everything(PAGES[page])}
    assert (code, row, column) in found, sorted(map(str, found))


def test_insights_pairs_go_in_and_what_does_not_add_up_is_asked() -> None:
    """F-25: the initial route falls 19 short of its base; every other table adds up."""
    page = ("insights-intake", "insights_intake", "OUTREACH_INTAKE", "OUTREACH_POOL", "FY2020-21")
    loaded = read(*page)
    assert loaded.return_ is not None
    mine = figures(loaded.return_.observations)
    assert len(mine) == 69
    assert mine[_ins("INS_INTAKE")].value == 3211
    assert mine[_ins("INS_CLIENT")].value == 3111
    assert mine[_ins("INS_REFERRAL_ROUTE", "SELF")].value == 1075
    assert mine[_ins("INS_SEX", "INTERSEX")].value == 3
    assert mine[_ins("INS_AGE_MEAN")].base == 3111
    asked = [
        (item.code, item.row) for item in everything(page) if item.severity is not Severity.NOTICE
    ]
    assert asked == [("BASE_REPRODUCE", 41)]


def _ins(indicator: str, category: str | None = None) -> CellKey:
    breakdown = ((indicator, category),) if category else ()
    return CellKey(indicator, "INS_POOL_2020", "FY2020-21", breakdown)


def test_meetings_are_counted_and_added_up() -> None:
    loaded = read("marac-meetings", "marac_meetings", "MARAC", "HERTS_MARAC", "CY2017")
    assert loaded.return_ is not None
    found = {
        (item.indicator, *(code for _, code in item.breakdown)): item.value
        for item in loaded.return_.observations
    }
    assert found == {
        ("MAR_ENTRY",): 4,
        ("MAR_CASE",): 30,
        ("MAR_REPEAT",): 8,
        ("MAR_CHILD",): 42,
        ("MAR_CASE_WITH_CHILD",): 21,
        ("MAR_REF", "POLICE"): 18,
        ("MAR_REF", "IDVA"): 5,
        ("MAR_REF", "CHILD_SOCIAL_CARE"): 3,
        ("MAR_REF", "OTHER"): 4,
        ("MAR_MALE",): 1,
        ("MAR_V1617",): 1,
    }
    assert not [
        item
        for item in validate(loaded.return_, WORDS, today=TODAY)
        if item.severity is Severity.ERROR
    ]
