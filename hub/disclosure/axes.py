"""The axes of a component, and the smallest changes along each that keep its relations.

Most relations run along one axis: a county over its districts, a year over its months, a total
over its categories. A change along an axis that keeps the axis's relations is a *pattern*, such
as "one district up, its neighbour down". A product of patterns, one for each axis, keeps every
relation of the table, because each relation sees one pattern only.
"""

import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hub.disclosure.system import Reals, System

Pattern = tuple[tuple[int, int], ...]
"""Codes of an axis with +1 or -1."""

Off = dict[int, int]
"""Numbers of the relations that a pattern breaks, with how far each is off."""

MOST_PATTERNS = 96
MOST_STEPS = 1_500
"""How far to look for the patterns of one code."""

MOST_CODES = 14
"""Patterns of more codes are not looked for: with so many, no product of them is ever cheap. What
stands in dozens of relations, each with a rest of its own, is given up at once by this."""

MOST_PLACES = 30_000_000
"""Largest grid to lay out; beyond it axes are merged."""

AREA, PERIOD = 1, 2
"""Positions of these coordinates; indicator and dimensions, the others, may be merged freely."""


@dataclass(frozen=True)
class Fan:
    """The patterns through one code: ``both`` has a row for each and a column for each of the
    ``codes`` that any of them touches, once with what is touched (1) and once with signs."""

    codes: NDArray[np.int64]
    both: Reals


class Axis:
    """One axis: its codes and the relations between them."""

    def __init__(self, size: int, rows: Iterable[Pattern]) -> None:
        self.size = size
        self._rows = sorted(set(rows), key=lambda row: (len(row), row))
        self._rows_of: list[list[tuple[int, int]]] = [[] for _ in range(size)]
        for number, row in enumerate(self._rows):
            for code, weight in row:
                self._rows_of[code].append((number, weight))
        self._by_reach = [
            sorted(((len(self._rows_of[code]), code) for code, _ in row), reverse=True)
            for row in self._rows
        ]
        self._fans: dict[int, Fan] = {}

    def fan(self, code: int) -> Fan:
        """The patterns that raise ``code`` by one, the smallest first."""
        if code not in self._fans:
            self._fans[code] = self._spread(list(self._patterns(code)))
        return self._fans[code]

    def _spread(self, patterns: Sequence[Pattern]) -> Fan:
        codes = sorted({code for pattern in patterns for code, _ in pattern})
        column = {code: at for at, code in enumerate(codes)}
        signs = np.zeros((len(patterns), len(codes)))
        for at, pattern in enumerate(patterns):
            for code, sign in pattern:
                signs[at, column[code]] = sign
        return Fan(np.array(codes, dtype=np.int64), np.stack((np.abs(signs), signs)))

    def _patterns(self, code: int) -> Iterable[Pattern]:
        """Best first: repair one broken relation at a time with one more code."""
        start: Pattern = ((code, 1),)
        queue = [(1, 0, start, self._after({}, code, 1))]
        seen, found, order = {start}, 0, 0
        for _ in range(MOST_STEPS):
            if not queue or found == MOST_PATTERNS:
                return
            _, _, pattern, off = heapq.heappop(queue)
            if not off:
                found += 1
                yield pattern
                continue
            for step in self._repairs(dict(pattern), off):
                longer = tuple(sorted((*pattern, step)))
                if longer in seen:
                    continue
                seen.add(longer)
                left = self._after(off, *step)
                if len(longer) + self._least(longer, left) <= MOST_CODES:
                    order += 1
                    heapq.heappush(queue, (len(longer), order, longer, left))

    def _after(self, off: Off, code: int, sign: int) -> Off:
        """How far each relation is off once ``code`` has moved as well."""
        changed = dict(off)
        for number, weight in self._rows_of[code]:
            by = changed.pop(number, 0) + weight * sign
            if by:
                changed[number] = by
        return changed

    def _least(self, pattern: Pattern, off: Off) -> float:
        """How many codes more it takes at least: none mends more relations than it stands in."""
        used = {code for code, _ in pattern}
        return sum(
            next((1 / reach for reach, code in self._by_reach[row] if code not in used), math.inf)
            for row in off
        )

    def _repairs(self, pattern: dict[int, int], off: Off) -> Iterable[tuple[int, int]]:
        """Codes that mend the shortest broken relation alone (relations are numbered so)."""
        number = min(off)
        for code, weight in self._rows[number]:
            if code not in pattern and abs(weight) == abs(off[number]):
                yield code, -off[number] // weight


@dataclass(frozen=True)
class Grid:
    """The cells of a component laid out along its axes; ``cell_at`` holds ``system.size`` where
    there is none."""

    axes: tuple[Axis, ...]
    place_of: NDArray[np.int64]
    """For each cell, its code on each axis."""
    cell_at: NDArray[np.int32]
    slanted: frozenset[int] | None
    """Relations that do not run along one axis, so that products must be checked against them;
    None is all of them, when two cells lie on the same spot."""


def grid_of(system: System) -> Grid | None:
    """Lay a component out; None if it is too scattered for that."""
    for groups in _groupings(system):
        codes, sizes = _codes(system, groups)
        if np.prod([float(size) for size in sizes]) <= MOST_PLACES:
            break
    else:
        return None
    cell_at = np.full(sizes, system.size, dtype=np.int32)
    cell_at[tuple(codes.T)] = np.arange(system.size, dtype=np.int32)
    rows: list[set[Pattern]] = [set() for _ in sizes]
    slanted, columns = [], codes.T.tolist()
    for number, (row, axis) in enumerate(zip(system.rows, _directions(system, codes), strict=True)):
        if axis < 0:
            slanted.append(number)
        else:
            along, first = columns[axis], 1 if row[0][1] > 0 else -1
            rows[axis].add(tuple(sorted((along[cell], first * w) for cell, w in row)))
    axes = tuple(Axis(size, found) for size, found in zip(sizes, rows, strict=True))
    alone = np.count_nonzero(cell_at < system.size) == system.size
    return Grid(axes, codes, cell_at, frozenset(slanted) if alone else None)


def _directions(system: System, codes: NDArray[np.int64]) -> list[int]:
    """For each relation the one axis that its cells differ along; -1 if there is no such axis."""
    lengths = np.array([len(row) for row in system.rows], dtype=np.int64)
    if not len(lengths):
        return []
    cells = np.array([cell for row in system.rows for cell, _ in row], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    places = codes[cells]
    differs = np.logical_or.reduceat(
        places != np.repeat(places[starts], lengths, axis=0), starts, axis=0
    )
    only = np.where(differs.sum(axis=1) == 1, differs.argmax(axis=1), -1)
    found: list[int] = only.tolist()
    return found


def _groupings(system: System) -> Iterable[list[list[int]]]:
    """Ways to group coordinates into axes, from the finest. Relations that run over several
    coordinates at once (identities between a category and a total, say) need them merged."""
    width = len(system.coords[0])
    together = _slanted(system, width)
    fine = [[AREA], [PERIOD]]
    free = [at for at in range(width) if at not in (AREA, PERIOD)]
    merged = [at for at in free if at in together]
    rest = [[at] for at in free if at not in together]
    yield [*fine, *([merged] if merged else []), *rest]
    yield [*fine, free]
    yield [list(range(width))]


def _slanted(system: System, width: int) -> set[int]:
    """Coordinates other than area and period that vary together in some relation."""
    found = set[int]()
    for row in system.rows:
        coords = [system.coords[cell] for cell, _ in row]
        varying = {at for at in range(width) if len({c[at] for c in coords}) > 1}
        free = varying - {AREA, PERIOD}
        if len(free) > 1:
            found |= free
    return found


def _codes(
    system: System, groups: Sequence[Sequence[int]]
) -> tuple[NDArray[np.int64], tuple[int, ...]]:
    columns, sizes = [], []
    for group in groups:
        names = [tuple(coords[at] for at in group) for coords in system.coords]
        number = {name: at for at, name in enumerate(dict.fromkeys(names))}
        columns.append([number[name] for name in names])
        sizes.append(len(number))
    return np.array(columns, dtype=np.int64).T, tuple(sizes)
