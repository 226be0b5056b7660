"""Edges of the journey, line by line: what each source printed, and what the hub returns instead.

The table is the one of edges in the reference of the project; its lines stand here in its order.
A county's or a borough's figures that no source prints are made up, and said to be.
"""

from dataclasses import dataclass
from functools import cache

import pytest

from hub.protected.figures import FigureStatus
from hub.protected.observations import Cells
from hub.views.assembly import journey_of
from hub.views.journey import Journey, LinkView
from hub.vocabulary import parse_period
from tests.spec.demo_release import HERTFORDSHIRE, THREE_RIVERS, release
from tests.unit.views.published import cells, observation, rows_of

CALENDAR, FINANCIAL = "CY2017", "FY2017-18"
WIRRAL, CPS_AREA = "E08000015", "CPS_MERSEY_CHESHIRE"


@dataclass(frozen=True)
class Edge:
    """A line: the ratio as displayed, its grade, and exactly the caveats that travel with it."""

    line: str
    link: str
    shown: str
    grade: str
    caveats: frozenset[str]
    area: str = THREE_RIVERS
    period: str = CALENDAR


def edge(line: str, link: str, shown: str, grade: str, caveats: str, **more: str) -> Edge:
    return Edge(line, link, shown, grade, frozenset(caveats.split()), **more)


COUNTY = {"area": HERTFORDSHIRE, "period": FINANCIAL}
EDGES = [
    edge("police to IDVA referral", "POLICE_IDVA_REFERRED", "11.1", "C", "PERIOD UNIT SOURCE"),
    edge("police to IDVA engaged", "POLICE_IDVA_ENGAGED", "5.5", "C", "PERIOD UNIT SOURCE"),
    edge("IDVA referral to engaged", "IDVA_REFERRED_ENGAGED", "49.6", "A", "ENGAGED_DIFFERS"),
    edge("police to Marac", "POLICE_MARAC", "6.9", "B", "UNIT SOURCE"),
    edge("Marac repeat", "MARAC_HEARD_REPEAT", "28.7", "A", ""),
    edge("police to DAC referral", "POLICE_DAC_REFERRED", "43.8", "C", "PERIOD UNIT SOURCE"),
    edge("the like-for-like figure", "POLICE_DAC_FROM_POLICE", "39.1", "C", "PERIOD UNIT"),
    edge("police to DAC engaged", "POLICE_DAC_ENGAGED", "9.3", "C", "PERIOD UNIT SOURCE"),
    edge("DAC referral to engaged", "DAC_REFERRED_ENGAGED", "21.2", "B",
         "UNIT PEOPLE_AGAINST_REFERRALS ENGAGED_DIFFERS"),
    edge("DAC engaged to outcome", "DAC_ANSWERED_BETTER", "78.0", "C", "ANSWERS_EXCEED_CLIENTS"),
    edge("police to court", "POLICE_COURT", "7.3", "C", "PERIOD UNIT COURT_LAG", **COUNTY),
    edge("court to success", "COURT_CASE_SUCCESS", "57.5", "A", "", **COUNTY),
    edge("Families First", "FF_ASSESSED_WITH_DA", "56.2", "A", ""),
]  # fmt: skip


@cache
def journey(area: str, period: str) -> Journey:
    return release().journey(area, period)


def link_of(view: Journey, code: str) -> LinkView:
    return next(link for link in view.links if link.code == code)


@pytest.mark.parametrize("one", EDGES, ids=lambda one: one.line)
def test_what_the_hub_returns(one: Edge) -> None:
    link = link_of(journey(one.area, one.period), one.link)
    assert link.ratio.display == one.shown
    assert str(link.grade) == one.grade
    assert {caveat.code for caveat in link.caveats} == one.caveats
    assert all(caveat.text and "{" not in caveat.text for caveat in link.caveats)
    assert link.ratio.numerator is not None and link.ratio.denominator is not None


def test_the_outcome_shows_its_base() -> None:
    """103 of 132 answers, beside 118 people."""
    ratio = link_of(journey(THREE_RIVERS, CALENDAR), "DAC_ANSWERED_BETTER").ratio
    assert ratio.numerator is not None and ratio.denominator is not None
    assert [ratio.numerator.value, ratio.denominator.value] == [103, 132]


def test_the_risk_mix_stands_beside_and_is_not_compared() -> None:
    """A county's month: in the district's journey it is [x]; in the county's its own share."""
    district = journey(THREE_RIVERS, CALENDAR)
    missing = {item.code: item for item in district.missing}["POLICE_HIGH_RISK"]
    assert (missing.figure.symbol, missing.figure.value) == ("x", None)
    assert missing.agency is not None
    assert "POLICE_RISK_HIGH" not in {link.code for link in district.links if link.ratio.value}
    own = link_of(journey(HERTFORDSHIRE, "2017-12"), "POLICE_RISK_HIGH")
    assert own.ratio.display == "4.6"


@pytest.mark.parametrize(("door", "count"), [("MASH", 11_022), ("TRIAGE", 8_108)])
def test_the_front_doors_have_a_count_and_no_outcome(door: str, count: int) -> None:
    view = journey(HERTFORDSHIRE, "2017-05/2017-12")
    stages = {stage.code: stage for stage in view.stages}
    assert stages[f"{door}_REFERRED"].figure.value == count
    outcome = stages[f"{door}_OUTCOME"]
    assert (outcome.figure.symbol, outcome.figure.value) == ("x", None)
    assert outcome.agency is not None and outcome.agency.code == "HERTS_MASH"


def made_up(area: str, held: Cells) -> Journey:
    place, period = release().words.area(area), parse_period(FINANCIAL)
    return journey_of(place, period, "made-up", "partner", rows_of(held.values()), release().words)


def test_housing_has_counts_and_its_outcome_is_named_as_missing() -> None:
    """Wirral's list has families referred and supported, and defines no outcome."""
    view = made_up(
        WIRRAL,
        cells(
            observation("HOU_REFERRED_FAMILY", WIRRAL, FINANCIAL, 40),
            observation("HOU_SUPPORTED_FAMILY", WIRRAL, FINANCIAL, 30),
            observation("HOU_OUTCOME", WIRRAL, FINANCIAL, FigureStatus.NOT_AVAILABLE),
        ),
    )
    link = link_of(view, "HOUSING_REFERRED_SUPPORTED")
    assert "COHORT_DIFFERS" in {caveat.code for caveat in link.caveats}
    missing = {item.code: item for item in view.missing}["HOUSING_OUTCOME"]
    assert missing.figure.symbol == "x"
    assert missing.agency is not None and missing.agency.code == "WIRRAL_HOUSING"


def test_convictions_over_prosecutions_say_that_the_cohorts_differ() -> None:
    view = made_up(
        CPS_AREA,
        cells(
            observation("CPS_DA_PROSECUTION", CPS_AREA, FINANCIAL, 200),
            observation("CPS_DA_CONVICTION", CPS_AREA, FINANCIAL, 150),
        ),
    )
    link = link_of(view, "CPS_PROSECUTED_CONVICTED")
    assert (link.ratio.display, "COHORT_DIFFERS") == ("75.0", link.caveats[0].code)


def test_every_missing_stage_names_its_owner_and_its_reason() -> None:
    for area, period in ((THREE_RIVERS, CALENDAR), (HERTFORDSHIRE, FINANCIAL)):
        missing = journey(area, period).missing
        assert missing
        assert all(item.agency is not None and item.figure.reason for item in missing)


def test_every_link_that_is_no_like_for_like_says_why() -> None:
    """Every ratio of the demo: a grade below A never stands without a caveat."""
    for area, period in ((THREE_RIVERS, CALENDAR), (HERTFORDSHIRE, FINANCIAL)):
        for link in journey(area, period).links:
            assert link.caveats or str(link.grade) == "A", link.code


def test_no_published_ratio_is_one_that_grade_d_forbids() -> None:
    for area, period in ((THREE_RIVERS, CALENDAR), (HERTFORDSHIRE, FINANCIAL)):
        for link in journey(area, period).links:
            if str(link.grade) == "D":
                assert link.ratio.status is FigureStatus.NOT_COMPARABLE
