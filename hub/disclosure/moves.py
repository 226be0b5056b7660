"""The fast mover: the cheapest product of patterns, over all candidates at once.

A product of one pattern per axis keeps all relations by construction; what it costs is a sum
over the cells it touches. That sum, for every combination of candidates, is one tensor
contraction, so thousands of moves are priced in a fraction of a millisecond.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hub.disclosure.axes import Fan, Grid
from hub.disclosure.system import UNLIMITED, Flags, Integers, Reals, System

IMPOSSIBLE = 1e9
"""Price of touching a cell that must not change, or of taking from a count what it has not."""

TOUCH = 1e-3
"""Price of touching a cell that is hidden anyway: of two free moves the smaller is better."""

FAR = 1 << 50
"""Limits of "no cell": it can go anywhere."""

WIDTHS = {1: 96, 2: 40, 3: 14, 4: 7}
"""How many patterns per axis are combined, by the number of axes that have any choice."""

PARTS = 0.5
"""How much dearer a move of part of a step counts: what it hides serves the rest as well, so less
than in proportion (measured; 1 and 2 lose more)."""

TRIES = 4
"""How many of the cheapest products are checked against the relations before giving up."""


class GridMover:
    """Finds moves in a component that has been laid out along its axes."""

    def __init__(self, system: System, grid: Grid) -> None:
        self._system, self._grid = system, grid
        self._lower = np.append(system.lower, -FAR) if system.lower.any() else None
        limited = bool((system.upper < UNLIMITED).any())
        self._upper = np.append(system.upper, FAR) if limited else None
        self._fans_of: dict[int, tuple[list[Fan], list[int]]] = {}

    def change(
        self, value: Integers, cost: Reals, blocked: Flags, target: int, step: int
    ) -> dict[int, int] | None:
        """A cheap change of ``target`` by ``step``, or by a part of it in the same direction.

        A part is taken when it is cheaper for how far it goes: several small moves through small
        counts, hidden anyway, often cost nothing where one large move must take from large ones.
        """
        state, best, least = _State(value, cost, blocked), None, np.inf
        for size in dict.fromkeys((abs(step), -(-abs(step) // 2), 1)):
            found = self._product(state, target, size if step > 0 else -size)
            if found is None:
                continue
            price = float(cost[list(found)].sum()) * (abs(step) / size) ** PARTS
            if price < least:
                best, least = found, price
            if price == 0:
                break
        return best

    def _product(self, state: "_State", target: int, step: int) -> dict[int, int] | None:
        found = self._best_fans(state, target, step)
        if found is None:
            return None
        fans, free, spot = found
        for axis, codes in zip(free, _mesh([fan.codes for fan in fans]), strict=True):
            spot[axis] = codes
        cells = self._grid.cell_at[tuple(spot)]
        total = _contract(self._prices(state, cells, step), [fan.both for fan in fans])
        for choice in _cheapest(total):
            change = self._delta(cells, fans, choice, step)
            if self._system.balanced(change, self._grid.slanted):
                return change
        return None

    def _prices(self, state: "_State", cells: NDArray[np.int32], step: int) -> Reals:
        """What moving each cell costs either way: half the sum of the prices with and against
        the target, and half their difference. Times size and sign of a pattern they add to its
        price."""
        size, value = abs(step), state.value[cells]
        price = np.where(state.blocked[cells], IMPOSSIBLE, state.cost[cells] + TOUCH)
        room = value if self._lower is None else value - self._lower[cells]
        fall = np.where(room < size, IMPOSSIBLE, price)
        rise = price
        if self._upper is not None:
            rise = np.where(self._upper[cells] - value < size, IMPOSSIBLE, price)
        apart = rise - fall if step > 0 else fall - rise
        return np.stack((rise + fall, apart)) / 2

    def _best_fans(
        self, state: "_State", target: int, step: int
    ) -> tuple[list[Fan], list[int], list[Any]] | None:
        """For each axis with a choice the patterns that are cheapest along the target's own line;
        with the places of these axes and the target's own spot."""
        place, known, free = self._around(target)
        if any(not len(fan.codes) for fan in known):
            return None
        fans, width = list(known), WIDTHS.get(sum(fan.both.shape[1] > 1 for fan in known), 5)
        for number, (axis, fan) in enumerate(zip(free, known, strict=True)):
            if fan.both.shape[1] > width:
                line: list[Any] = list(place)
                line[axis] = fan.codes
                prices = self._prices(state, self._grid.cell_at[tuple(line)], step)
                fans[number] = _narrowed(fan, prices, width)
        return fans, free, list(place)

    def _around(self, target: int) -> tuple[list[int], list[Fan], list[int]]:
        """The target's spot, and the fans through it on the axes where more than it moves."""
        place = self._grid.place_of[target].tolist()
        if target not in self._fans_of:
            fans = [axis.fan(code) for axis, code in zip(self._grid.axes, place, strict=True)]
            free = [at for at, fan in enumerate(fans) if len(fan.codes) != 1]
            self._fans_of[target] = [fans[at] for at in free], free
        return place, *self._fans_of[target]

    def _delta(
        self, cells: NDArray[np.int32], fans: Sequence[Fan], choice: Sequence[int], step: int
    ) -> dict[int, int]:
        rows = [fan.both[1, at] for fan, at in zip(fans, choice, strict=True)]
        used = [row.nonzero()[0] for row in rows]
        signs = np.array(step)
        for row, columns in zip(rows, used, strict=True):
            signs = np.multiply.outer(signs, row[columns])
        touched = cells[tuple(_mesh(used))].ravel().tolist()
        pairs = zip(touched, signs.ravel().tolist(), strict=True)
        return {cell: int(sign) for cell, sign in pairs if cell < self._system.size}


class _State(NamedTuple):
    """The table that is to be changed; arrays have one entry more than there are cells."""

    value: Integers
    cost: Reals
    blocked: Flags


def _mesh(codes: Sequence[NDArray[Any]]) -> Iterator[NDArray[Any]]:
    """The same as ``np.ix_``, which takes longer than the look-up it is for."""
    for at, found in enumerate(codes):
        yield found.reshape((-1, *(1,) * (len(codes) - at - 1)))


def _narrowed(fan: Fan, prices: Reals, width: int) -> Fan:
    price = fan.both[0] @ prices[0] + fan.both[1] @ prices[1]
    best = np.sort(np.argsort(price, kind="stable")[:width])
    both = fan.both[:, best]
    used = both[0].any(axis=0)
    return Fan(fan.codes[used], both[:, :, used])


def _contract(tensors: Reals, matrices: Sequence[Reals]) -> Reals:
    """Multiply every axis of both tensors by its matrices; give the sum of the two."""
    before = 1
    for matrix in matrices:
        kept, size = matrix.shape[1:]
        tensors = np.matmul(matrix[:, None], tensors.reshape(2, before, size, -1))
        before *= kept
    total: Reals = tensors[0] + tensors[1]
    return total.reshape([matrix.shape[1] for matrix in matrices])


def _cheapest(total: Reals) -> Iterator[tuple[int, ...]]:
    flat = total.ravel()
    first = int(flat.argmin())
    if flat[first] >= IMPOSSIBLE / 2:
        return
    yield tuple(int(index) for index in np.unravel_index(first, total.shape))
    for at in np.argsort(flat, kind="stable")[1:TRIES].tolist():
        if flat[at] < IMPOSSIBLE / 2:
            yield tuple(int(index) for index in np.unravel_index(at, total.shape))
