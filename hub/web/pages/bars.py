"""Geometry of the journey's bars and time strips, in per cent of their box.

Only published figures have a length. Whatever is not published takes no part in the scale, so
no bar, gap or axis can tell anything about it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from hub.protected.figures import Figure
from hub.views.journey import StageView
from hub.vocabulary import Period

FULL = 60.0
"""Per cent of the count column that the longest bar takes; the rest is for its words."""

_COLUMN, _LETTER = 460.0, 6.3
"""Pixels of the count column on a wide screen and of a letter inside a bar, near enough."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a bar: where it starts and how long it is, in per cent of the drawing."""

    start: float
    width: float
    label: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: the drawing's ``width`` in per cent of the column, the rest in per cent of that."""

    width: float
    value: float
    segments: tuple[Segment, ...] = ()
    nested: float | None = None
    target: float | None = None

    @property
    def labelled(self) -> bool:
        """Whether every part's count and unit fit inside its piece on a wide screen."""
        room = (piece.width * self.width / 100 * _COLUMN / 100 for piece in self.segments)
        needed = (_LETTER * len(f"{piece.label} {piece.unit}s") + 16 for piece in self.segments)
        return bool(self.segments) and all(a > b for a, b in zip(room, needed, strict=True))


@dataclass(frozen=True, slots=True)
class Scale:
    """One zero-based scale for a whole page; ``top`` is the largest published figure."""

    top: Decimal

    def share(self, figure: Figure | None) -> float | None:
        """A figure's length in per cent of the full bar; nothing unless it is published."""
        if figure is None or figure.value is None or self.top <= 0:
            return None
        return float(100 * max(figure.value, Decimal(0)) / self.top)


def scale_of(stages: Iterable[StageView]) -> Scale:
    """The scale on which every published count and planned level of the page fits."""
    values = [figure.value for stage in stages for figure in _lengths(stage)]
    return Scale(max((value for value in values if value is not None), default=Decimal(0)))


def _lengths(stage: StageView) -> Iterator[Figure]:
    yield stage.figure
    yield from (inner.figure for inner in stage.nested)
    if stage.target is not None:
        yield stage.target


def bar_of(stage: StageView, drawn: StageView | None, scale: Scale) -> Bar | None:
    """The bar of a stage, with the nested count ``drawn`` in it; nothing unless published."""
    value = scale.share(stage.figure)
    if value is None:
        return None
    target, inner = scale.share(stage.target), scale.share(drawn.figure if drawn else None)
    # A mark at the very end needs a little room, or half of it is cut off.
    extent = max(value, 0.0 if target is None else target + 0.5, 0.5)
    return Bar(
        width=_places(extent * FULL / 100),
        value=_places(100 * value / extent),
        segments=_segments(stage, value / extent),
        nested=None if inner is None else _places(100 * inner / extent),
        target=None if target is None else _places(100 * target / extent),
    )


def _segments(stage: StageView, filled: float) -> tuple[Segment, ...]:
    """Parts side by side, only where all are published and make up the whole."""
    values = [part.figure.value for part in stage.parts]
    known = [value for value in values if value is not None]
    if len(known) < 2 or len(known) < len(values) or sum(known) != stage.figure.value:
        return ()
    total, at, found = sum(known), Decimal(0), []
    for part, value in zip(stage.parts, known, strict=True):
        start, width = (_places(float(100 * x / total) * filled) for x in (at, value))
        found.append(Segment(start, width, part.figure.display, part.figure.unit))
        at += value
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Axis:
    """The months that a page's time strips span: whole calendar years where they begin."""

    start: int
    end: int

    def at(self, month: int) -> float:
        """Where a month begins, in per cent of the axis."""
        return _places(100 * (month - self.start) / (self.end - self.start))

    def strip(self, period: Period) -> Segment:
        """Where a period lies."""
        start = self.at(period.start)
        return Segment(start, _places(self.at(period.end) - start))

    @property
    def years(self) -> tuple[Segment, ...]:
        """The Januaries, each with its year for a label; at most the first and last few."""
        januaries = range(self.start, self.end, 12)
        step = max(1, len(januaries) // 2) if len(januaries) > 3 else 1
        return tuple(Segment(self.at(m), 0, str(m // 12)) for m in januaries[::step])


def axis_of(periods: Iterable[Period]) -> Axis:
    """The axis that holds all periods, from the January before the first."""
    found = list(periods)
    return Axis(min(p.start for p in found) // 12 * 12, max(p.end for p in found))


def _places(number: float) -> float:
    return round(number, 2)
