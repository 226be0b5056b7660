"""Lossless roll-up: sums that are exact, over periods, areas, partitions and identities.

Only what is additive is summed (``time_additive``, ``area_additive``), only where every part is
there, and a figure that an agency returned itself is never overwritten. Distinct people are not
added over quarters: the same person counts once a quarter and once a year (trap T9).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from hub.vocabulary import CellKey, Period, PeriodKind, Vocabulary, parse_period, period_of
from hub.vocabulary.cells import Breakdown
from hub.vocabulary.rows import Indicator

Counts = Mapping[CellKey, Decimal]
Parts = Mapping[CellKey, tuple[CellKey, ...]]
"""For each rolled-up cell, the returned cells it is the sum of."""


def roll_up(
    counts: Counts, words: Vocabulary, wanted: Iterable[str] = ()
) -> tuple[dict[CellKey, Decimal], Parts]:
    """Add every exact sum of ``counts``; ``wanted`` are runs of months to sum over as well.

    Returns all cells, returned and rolled up, and for each rolled-up one the cells summed.
    """
    sums = _Sums(counts, words, wanted)
    for step in (_partitions, _identities, _areas, _periods, _identities, _partitions):
        step(sums)
    return sums.values, sums.parts


class _Sums:
    """The growing table: a cell is added once and never replaced."""

    def __init__(self, counts: Counts, words: Vocabulary, wanted: Iterable[str]) -> None:
        self.words = words
        periods = [parse_period(period) for period in sorted(wanted)]
        self.runs = [period for period in periods if period.kind is PeriodKind.RUN]
        self.values = dict(counts)
        self.parts: dict[CellKey, tuple[CellKey, ...]] = {}
        # Where and when each indicator has a cell, so that an identity looks nowhere else.
        self.places: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
        for key in self.values:
            self.places[key.indicator][key.area, key.period] = None

    def add(self, key: CellKey, parts: Iterable[CellKey]) -> None:
        chosen = tuple(parts)
        if key in self.values or not chosen or any(part not in self.values for part in chosen):
            return
        self.values[key] = sum((self.values[part] for part in chosen), Decimal(0))
        self.places[key.indicator][key.area, key.period] = None
        self.parts[key] = tuple(leaf for part in chosen for leaf in self.parts.get(part, (part,)))

    def counts(self) -> list[tuple[CellKey, Indicator]]:
        """The cells that are counts, with their indicators."""
        known = ((key, self.words.indicator(key.indicator)) for key in list(self.values))
        return [(key, indicator) for key, indicator in known if indicator.kind.is_count]


def _partitions(sums: _Sums) -> None:
    """A total is the sum of a partition's categories when every category is there."""
    wanted: dict[tuple[CellKey, str], dict[str, CellKey]] = defaultdict(dict)
    for key, _ in sums.counts():
        for dimension, category in key.breakdown:
            if sums.words.dimensions[dimension].partition:
                rest = tuple(pair for pair in key.breakdown if pair[0] != dimension)
                total = CellKey(key.indicator, key.area, key.period, rest)
                wanted[total, dimension][category] = key
    for (total, dimension), found in wanted.items():
        if set(found) == set(sums.words.categories[dimension]):
            sums.add(total, found.values())


def _identities(sums: _Sums) -> None:
    """One side of an identity is the sum of the other (crimes + incidents = all records)."""
    for identity in sums.words.identities:
        if identity.relation != "=":
            continue
        for whole, parts in ((identity.left, identity.right), (identity.right, identity.left)):
            if len(whole) == 1:
                for area, period in list(sums.places[parts[0].indicator]):
                    sums.add(whole[0].at(area, period), [part.at(area, period) for part in parts])


def _areas(sums: _Sums) -> None:
    """A parent is the sum of the areas that tile it, for each hierarchy, level by level."""
    for _ in range(len(sums.words.levels)):
        added = len(sums.values)
        for (indicator, period, breakdown), areas in _by_place(sums).items():
            _area_parents(sums, indicator, parse_period(period), breakdown, areas)
        if len(sums.values) == added:
            return


def _by_place(sums: _Sums) -> dict[tuple[str, str, Breakdown], list[str]]:
    found: dict[tuple[str, str, Breakdown], list[str]] = defaultdict(list)
    for key, indicator in sums.counts():
        if indicator.area_additive:
            found[key.indicator, key.period, key.breakdown].append(key.area)
    return found


def _area_parents(
    sums: _Sums, indicator: str, period: Period, breakdown: Breakdown, areas: list[str]
) -> None:
    allowed = set(sums.words.indicator(indicator).area_levels)
    for parent in {parent for area in areas for parent in sums.words.parents(area, period)}:
        if sums.words.area(parent).level not in allowed:
            continue
        for children in sums.words.coverings(parent, period).values():
            sums.add(
                CellKey(indicator, parent, period.id, breakdown),
                [CellKey(indicator, child, period.id, breakdown) for child in children],
            )


def _periods(sums: _Sums) -> None:
    """A longer period is the sum of the shorter ones that tile it exactly."""
    series: dict[tuple[str, str, Breakdown], dict[str, CellKey]] = defaultdict(dict)
    for key, indicator in sums.counts():
        if indicator.time_additive:
            series[key.indicator, key.area, key.breakdown][key.period] = key
    for (code, area, breakdown), cells in series.items():
        periods = [parse_period(period) for period in cells]
        kinds = sums.words.indicator(code).period_kinds
        runs = sums.runs if PeriodKind.RUN in kinds else []
        for wanted in [*_candidates(periods, kinds), *runs]:
            tiles = tile(wanted, periods)
            if tiles:
                parts = [cells[tile_.id] for tile_ in tiles]
                sums.add(CellKey(code, area, wanted.id, breakdown), parts)


_SPANS = {
    PeriodKind.CALENDAR_QUARTER: (3, range(0, 12, 3)),
    PeriodKind.FINANCIAL_QUARTER: (3, range(0, 12, 3)),
    PeriodKind.CALENDAR_YEAR: (12, range(0, 1)),
    PeriodKind.FINANCIAL_YEAR: (12, range(3, 4)),
    PeriodKind.ROLLING_YEAR: (12, range(12)),
}
"""Length in months and the months (0 = January) in which a period of the kind may start."""


def _candidates(periods: list[Period], kinds: Iterable[PeriodKind]) -> list[Period]:
    """Every period of the kinds that ends where some period ends and starts where one starts."""
    starts, ends = {period.start for period in periods}, {period.end for period in periods}
    found: list[Period] = []
    for kind in kinds:
        if kind is PeriodKind.YEAR_TO_DATE:
            found += [period_of(kind, (end - 4) // 12 * 12 + 3, end) for end in sorted(ends)]
        elif kind in _SPANS:
            length, months = _SPANS[kind]
            found += [
                period_of(kind, start, start + length)
                for start in sorted(starts)
                if start % 12 in months and start + length in ends
            ]
    have = {period.id for period in periods}
    return [period for period in found if period.start in starts and period.id not in have]


def tile(wanted: Period, periods: Iterable[Period]) -> tuple[Period, ...]:
    """Find shorter or equal periods that cover ``wanted`` exactly; none if none do.

    The finest cover wins: where a year disagrees with its months (trap T20), a year to date is
    the sum of the months, as the agency's own cumulative figures are.
    """
    by_start: dict[int, list[Period]] = defaultdict(list)
    for period in sorted(periods, key=lambda item: (item.length, item.id)):
        if wanted.covers(period) and period.id != wanted.id:
            by_start[period.start].append(period)
    reached: dict[int, tuple[Period, ...]] = {wanted.start: ()}
    for month in range(wanted.start, wanted.end):
        for period in by_start[month] if month in reached else ():
            cover = (*reached[month], period)
            if len(cover) > len(reached.get(period.end, ())):
                reached[period.end] = cover
    return reached.get(wanted.end, ())
