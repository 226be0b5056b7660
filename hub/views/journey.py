"""The cross-agency victim journey: stages as separate counts, and the links between them.

Nothing flows from one stage to the next: periods, units and people differ, so a link is a ratio
with a comparability grade and its caveats, never a conversion rate.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.protected.figures import Figure
from hub.protected.rows import Row
from hub.statistics.comparability import Grade
from hub.vocabulary import Period
from hub.vocabulary.rows import Agency, Area, Band


@dataclass(frozen=True, slots=True)
class Part:
    """A count inside a stage: crimes within all records, engaged within referred."""

    code: str
    title: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class StageView:
    """One row of the journey.

    ``area`` and ``period`` are those of the figure shown, which may differ from those asked for
    (``same_period`` says whether the period is the police count's own). ``nested`` are stages
    counted within this one by the same source over the same period. ``target`` is the planned
    level over that period, if one was returned.
    """

    code: str
    title: str
    band: str
    unit: str
    period: Period | None
    area: Area
    agency: Agency | None
    figure: Figure
    parts: tuple[Part, ...] = ()
    nested: tuple["StageView", ...] = ()
    target: Figure | None = None
    same_period: bool = False
    parent: str | None = None
    note: str = ""
    row: Row | None = field(default=None, repr=False)
    """What the release says of it."""


@dataclass(frozen=True, slots=True)
class CaveatView:
    """A sentence that travels with a ratio."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class LinkView:
    """A ratio between two stages, per ``per`` of the source stage.

    ``overlap`` is the share of the shorter period's months that both periods cover;
    ``common_months`` of ``longest_months`` is how the page says it ("9 of 12 months").
    """

    code: str
    title: str
    source: str
    target: str
    per: int
    ratio: Figure
    overlap: float
    common_months: int
    longest_months: int
    unit_match: bool
    area_match: bool
    source_filter: str | None
    grade: Grade
    caveats: tuple[CaveatView, ...]


@dataclass(frozen=True, slots=True)
class MissingView:
    """A stage without a figure, named with the agency that owns it."""

    code: str
    title: str
    agency: Agency | None
    figure: Figure


@dataclass(frozen=True, slots=True)
class Journey:
    """The whole journey of one area around one period, from one release."""

    area: Area
    period: Period
    release: str
    audience: str
    bands: tuple[Band, ...]
    stages: Sequence[StageView]
    links: tuple[LinkView, ...]
    missing: tuple[MissingView, ...]

    def link(self, source: str, target: str) -> LinkView | None:
        """The link between two stages, if the journey has one."""
        found = (item for item in self.links if (item.source, item.target) == (source, target))
        return next(found, None)
