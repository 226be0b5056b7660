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

FREE = 1.0
"""What moves through hidden cells only cost less than this, all touches together."""

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
        place, known, free = self._around(target)
        if any(not len(fan.codes) for fan in known):
            return None
        state, up = _State(value, cost, blocked), step > 0
        lines = self._lines(state, place, known, free)
        found: list[tuple[float, _Products]] = []
        for size in dict.fromkeys((abs(step), -(-abs(step) // 2), 1)):
            narrow = size if up else -size
            fans = [
                fan if line is None else _narrowed(fan, line.prices(narrow), self._width(known))
                for fan, line in zip(known, lines, strict=True)
            ]
            products = self._products(state, place, fans, free, narrow)
            if products.least < IMPOSSIBLE / 2:
                found.append((products.least * (abs(step) / size) ** PARTS, products))
            if products.least < FREE:
                break
        found.sort(key=lambda pair: pair[0])
        changes = (self._balanced(products) for _, products in found)
        return next((change for change in changes if change is not None), None)

    def _balanced(self, found: "_Products") -> dict[int, int] | None:
        """The cheapest of a few products that keeps all relations."""
        for choice in _cheapest(found.prices):
            change = self._delta(found.cells, found.fans, choice, found.step)
            if self._system.balanced(change, self._grid.slanted):
                return change
        return None

    @staticmethod
    def _width(fans: Sequence[Fan]) -> int:
        """How many patterns of each axis are combined."""
        return WIDTHS.get(sum(fan.both.shape[1] > 1 for fan in fans), 5)

    def _lines(
        self, state: "_State", place: Sequence[int], fans: Sequence[Fan], free: Sequence[int]
    ) -> list["_Touched | None"]:
        """For each axis with too many patterns, the cells on the target's own line."""
        spot, found, width = list[Any](place), list[_Touched | None](), self._width(fans)
        for axis, fan in zip(free, fans, strict=True):
            if fan.both.shape[1] <= width:
                found.append(None)
                continue
            spot[axis] = fan.codes
            found.append(self._touched(state, self._grid.cell_at[tuple(spot)]))
            spot[axis] = place[axis]
        return found

    def _products(
        self,
        state: "_State",
        place: Sequence[int],
        fans: Sequence[Fan],
        free: Sequence[int],
        step: int,
    ) -> "_Products":
        """All products of patterns, priced."""
        spot: list[Any] = list(place)
        for axis, codes in zip(free, _mesh([fan.codes for fan in fans]), strict=True):
            spot[axis] = codes
        cells = self._grid.cell_at[tuple(spot)]
        touched = self._touched(state, cells)
        prices = _contract(touched.prices(step), [fan.both for fan in fans])
        return _Products(cells, fans, prices, float(prices.min()), step)

    def _touched(self, state: "_State", cells: NDArray[np.int32]) -> "_Touched":
        price = state.cost[cells]
        price += TOUCH
        price[state.blocked[cells]] = IMPOSSIBLE
        value = state.value[cells]
        down = value if self._lower is None else value - self._lower[cells]
        return _Touched(price, down, None if self._upper is None else self._upper[cells] - value)

    def _around(self, target: int) -> tuple[list[int], list[Fan], list[int]]:
        """The target's spot, and the fans through it on the axes where more than it moves (at
        least one axis)."""
        place = self._grid.place_of[target].tolist()
        if target not in self._fans_of:
            fans = [axis.fan(code) for axis, code in zip(self._grid.axes, place, strict=True)]
            free = [at for at, fan in enumerate(fans) if len(fan.codes) != 1] or [0]
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


class _Products(NamedTuple):
    """Products through one target: a price for every combination of the patterns of ``fans``,
    which move ``cells``."""

    cells: NDArray[np.int32]
    fans: Sequence[Fan]
    prices: Reals
    least: float
    step: int


class _Touched(NamedTuple):
    """Some cells: what touching each costs, and how far it may fall and rise (None is for ever)."""

    price: Reals
    down: Integers
    up: Integers | None

    def prices(self, step: int) -> Reals:
        """What moving each cell costs either way: half the sum of the prices with and against
        the target, and half their difference. Times size and sign of a pattern they add to its
        price."""
        size, found = abs(step), np.empty((2, *self.price.shape))
        np.multiply(self.down < size, IMPOSSIBLE / 2, out=found[1])
        np.add(self.price, found[1], out=found[0])
        if step > 0:
            np.negative(found[1], out=found[1])
        if self.up is not None:
            full = (self.up < size) * (IMPOSSIBLE / 2)
            found[0] += full
            found[1] += full if step > 0 else -full
        return found


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
    """Multiply every axis of both tensors by its matrices; give the sum of the two.

    The last axis is always the one multiplied, and becomes the first: each step is then one
    product of two large matrices instead of many small ones.
    """
    for matrix in reversed(matrices):
        lines = tensors.reshape(2, -1, matrix.shape[2])
        tensors = np.matmul(matrix, lines.swapaxes(1, 2))
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
