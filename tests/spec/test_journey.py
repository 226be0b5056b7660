"""The links of the journey: every grade of the table of edges, and what is refused."""

import pytest

from hub.protected.figures import FigureStatus
from hub.statistics.addition import DIFFERENT, OVER_TIME, why_not_added
from hub.statistics.rollup import roll_up
from hub.views.links import link_views
from hub.vocabulary import CellKey
from tests.spec.demo_release import HERTFORDSHIRE, THREE_RIVERS, release

GRADES = {
    "POLICE_IDVA_REFERRED": "C",
    "POLICE_IDVA_ENGAGED": "C",
    "IDVA_REFERRED_ENGAGED": "A",
    "POLICE_MARAC": "B",
    "MARAC_HEARD_REPEAT": "A",
    "POLICE_DAC_REFERRED": "C",
    "POLICE_DAC_FROM_POLICE": "C",
    "POLICE_DAC_ENGAGED": "C",
    "DAC_REFERRED_ENGAGED": "B",
    "DAC_ANSWERED_BETTER": "C",
    "FF_ASSESSED_WITH_DA": "A",
}
COUNTY_GRADES = {"POLICE_COURT": "C", "POLICE_COURT_SUCCESS": "C", "COURT_CASE_SUCCESS": "A"}

MISSING = {
    "POLICE_HIGH_RISK": "The figure exists for the county only.",
    "MARAC_OUTCOME": "The agency holds the figure and does not share it.",
    "MASH_REFERRED": "The figure exists for the county only.",
    "MASH_OUTCOME": "The agency holds the figure and does not share it.",
    "TRIAGE_REFERRED": "The figure exists for the county only.",
    "TRIAGE_OUTCOME": "The agency holds the figure and does not share it.",
    "COURT_CASE": "The figure exists for the county only.",
    "COURT_SUCCESS": "The figure exists for the county only.",
    "REFUGE": "The agency holds the figure and does not share it.",
    "SAFEGUARDING": "The figure exists for the county only.",
    "SAFEGUARDING_ENQUIRY": "The figure exists for the county only.",
    "PERPETRATOR": "No such service ran in the area during the period.",
}


@pytest.mark.parametrize(("code", "grade"), GRADES.items())
def test_grade_of_a_district_link(code: str, grade: str) -> None:
    assert release().link(code, THREE_RIVERS, "CY2017").grade == grade


@pytest.mark.parametrize(("code", "grade"), COUNTY_GRADES.items())
def test_grade_of_a_county_link(code: str, grade: str) -> None:
    assert release().link(code, HERTFORDSHIRE, "FY2017-18").grade == grade


def test_financial_against_calendar_year_covers_nine_months_of_twelve() -> None:
    link = release().link("POLICE_IDVA_REFERRED", THREE_RIVERS, "CY2017")
    assert (link.common_months, link.longest_months, link.overlap) == (9, 12, 0.75)


def test_like_for_like_numerator_names_its_source() -> None:
    link = release().link("POLICE_DAC_FROM_POLICE", THREE_RIVERS, "CY2017")
    assert link.source_filter == "REFERRAL_SOURCE=POLICE"


def test_stages_without_a_figure_say_why() -> None:
    missing = release().journey(THREE_RIVERS, "CY2017").missing
    assert {item.code: item.figure.reason for item in missing} == MISSING


def test_seven_agencies_share_the_journey() -> None:
    stages = release().journey(THREE_RIVERS, "CY2017").stages
    agencies = {stage.agency.code for stage in stages if stage.agency}
    assert agencies == {
        "HERTS_POLICE", "REFUGE_HERTS", "HERTS_MARAC", "HERTS_MIND", "HERTS_FF", "HERTS_MASH",
        "HERTS_DAP",
    }  # fmt: skip


def test_county_month_is_not_weighed_against_a_district_year() -> None:
    """F-05: the source sets the county's share of high risk beside the district's shares."""
    district = release().journey(THREE_RIVERS, "CY2017")
    county = release().journey(HERTFORDSHIRE, "2017-12")
    stages = {stage.code: stage for stage in district.stages}
    stages["POLICE_HIGH_RISK"] = next(
        stage for stage in county.stages if stage.code == "POLICE_HIGH_RISK"
    )
    links = {link.code: link for link in link_views(stages, release().words)}
    mixed = links["POLICE_RISK_HIGH"]
    assert mixed.grade == "D"
    assert mixed.ratio.status is FigureStatus.NOT_COMPARABLE
    assert mixed.ratio.value is None
    assert "AREA" in {caveat.code for caveat in mixed.caveats}


SERVICES = ("IDV_REFERRAL", "DAC_REFERRAL", "MAR_CASE", "FF_ASSESSMENT_DA")


def test_referrals_are_not_added_over_services() -> None:
    """T11: 141, 556, 87 and 59 are not 843 people, and nothing in the release equals it."""
    cells = [CellKey(code, THREE_RIVERS, "FY2017-18") for code in SERVICES]
    assert why_not_added(cells, release().words) == DIFFERENT
    local = [value for key, value in release().values.items() if key.area == THREE_RIVERS]
    assert local
    assert 843 not in local


def test_engaged_people_are_not_added_over_services() -> None:
    cells = [CellKey(code, THREE_RIVERS, "FY2017-18") for code in ("IDV_ENGAGED", "DAC_CLIENT")]
    assert why_not_added(cells, release().words) == DIFFERENT


def test_people_of_four_quarters_are_no_year() -> None:
    """T9: without the year's own return there is no year, although every quarter is there."""
    quarters = [CellKey("DAC_CLIENT", THREE_RIVERS, f"FY2017-18-Q{n}") for n in range(1, 5)]
    rolled, _ = roll_up({key: release().values[key] for key in quarters}, release().words)
    assert CellKey("DAC_CLIENT", THREE_RIVERS, "FY2017-18") not in rolled
    assert why_not_added(quarters, release().words) == OVER_TIME


def test_a_small_count_and_one_more_are_withheld_and_the_total_is_not() -> None:
    types = release().words.categories["DAC_INTERVENTION_TYPE"]
    statuses = {
        code: release().status(
            "DAC_INTERVENTION", THREE_RIVERS, "FY2017-18", DAC_INTERVENTION_TYPE=code
        )
        for code in types
    }
    hidden = {code for code, status in statuses.items() if status is FigureStatus.SUPPRESSED}
    assert "COURT_MEASURES" in hidden
    assert len(hidden) >= 2, "one hidden category of a partition is its total less the others"
    assert release().values[CellKey("DAC_INTERVENTION", THREE_RIVERS, "FY2017-18")] == 170


def test_totals_that_disagree_are_both_kept() -> None:
    """T20, F-16: the printed year and the sum of the printed months."""
    values = release().values
    assert values[CellKey("POL_ASB_INCIDENT", "E06000026", "FY2014-15")] == 10_299
    assert values[CellKey("POL_ASB_INCIDENT", "E06000026", "YTD-2015-03")] == 10_065


def test_a_stage_shows_the_period_its_agency_returned_and_the_target_of_it() -> None:
    stages = {stage.code: stage for stage in release().journey(THREE_RIVERS, "CY2017").stages}
    referred = stages["DAC_REFERRED"]
    assert referred.period is not None
    assert referred.period.id == "FY2017-18"
    assert referred.target is not None
    assert referred.target.value == 357
