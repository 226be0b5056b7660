"""The journey as rows of a table: bands, stages, what is nested in them, what is missing."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from hub.protected.figures import Figure, FigureStatus
from hub.statistics.comparability import Grade
from hub.views.journey import Journey, LinkView, MissingView, StageView
from hub.web.pages.bars import Axis, Bar, Scale, Segment, axis_of, bar_of, scale_of
from hub.web.pages.labels import lower_first


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio beside a count. ``rough`` puts ≈ before it: period or unit differ."""

    figure: Figure
    rough: bool


@dataclass(frozen=True, slots=True)
class Nested:
    """A count within another, with its share of it; ``drawn`` where the bar shows it."""

    stage: StageView
    share: Ratio | None
    drawn: bool


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage: its bar, where its period lies, and its ratio to the police count."""

    stage: StageView
    bar: Bar | None
    strip: Segment | None
    nested: tuple[Nested, ...]
    per_base: Ratio | None
    elsewhere: bool

    @property
    def units(self) -> tuple[str, ...]:
        """Units of the count and of what is nested in it, each once."""
        inner = (item.stage.unit for item in self.nested)
        return tuple(dict.fromkeys((self.stage.unit, *inner)))


@dataclass(frozen=True, slots=True)
class BandRows:
    """A heading with its rows; only the last may hold stages without any figure."""

    title: str
    rows: tuple[StageRow, ...] = ()
    missing: tuple[MissingView, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything the page draws, worked out once. ``base`` is the police count."""

    journey: Journey
    tops: tuple[StageView, ...]
    base: StageView | None
    scale: Scale
    axis: Axis | None

    @property
    def every(self) -> tuple[StageView, ...]:
        """All stages, nested ones after the stage that holds them."""
        return tuple(item for top in self.tops for item in (top, *top.nested))

    @property
    def missing(self) -> tuple[MissingView, ...]:
        """Stages without a figure that have no row of their own."""
        known = {stage.code for stage in self.every}
        return tuple(item for item in self.journey.missing if item.code not in known)

    @property
    def tally(self) -> Counter[FigureStatus]:
        """How many figures are there, and how many are not, by status."""
        stages = (stage.figure.status for stage in self.every)
        return Counter([*stages, *(item.figure.status for item in self.missing)])

    @property
    def links(self) -> tuple[LinkView, ...]:
        """Links whose two ends have a title on this page."""
        known = {stage.code for stage in self.every}
        return tuple(x for x in self.journey.links if {x.source, x.target} <= known)

    def title(self, code: str) -> str:
        """A stage's title; that of a nested stage names the stage that holds it."""
        for top in self.tops:
            if top.code == code:
                return top.title
            for inner in top.nested:
                if inner.code == code:
                    return f"{top.title}: {lower_first(inner.title)}"
        return code


def sheet_of(journey: Journey) -> Sheet:
    """Work out rows, scale and axis of a journey."""
    tops = _tops(journey)
    first = min(journey.bands, key=lambda band: band.order, default=None)
    base = next((s for s in tops if first is not None and s.band == first.code), None)
    periods = [stage.period for stage in tops if stage.period is not None]
    return Sheet(journey, tops, base, scale_of(tops), axis_of(periods) if periods else None)


def _tops(journey: Journey) -> tuple[StageView, ...]:
    """Stages that stand in rows of their own; a nested one listed apart joins its parent."""
    inner = {item.code for stage in journey.stages for item in stage.nested}
    codes = {stage.code for stage in journey.stages}
    apart = [s for s in journey.stages if s.parent in codes and s.code not in inner]
    inner |= {stage.code for stage in apart}
    return tuple(
        _with_nested(stage, tuple(s for s in apart if s.parent == stage.code))
        for stage in journey.stages
        if stage.code not in inner
    )


def _with_nested(stage: StageView, more: tuple[StageView, ...]) -> StageView:
    return replace(stage, nested=(*stage.nested, *more)) if more else stage


def bands_of(sheet: Sheet) -> Iterator[BandRows]:
    """Bands in order, empty ones left out; what is missing comes last.

    The last band's title is taken for the missing ones when no stage of its own uses it;
    otherwise their heading is empty and the page's own words stand in.
    """
    bands = sorted(sheet.journey.bands, key=lambda band: band.order)
    spare = ""
    for band in bands:
        rows = tuple(_row(stage, sheet) for stage in sheet.tops if stage.band == band.code)
        if rows:
            yield BandRows(band.title, rows)
        spare = "" if rows else band.title
    known = {band.code for band in bands}
    stray = tuple(_row(stage, sheet) for stage in sheet.tops if stage.band not in known)
    if stray or sheet.missing:
        yield BandRows(spare, stray, sheet.missing)


def _row(stage: StageView, sheet: Sheet) -> StageRow:
    drawn = next((x.code for x in stage.nested if x.figure.value is not None), None)
    return StageRow(
        stage=stage,
        bar=bar_of(stage, sheet.scale),
        strip=sheet.axis.strip(stage.period) if sheet.axis and stage.period else None,
        nested=tuple(
            Nested(x, ratio_of(sheet.journey.link(stage.code, x.code)), x.code == drawn)
            for x in stage.nested
        ),
        per_base=_per_base(stage, sheet),
        elsewhere=stage.area.code != sheet.journey.area.code,
    )


def _per_base(stage: StageView, sheet: Sheet) -> Ratio | None:
    """The ratio to the police count; the police count itself stands at its hundred."""
    if sheet.base is None:
        return None
    if stage.code == sheet.base.code:
        published = stage.figure.value is not None
        hundred = Figure(FigureStatus.PUBLISHED, "percent", Decimal(100))
        return Ratio(hundred, rough=False) if published else None
    return ratio_of(sheet.journey.link(sheet.base.code, stage.code))


def ratio_of(link: LinkView | None) -> Ratio | None:
    """A link's ratio per hundred, unless there is none to show."""
    if link is None or link.per != 100:
        return None
    alike = link.unit_match and link.area_match and link.common_months == link.longest_months
    return Ratio(link.ratio, rough=not alike or link.grade in (Grade.C, Grade.D))
