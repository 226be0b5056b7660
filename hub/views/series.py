"""One indicator over time in one area: every period aligned, every gap said."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from hub.protected.figures import Figure, FigureStatus
from hub.protected.observations import NOT_RETURNED, figure_of
from hub.protected.rows import Row, observation_of_row
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


def series_of(
    indicator: str, first: Period, last: Period, rows: Iterable[Row], words: Vocabulary
) -> tuple[Point, ...]:
    """Line up the periods of ``first``'s kind from ``first`` to ``last``; gaps are *not returned*.

    ``rows`` are the indicator's totals in one area. Periods of that kind that repeat (months,
    quarters, years) are all listed, so that a missing one shows; for kinds that do not repeat,
    the published ones between the two are listed.
    """

    def gap(period: Period) -> Row:
        status = FigureStatus.NOT_RETURNED.value
        return Row("", period.id, "", indicator, status, None, reason=NOT_RETURNED)

    found = {row.period: row for row in rows}
    listed = _aligned(first, last) or _between(first, last, found)
    return tuple([Point(each, found.get(each.id) or gap(each), words) for each in listed])


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


def _between(first: Period, last: Period, found: Mapping[str, Row]) -> list[Period]:
    wanted = {first.kind, last.kind}
    inside = [
        period
        for period in map(parse_period, found)
        if period.kind in wanted and first.start <= period.start and period.end <= last.end
    ]
    return sorted(inside, key=lambda period: (period.end, period.start))


def histories(
    indicator: str, rows: Iterable[Row], words: Vocabulary
) -> dict[PeriodKind, tuple[Point, ...]]:
    """Line up an indicator's totals by kind of period, each from its first to its last.

    Kinds stand apart because a month and a year never share an axis. A kind that covers no months
    of its own (a rolling year that is a financial year) is left out.
    """
    totals = list(rows)
    held = [parse_period(row.period) for row in totals]
    found: dict[PeriodKind, tuple[Point, ...]] = {}
    told: set[tuple[int, int]] = set()
    for kind in PeriodKind:
        periods = sorted((p for p in held if p.kind is kind), key=lambda p: (p.end, p.start))
        months = {period.months for period in periods}
        if months - told:
            told |= months
            found[kind] = series_of(indicator, periods[0], periods[-1], totals, words)
    return found
