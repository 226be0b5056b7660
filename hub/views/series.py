"""One indicator over time in one area: every period aligned, every gap said."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, overload

from hub.protected.figures import Figure, FigureStatus
from hub.protected.observations import NOT_RETURNED, figure_of
from hub.protected.rows import Row, Rows, observation_of_row, table_of
from hub.vocabulary import Period, PeriodKind, Vocabulary, parse_period, period_of

UNEVEN = frozenset({PeriodKind.YEAR_TO_DATE, PeriodKind.RUN, PeriodKind.ROLLING_YEAR})
"""Kinds that do not follow each other without overlap."""


class Point(NamedTuple):
    """A period of the series with what the release says of it; a gap is *not returned*."""

    period: Period
    row: Row
    words: Vocabulary

    def __repr__(self) -> str:
        """Name the period alone."""
        return f"Point({self.period})"

    @property
    def figure(self) -> Figure:
        """The figure, or why there is none."""
        return figure_of(observation_of_row(self.row), self.words)


class Line(Sequence[Point]):
    """The points of a series; one is made when it is asked for."""

    def __init__(self, periods: Sequence[Period], table: Rows, words: Vocabulary) -> None:
        """``table`` has a row for each period."""
        self._periods = periods
        self.table = table
        self._words = words

    def __len__(self) -> int:
        return len(self._periods)

    @overload
    def __getitem__(self, place: int) -> Point: ...

    @overload
    def __getitem__(self, place: slice) -> "Line": ...

    def __getitem__(self, place: int | slice) -> "Point | Line":
        """Make a point, or choose some."""
        if isinstance(place, slice):
            return Line(self._periods[place], self.table[place], self._words)
        return Point(self._periods[place], self.table[place], self._words)

    def __iter__(self) -> Iterator[Point]:
        """Make one point after the other."""
        pairs = zip(self._periods, self.table, strict=True)
        return (Point(period, row, self._words) for period, row in pairs)


def series_of(indicator: str, first: Period, last: Period, rows: Rows, words: Vocabulary) -> Line:
    """Line up the periods of ``first``'s kind from ``first`` to ``last``; gaps are *not returned*.

    ``rows`` are the indicator's totals in one area. Periods of that kind that repeat (months,
    quarters, years) are all listed, so that a missing one shows; for kinds that do not repeat,
    the published ones between the two are listed.
    """
    held = rows.column("row.period")
    listed = _aligned(first, last) or _between(first, last, held)
    if [period.id for period in listed] == list(held):
        return Line(listed, rows, words)
    found = dict(zip(held, rows, strict=True))
    told = [found.get(period.id) or _gap(indicator, period) for period in listed]
    return Line(listed, table_of(told), words)


def _gap(indicator: str, period: Period) -> Row:
    status = FigureStatus.NOT_RETURNED.value
    return Row("", period.id, "", indicator, status, None, reason=NOT_RETURNED)


def ends_of(first: Period, last: Period) -> tuple[str, str] | None:
    """Name the ends of a series whose kind repeats; None where only what is published tells."""
    listed = _aligned(first, last)
    return (listed[0].id, listed[-1].id) if listed else None


@lru_cache(maxsize=1024)
def _aligned(first: Period, last: Period) -> tuple[Period, ...]:
    if first.kind is not last.kind or first.kind in UNEVEN:
        return ()
    if (last.start - first.start) % first.length:
        return ()
    starts = range(first.start, last.end - first.length + 1, first.length)
    return tuple(period_of(first.kind, start, start + first.length) for start in starts)


def _between(first: Period, last: Period, held: Iterable[str]) -> list[Period]:
    wanted = {first.kind, last.kind}
    inside = [
        period
        for period in map(parse_period, held)
        if period.kind in wanted and first.start <= period.start and period.end <= last.end
    ]
    return sorted(inside, key=lambda period: (period.end, period.start))


def histories(indicator: str, rows: Rows, words: Vocabulary) -> dict[PeriodKind, Line]:
    """Line up an indicator's totals by kind of period, each from its first to its last.

    Kinds stand apart because a month and a year never share an axis. A kind that covers no months
    of its own (a rolling year that is a financial year) is left out.
    """
    held = [parse_period(period) for period in rows.column("row.period")]
    found: dict[PeriodKind, Line] = {}
    told: set[tuple[int, int]] = set()
    for kind in PeriodKind:
        periods = sorted((p for p in held if p.kind is kind), key=lambda p: (p.end, p.start))
        months = {period.months for period in periods}
        if months - told:
            told |= months
            found[kind] = series_of(indicator, periods[0], periods[-1], rows, words)
    return found
