"""The fast mover: the cheapest product of patterns, over all candidates at once.

A product of one pattern per axis keeps all relations by construction; what it costs is a sum
over the cells it touches. That sum, for every combination of candidates, is one tensor
contraction, so thousands of moves are priced in a fraction of a millisecond.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

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
        self._lower = np.append(system.lower, -FAR)
        self._upper = np.append(system.upper, FAR)
        self._has_ceiling = bool((system.upper < UNLIMITED).any())

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
        fans = self._best_fans(state, target, step)
        if fans is None:
            return None
        cells = self._grid.cell_at[np.ix_(*(fan.codes for fan in fans))]
        rise, fall = self._prices(state, cells, step)
        total = _contract((rise + fall) / 2, [np.abs(fan.signs) for fan in fans])
        total += _contract((rise - fall) / 2, [fan.signs for fan in fans])
        for choice in _cheapest(total):
            change = self._delta(cells, fans, choice, step)
            if self._system.balanced(change, self._grid.slanted):
                return change
        return None

    def _prices(self, state: "_State", cells: NDArray[np.int32], step: int) -> tuple[Reals, Reals]:
        """What moving each cell with and against the target costs."""
        size, value = abs(step), state.value[cells]
        price = np.where(state.blocked[cells], IMPOSSIBLE, state.cost[cells] + TOUCH)
        fall = np.where(value - self._lower[cells] < size, IMPOSSIBLE, price)
        rise = price
        if self._has_ceiling:
            rise = np.where(self._upper[cells] - value < size, IMPOSSIBLE, price)
        return (rise, fall) if step > 0 else (fall, rise)

    def _best_fans(self, state: "_State", target: int, step: int) -> list[Fan] | None:
        """For each axis the patterns that are cheapest along the target's own line."""
        place = self._grid.place_of[target].tolist()
        fans = [axis.fan(code) for axis, code in zip(self._grid.axes, place, strict=True)]
        width = WIDTHS.get(sum(len(fan.signs) > 1 for fan in fans), 5)
        for at, fan in enumerate(fans):
            if not len(fan.signs):
                return None
            if len(fan.signs) > width:
                line = tuple(fan.codes if n == at else code for n, code in enumerate(place))
                rise, fall = self._prices(state, self._grid.cell_at[line], step)
                fans[at] = _narrowed(fan, rise, fall, width)
        return fans

    def _delta(
        self, cells: NDArray[np.int32], fans: Sequence[Fan], choice: Sequence[int], step: int
    ) -> dict[int, int]:
        rows = [fan.signs[at] for fan, at in zip(fans, choice, strict=True)]
        used = [np.flatnonzero(row) for row in rows]
        signs = np.array(float(step))
        for row, columns in zip(rows, used, strict=True):
            signs = np.multiply.outer(signs, row[columns])
        touched = cells[np.ix_(*used)].ravel().tolist()
        pairs = zip(touched, signs.ravel().tolist(), strict=True)
        return {cell: int(sign) for cell, sign in pairs if cell < self._system.size}


class _State(NamedTuple):
    """The table that is to be changed; arrays have one entry more than there are cells."""

    value: Integers
    cost: Reals
    blocked: Flags


def _narrowed(fan: Fan, rise: Reals, fall: Reals, width: int) -> Fan:
    price = np.maximum(fan.signs, 0) @ rise + np.maximum(-fan.signs, 0) @ fall
    best = np.sort(np.argsort(price, kind="stable")[:width])
    signs = fan.signs[best]
    used = signs.any(axis=0)
    return Fan(fan.codes[used], signs[:, used])


def _contract(tensor: Reals, matrices: Sequence[Reals]) -> Reals:
    """Multiply every axis of ``tensor`` by its matrix."""
    before = 1
    for matrix in matrices:
        kept, size = matrix.shape
        tensor = np.matmul(matrix, tensor.reshape(before, size, -1))
        before *= kept
    return tensor.reshape([len(matrix) for matrix in matrices])


def _cheapest(total: Reals) -> Iterator[tuple[int, ...]]:
    flat = total.ravel()
    first = int(flat.argmin())
    if flat[first] >= IMPOSSIBLE / 2:
        return
    yield tuple(int(index) for index in np.unravel_index(first, total.shape))
    for at in np.argsort(flat, kind="stable")[1:TRIES].tolist():
        if flat[at] < IMPOSSIBLE / 2:
            yield tuple(int(index) for index in np.unravel_index(at, total.shape))
