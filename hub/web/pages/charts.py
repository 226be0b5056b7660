"""Geometry of line charts and share bars: per cent across, pixels down, zero always in sight.

Only published figures have a place. A point that is not published is a gap in the line; it moves
neither the scale nor a label, so nothing drawn tells anything about it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise

from hub.protected.figures import Figure
from hub.vocabulary import Period

HEIGHT = 200.0
"""Pixels between the highest figure and the lowest (or zero)."""

TOP, _LETTERS = 26.0, 15.0
"""Pixels above the highest figure for its label, and the height of a label."""

_WIDE = 12.0
"""Per cent of the drawing that a label takes, about."""

_MARGIN = 4.0
"""Per cent left free at both sides, so that points at the ends are whole."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A published point: where it lies, and what is printed at it."""

    x: float
    y: float
    display: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stroke:
    """A piece of a line between two neighbouring published points."""

    start: Spot
    end: Spot


@dataclass(frozen=True, slots=True)
class Line:
    """A series as drawn; ``name`` stands at its last published point with the figure."""

    name: str
    planned: bool
    spots: tuple[Spot, ...]
    strokes: tuple[Stroke, ...]
    label_y: float = 0.0

    @property
    def last(self) -> Spot:
        """The point that carries the label."""
        return self.spots[-1]

    @property
    def anchor(self) -> str:
        """Which end of the label stands at the point, so that it stays inside the drawing."""
        if self.last.x > 60:
            return "end"
        return "start" if self.last.x < 25 else "middle"


@dataclass(frozen=True, slots=True)
class Tick:
    """A period under the axis. ``minor`` ones are left out on a narrow screen."""

    x: float
    period: Period
    minor: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """A line chart; ``zero`` is where its zero line lies."""

    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]
    zero: float
    height: float


@dataclass(frozen=True, slots=True)
class Series:
    """What a line is drawn from: one figure, published or not, for each period of the axis."""

    name: str
    figures: Sequence[Figure] = field(repr=False)
    planned: bool = False


def line_chart(periods: Sequence[Period], series: Iterable[Series]) -> Chart | None:
    """Draw series over the same periods; nothing unless one has two published points."""
    known = [(one, sum(f.value is not None for f in one.figures)) for one in series]
    kept = [one for one, points in known if points]
    if max((points for _, points in known), default=0) < 2:
        return None
    values = [f.value for one in kept for f in one.figures if f.value is not None]
    scale = _Scale(min(*values, Decimal(0)), max(*values, Decimal(0)))
    lines = [_line(one, scale) for one in kept]
    zero = scale.y(Decimal(0))
    return Chart(_apart(lines, zero), _ticks(periods), zero, TOP + HEIGHT)


@dataclass(frozen=True, slots=True)
class _Scale:
    low: Decimal
    high: Decimal

    def y(self, value: Decimal) -> float:
        extent = self.high - self.low or Decimal(1)
        return round(TOP + HEIGHT * float((self.high - value) / extent), 1)


def _line(one: Series, scale: _Scale) -> Line:
    placed = [
        None if f.value is None else Spot(_x(i, len(one.figures)), scale.y(f.value), f.display)
        for i, f in enumerate(one.figures)
    ]
    pairs = pairwise(placed)
    strokes = tuple(Stroke(a, b) for a, b in pairs if a is not None and b is not None)
    spots = tuple(spot for spot in placed if spot is not None)
    return Line(one.name, one.planned, spots, strokes, spots[-1].y - 9)


def _apart(lines: list[Line], zero: float) -> tuple[Line, ...]:
    """Move each measured line's label to where neither it nor the planned one passes.

    Above its point, else below it, else above whatever is in the way.
    """
    plans = [line for line in lines if line.planned]
    return tuple(line if line.planned else _clear(line, plans, zero) for line in lines)


def _clear(line: Line, plans: Iterable[Line], zero: float) -> Line:
    last, label = line.last, line.label_y
    falls = len(line.strokes) > 0 and line.strokes[-1].end == last
    own = [line.strokes[-1].start.y] if falls else []
    others = [y for plan in plans for y in _passed(plan, last)]
    # A line that comes from above would run through a label above its end.
    if all(y >= last.y for y in own) and not any(label - _LETTERS < y < label + 4 for y in others):
        return line
    below = last.y + _LETTERS + 5
    if below < zero - 4 and not any(last.y + 4 < y < below + 4 for y in others):
        return replace(line, label_y=below)
    return replace(line, label_y=min([label, *others]) - 8)


def _passed(plan: Line, point: Spot) -> list[float]:
    """How high a line runs along a label at ``point``, at its two ends and between."""
    span = (0, _WIDE / 2, _WIDE) if point.x < 25 else (-_WIDE, 0, _WIDE)
    return [y for off in span if (y := _height(plan, point.x + off)) is not None]


def _height(line: Line, x: float) -> float | None:
    for one in line.strokes:
        if one.start.x <= x <= one.end.x:
            part = (x - one.start.x) / (one.end.x - one.start.x)
            return one.start.y + part * (one.end.y - one.start.y)
    return None


def _ticks(periods: Sequence[Period]) -> tuple[Tick, ...]:
    # Counted from the end, so that the last period is named and no neighbour runs into it.
    step = max(1, (len(periods) + 3) // 4)
    return tuple(
        Tick(_x(i, len(periods)), period, (len(periods) - 1 - i) % step != 0)
        for i, period in enumerate(periods)
    )


def _x(index: int, count: int) -> float:
    return round(_MARGIN + (100 - 2 * _MARGIN) * (index / (count - 1) if count > 1 else 0.5), 2)


def share_of(figure: Figure | None, top: Decimal) -> float | None:
    """A figure's bar in per cent of the longest; nothing unless it is published and not below 0."""
    if figure is None or figure.value is None or top <= 0 or figure.value < 0:
        return None
    return round(float(100 * figure.value / top), 2)


def top_of(figures: Iterable[Figure | None]) -> Decimal:
    """The largest published figure, on which a page's bars are scaled."""
    known = (one.value for one in figures if one is not None and one.value is not None)
    return max(known, default=Decimal(0))
