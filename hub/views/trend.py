"""The links of a journey over releases: the same area and period, as each release had them."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.protected.figures import Figure
from hub.protected.releases import Release
from hub.statistics.comparability import Grade
from hub.views.journey import Journey, LinkView

MOST_RELEASES = 6
"""How far back a trend looks; each release is read whole."""


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A link in one release. A release without the link has no point."""

    release: Release
    link: LinkView

    @property
    def ratio(self) -> Figure:
        """What the release published."""
        return self.link.ratio

    @property
    def grade(self) -> Grade:
        """How far the two counts compare."""
        return self.link.grade


@dataclass(frozen=True, slots=True)
class LinkTrend:
    """A link with its points, the newest release first."""

    code: str
    title: str
    per: int
    points: tuple[TrendPoint, ...]

    @property
    def is_revised(self) -> bool:
        """Whether any release shows it differently from the one after it."""
        return len({(point.ratio.display, point.grade) for point in self.points}) > 1


def trends_of(journeys: Sequence[tuple[Journey, Release]]) -> tuple[LinkTrend, ...]:
    """Line up the links of one journey from several releases, the newest first."""
    found: dict[str, LinkTrend] = {}
    for journey, release in journeys:
        for link in journey.links:
            point = TrendPoint(release, link)
            earlier = found.get(link.code)
            points = (*earlier.points, point) if earlier else (point,)
            found[link.code] = LinkTrend(link.code, link.title, link.per, points)
    return tuple(found.values())
