"""One indicator over time in one area: every period aligned, every gap said."""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.protected.figures import Figure, FigureStatus, missing
from hub.protected.observations import NOT_RETURNED, Cells, figure_of
from hub.vocabulary import CellKey, Period, PeriodKind, Vocabulary, parse_period, period_of


@dataclass(frozen=True, slots=True)
class Point:
    """A period of the series with its figure."""

    period: Period
    figure: Figure


def series_of(
    indicator: str, area: str, first: Period, last: Period, cells: Cells, words: Vocabulary
) -> tuple[Point, ...]:
    """Line up the periods of ``first``'s kind from ``first`` to ``last``; gaps are *not returned*.

    Periods of that kind that repeat (months, quarters, years) are all listed, so that a missing
    one shows; for kinds that do not repeat, the published ones between the two are listed.
    """
    unit = words.indicator(indicator).unit
    found = {key.period: item for key, item in cells.items() if not key.breakdown}
    gap = missing(FigureStatus.NOT_RETURNED, unit, NOT_RETURNED)
    return tuple(
        Point(period, figure_of(found[period.id], words) if period.id in found else gap)
        for period in _periods(first, last, (CellKey(indicator, area, id_) for id_ in found))
    )


def _periods(first: Period, last: Period, published: Iterable[CellKey]) -> list[Period]:
    if first.kind is last.kind and (last.start - first.start) % first.length == 0:
        steps = range(first.start, last.end - first.length + 1, first.length)
        if first.kind.value not in ("YTD", "RUN", "R12"):
            return [period_of(first.kind, start, start + first.length) for start in steps]
    between = (parse_period(key.period) for key in published)
    wanted = {first.kind, last.kind}
    inside = [
        period
        for period in between
        if period.kind in wanted and first.start <= period.start and period.end <= last.end
    ]
    return sorted(inside, key=lambda period: (period.end, period.start))


def histories(
    indicator: str, area: str, cells: Cells, words: Vocabulary
) -> dict[PeriodKind, tuple[Point, ...]]:
    """Line up an indicator's totals by kind of period, each from its first to its last.

    Kinds stand apart because a month and a year never share an axis. A kind that covers no months
    of its own (a rolling year that is a financial year) is left out.
    """
    held = [parse_period(key.period) for key in cells if not key.breakdown]
    found: dict[PeriodKind, tuple[Point, ...]] = {}
    told: set[tuple[int, int]] = set()
    for kind in PeriodKind:
        periods = sorted((p for p in held if p.kind is kind), key=lambda p: (p.end, p.start))
        months = {period.months for period in periods}
        if months - told:
            told |= months
            ends = periods[0], periods[-1]
            found[kind] = series_of(indicator, area, *ends, cells, words)
    return found
