"""The journey as rows of a table: bands, stages, what is nested in them, what is missing."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from hub.protected.figures import Figure, FigureStatus
from hub.views.journey import Journey, LinkView, StageView
from hub.vocabulary.rows import Band
from hub.web.pages.bars import Axis, Bar, Scale, Segment, axis_of, bar_of, scale_of
from hub.web.pages.labels import lower_first

ABSENT = frozenset(
    {FigureStatus.NOT_AVAILABLE, FigureStatus.NOT_APPLICABLE, FigureStatus.NOT_RETURNED}
)
"""What no agency supplied. A suppressed figure was supplied, and stays in its own band."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio beside a count. ``rough`` puts ≈ before it: period, unit or area differ.

    ``of`` names the nested count it is about, where it is not the row's own.
    """

    figure: Figure
    rough: bool
    of: str = ""


@dataclass(frozen=True, slots=True)
class Nested:
    """A count within another, with its share of it; ``drawn`` where the bar shows it."""

    stage: StageView
    word: str
    share: Ratio | None
    drawn: bool


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage: its bar, where its period lies, and its ratio to the police count.

    ``name`` and ``word`` are the two halves of a title such as "Marac: cases heard"; ``word``
    is empty where the title is one piece.
    """

    stage: StageView
    name: str
    word: str
    bar: Bar | None
    strip: Segment | None
    nested: tuple[Nested, ...]
    per_base: Ratio | None

    @property
    def parts_by_unit(self) -> bool:
        """Whether the parts' units tell them apart: 617 crimes, 653 incidents."""
        units = {part.figure.unit for part in self.stage.parts}
        return len(units) == len(self.stage.parts)


@dataclass(frozen=True, slots=True)
class BandRows:
    """A heading with its rows; ``bare`` rows have neither period nor bar."""

    title: str
    rows: tuple[StageRow, ...]
    bare: bool = False


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
    def tally(self) -> Counter[FigureStatus]:
        """How many figures are there, and how many are not, by status."""
        return Counter(stage.figure.status for stage in self.every)

    @property
    def links(self) -> tuple[LinkView, ...]:
        """Links with a ratio, or withheld ones; others say nothing."""
        return tuple(x for x in self.journey.links if x.ratio.status not in ABSENT)


def sheet_of(journey: Journey) -> Sheet:
    """Work out rows, scale and axis of a journey."""
    tops = _tops(journey)
    first = min(journey.bands, key=lambda band: band.order, default=None)
    base = next((s for s in tops if first is not None and s.band == first.code), None)
    shown = [stage for stage in tops if not is_absent(stage)]
    periods = [stage.period for stage in shown if stage.period is not None]
    return Sheet(journey, tops, base, scale_of(tops), axis_of(periods) if periods else None)


def _tops(journey: Journey) -> tuple[StageView, ...]:
    """Stages with a row of their own, and the missing ones that have none yet."""
    inner = {item.code for stage in journey.stages for item in stage.nested}
    tops = [stage for stage in journey.stages if stage.code not in inner]
    known = inner | {stage.code for stage in tops}
    lost = [item for item in journey.missing if item.code not in known]
    return (
        *tops,
        *(
            StageView(x.code, x.title, "", x.figure.unit, None, journey.area, x.agency, x.figure)
            for x in lost
        ),
    )


def is_absent(stage: StageView) -> bool:
    """Whether no agency supplied the stage or anything nested in it."""
    return all(item.figure.status in ABSENT for item in (stage, *stage.nested))


def shown_units(stage: StageView) -> tuple[str, ...]:
    """Units of a count and of what is nested in it and was supplied, each once."""
    found = (x.unit for x in (stage, *stage.nested) if x.figure.status not in ABSENT)
    return tuple(dict.fromkeys(found))


def bands_of(sheet: Sheet) -> Iterator[BandRows]:
    """Bands in order, those without rows left out; stages without any figure come last.

    The last band's title heads them if no stage with a figure is in it; otherwise the title is
    empty and the page's own words stand in.
    """
    bands = sorted(sheet.journey.bands, key=lambda band: band.order)
    there = [stage for stage in sheet.tops if not is_absent(stage)]
    for band in bands:
        rows = tuple(_row(stage, sheet) for stage in there if stage.band == band.code)
        if rows:
            yield BandRows(band.title, rows)
    absent = tuple(_row(stage, sheet) for stage in sheet.tops if is_absent(stage))
    if absent:
        yield BandRows(_spare(bands, there), absent, bare=True)


def _spare(bands: list[Band], there: list[StageView]) -> str:
    used = {stage.band for stage in there}
    return bands[-1].title if bands and bands[-1].code not in used else ""


def _row(stage: StageView, sheet: Sheet) -> StageRow:
    name, word = halves(stage.title)
    drawn = drawn_in(stage)
    return StageRow(
        stage=stage,
        name=name,
        word=word,
        bar=bar_of(stage, drawn, sheet.scale),
        strip=sheet.axis.strip(stage.period) if sheet.axis and stage.period else None,
        nested=tuple(
            Nested(
                x,
                _inner_word(x, name),
                ratio_of(sheet.journey.link(stage.code, x.code)),
                drawn is not None and x.code == drawn.code,
            )
            for x in stage.nested
        ),
        per_base=_per_base(stage, sheet),
    )


def halves(title: str) -> tuple[str, str]:
    """Split "Marac: cases heard" into whose count it is and what is counted."""
    name, _, word = title.partition(": ")
    return name, word


def _inner_word(inner: StageView, name: str) -> str:
    """What a nested count is, without repeating the name of the row it stands in."""
    whose, word = halves(inner.title)
    return word if word and whose == name else lower_first(inner.title)


def engaged_in(stage: StageView) -> StageView | None:
    """The nested count of those who engaged; the vocabulary ends its code in ``ENGAGED``."""
    return next((item for item in stage.nested if item.code.endswith("ENGAGED")), None)


def drawn_in(stage: StageView) -> StageView | None:
    """The nested count a bar shows: who engaged, or the only one there is.

    It must be of the same source and period, or the two lengths would not compare.
    """
    published = [item for item in stage.nested if item.figure.value is not None]
    chosen = engaged_in(stage) or (published[0] if len(published) == 1 else None)
    if chosen is None or stage.period is None or chosen.period is None:
        return None
    alike = chosen.agency == stage.agency and chosen.period.months == stage.period.months
    return chosen if alike else None


def _per_base(stage: StageView, sheet: Sheet) -> Ratio | None:
    """The ratio to the police count: the row's own, or else that of a count nested in it."""
    if sheet.base is None or stage.period is None:
        return None
    if stage.code == sheet.base.code:
        hundred = Figure(FigureStatus.PUBLISHED, "percent", Decimal(100))
        return Ratio(hundred, rough=False) if stage.figure.value is not None else None
    own = ratio_of(sheet.journey.link(sheet.base.code, stage.code))
    if own is not None:
        return own
    name, _ = halves(stage.title)
    found = ((x, ratio_of(sheet.journey.link(sheet.base.code, x.code))) for x in stage.nested)
    inner = next(((x, ratio) for x, ratio in found if ratio is not None), None)
    return replace(inner[1], of=_inner_word(inner[0], name)) if inner else None


def ratio_of(link: LinkView | None) -> Ratio | None:
    """A link's ratio per hundred, with ≈ unless period, unit and area are the same."""
    if link is None or link.per != 100:
        return None
    alike = link.unit_match and link.area_match and link.common_months == link.longest_months
    return Ratio(link.ratio, rough=not alike)
