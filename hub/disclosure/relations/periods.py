"""A longer period is the sum of the shorter ones that tile it, calendar, financial and rolling
at once: overlapping years are linked through the stretches of months they share."""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from hub.disclosure.relations.draft import Draft
from hub.disclosure.table import VirtualKey
from hub.vocabulary import Breakdown, PeriodKind, parse_period, period_of
from hub.vocabulary.rows import Kind

Months = tuple[int, int]
"""First month and the month after the last, as numbered by the vocabulary."""


@dataclass
class _Series:
    """One indicator, area and breakdown over time."""

    indicator: str
    area: str
    breakdown: Breakdown
    cells: dict[Months, list[int]] = field(default_factory=lambda: defaultdict(list))

    @property
    def name(self) -> str:
        return f"{self.indicator} {self.area}"


def link_periods(draft: Draft) -> None:
    """Tie the periods of every series of counts to each other."""
    found: dict[tuple[str, str, Breakdown], _Series] = {}
    for key, place in draft.reported():
        at = (key.indicator, key.area, key.breakdown)
        series = found.setdefault(at, _Series(*at))
        series.cells[parse_period(key.period).months].append(place)
    for series in found.values():
        word = draft.words.indicator(series.indicator)
        for cells in series.cells.values():
            for twin in cells[1:]:
                draft.equal(cells[0], [twin], f"{series.name}: periods of the same months")
        if word.time_additive:
            _tile(draft, series)
        elif word.kind in (Kind.EVENTS, Kind.DISTINCT):
            _bound(draft, series)


def _tile(draft: Draft, series: _Series) -> None:
    """Each period as the fewest shorter ones, stretches that nobody reported as virtual cells."""
    cuts = sorted({month for months in series.cells for month in months})
    tilings = {
        whole: tiles
        for whole in sorted(series.cells, key=lambda m: (m[1] - m[0], m))
        if (tiles := _cheapest(whole, cuts, series)) is not None
    }
    for whole, merged in _merged(tilings, series).items():
        _sum(draft, series, series.cells[whole][0], merged)


def _sum(draft: Draft, series: _Series, whole: int, tiles: list[tuple[Months, ...]]) -> None:
    """What is left of a period after its reported parts is one subtraction away, so it is a cell
    of its own even if it is made of stretches that are not."""
    origin = f"{series.name}: periods that tile another"
    reported = [_cell(draft, series, tile) for tile in tiles if tile[0] in series.cells]
    others = [_cell(draft, series, tile) for tile in tiles if tile[0] not in series.cells]
    if reported and len(others) > 1:
        stretches = tuple(m for tile in tiles if tile[0] not in series.cells for m in tile)
        rest = _cell(draft, series, stretches)
        draft.equal(rest, others, origin)
        others = [rest]
    draft.equal(whole, [*reported, *others], origin)


def _cheapest(whole: Months, cuts: list[int], series: _Series) -> list[Months] | None:
    """The fewest shorter periods that tile ``whole``; unreported stretches count one and a half."""
    inside = [cut for cut in cuts if whole[0] <= cut <= whole[1]]
    if len(inside) == 2:
        return None
    best: dict[int, tuple[float, list[Months]]] = {whole[0]: (0.0, [])}
    steps: dict[int, list[tuple[Months, float]]] = defaultdict(list)
    for start, end in pairwise(inside):
        steps[end].append(((start, end), 1.0 if (start, end) in series.cells else 1.5))
    for months in series.cells:
        if whole[0] <= months[0] and months[1] <= whole[1] and months != whole:
            steps[months[1]].append((months, 1.0))
    for end in inside[1:]:
        best[end] = min(
            (best[step[0]][0] + cost, [*best[step[0]][1], step]) for step, cost in steps[end]
        )
    return best[whole[1]][1]


def _merged(
    tilings: dict[Months, list[Months]], series: _Series
) -> dict[Months, list[tuple[Months, ...]]]:
    """Unreported stretches that always appear together become one cell: only their sum can be
    known. A period that is nothing but such a sum says nothing and is left out."""
    users: dict[Months, tuple[Months, ...]] = {}
    for whole, tiles in tilings.items():
        for tile in tiles:
            if tile not in series.cells:
                users[tile] = (*users.get(tile, ()), whole)
    groups: dict[tuple[Months, ...], list[Months]] = defaultdict(list)
    for tile, wholes in users.items():
        groups[wholes].append(tile)
    found: dict[Months, list[tuple[Months, ...]]] = {}
    for whole, tiles in tilings.items():
        merged: dict[tuple[Months, ...], None] = {}
        for tile in tiles:
            merged[tuple(groups[users[tile]]) if tile in users else (tile,)] = None
        only = next(iter(merged))
        if len(merged) > 1 or only[0] in series.cells:
            found[whole] = list(merged)
    return found


def _cell(draft: Draft, series: _Series, tile: tuple[Months, ...]) -> int:
    if tile[0] in series.cells:
        return series.cells[tile[0]][0]
    period = ",".join(period_of(PeriodKind.RUN, *stretch).id for stretch in tile)
    key = VirtualKey(series.indicator, series.area, period, series.breakdown)
    return draft.virtual(key, people=draft.people(series.indicator))


def _bound(draft: Draft, series: _Series) -> None:
    """Distinct counts do not add over time, but the year is at least each quarter, and at most
    the sum of all of them (trap T9)."""
    for whole in series.cells:
        inside = [m for m in series.cells if m != whole and whole[0] <= m[0] and m[1] <= whole[1]]
        widest = [
            m for m in inside if not any(o != m and o[0] <= m[0] and m[1] <= o[1] for o in inside)
        ]
        place = series.cells[whole][0]
        key = draft.cells[place].key
        for months in widest:
            part = series.cells[months][0]
            period = f"{key.period} not {draft.cells[part].key.period}"
            rest_key = VirtualKey(series.indicator, key.area, period, key.breakdown)
            rest = draft.virtual(rest_key, people=draft.people(series.indicator))
            draft.equal(place, [part, rest], f"{key}: at least that of a shorter period")
        chain = sorted(widest)
        ends = [whole[0], *(months[1] for months in chain)]
        starts = [*(months[0] for months in chain), whole[1]]
        if chain and ends == starts:
            parts = [series.cells[months][0] for months in chain]
            draft.at_most([place], parts, f"{key}: at most the sum of shorter periods")
