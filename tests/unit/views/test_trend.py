"""Ratios that grade D forbids need an explicit word; links are followed through releases."""

from dataclasses import replace
from datetime import UTC, datetime

from hub.protected.figures import FigureStatus
from hub.protected.observations import Cells
from hub.protected.releases import Audience, Release
from hub.statistics.comparability import Grade
from hub.views.assembly import journey_of
from hub.views.journey import Journey, LinkView
from hub.views.trend import trends_of
from hub.vocabulary import parse_period, vocabulary
from tests.unit.views.published import HIDDEN, Said, cells, observation, rows_of

WORDS = vocabulary()
AREA = "E07000102"
LINK = "POLICE_MARAC"
RELEASE = Release(
    id="one",
    sequence=1,
    audience=Audience.PARTNER,
    content_hash="0" * 64,
    policy_version="1",
    vocabulary_version="1",
    note=None,
    published_at=datetime(2026, 11, 1, tzinfo=UTC),
    cells=2,
)


def counted(marac: Said = 87, period: str = "2017-07/2018-06") -> Cells:
    """A calendar year of police records, and Marac cases of a year that half overlaps it."""
    return cells(
        observation("POL_DA_TOTAL", AREA, "CY2017", 1270),
        observation("MAR_CASE", AREA, period, marac),
    )


def journey(held: Cells, *, allow_unlike: bool = False) -> Journey:
    place, period = WORDS.area(AREA), parse_period("CY2017")
    found = rows_of(held.values())
    return journey_of(place, period, "one", "partner", found, WORDS, allow_unlike=allow_unlike)


def link(view: Journey) -> LinkView:
    return next(item for item in view.links if item.code == LINK)


def test_grade_d_is_not_computed_unless_asked_for() -> None:
    found = link(journey(counted()))
    assert found.grade is Grade.D
    assert found.ratio.status is FigureStatus.NOT_COMPARABLE
    assert "UNLIKE" not in [caveat.code for caveat in found.caveats]


def test_asked_for_it_is_computed_keeps_its_grade_and_says_so() -> None:
    found = link(journey(counted(), allow_unlike=True))
    assert found.grade is Grade.D
    assert found.ratio.display == "6.9"
    assert [caveat.code for caveat in found.caveats][-1] == "UNLIKE"


def test_asking_does_not_open_what_is_suppressed() -> None:
    found = link(journey(counted(HIDDEN), allow_unlike=True))
    assert found.ratio.status is FigureStatus.SUPPRESSED
    assert found.ratio.value is None


def test_asking_changes_nothing_for_links_that_compare() -> None:
    held = counted(period="CY2017")
    assert link(journey(held, allow_unlike=True)) == link(journey(held))


def test_a_link_is_followed_through_releases() -> None:
    newer, older = replace(RELEASE, id="two", sequence=2), RELEASE
    views = [(journey(counted(90, "CY2017")), newer), (journey(counted(87, "CY2017")), older)]
    trend = next(item for item in trends_of(views) if item.code == LINK)
    assert [point.release.id for point in trend.points] == ["two", "one"]
    assert [point.ratio.display for point in trend.points] == ["7.1", "6.9"]
    assert trend.is_revised


def test_a_link_that_stays_is_not_revised() -> None:
    view = journey(counted(87, "CY2017"))
    trend = next(item for item in trends_of([(view, RELEASE), (view, RELEASE)]))
    assert not trend.is_revised
