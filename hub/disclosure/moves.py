"""The fast mover: the cheapest product of patterns, over all candidates at once.

A product of one pattern per axis keeps all relations by construction; what it costs is a sum
over the cells it touches. That sum, for every combination of candidates, is one tensor
contraction, so thousands of moves are priced in a fraction of a millisecond.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from hub.disclosure.axes import Fan, Grid
from hub.disclosure.system import Flags, Integers, Reals, System

IMPOSSIBLE = 1e9
"""Price of touching a cell that must not change, or of taking from a count what it has not."""

TOUCH = 1e-3
"""Price of touching a cell that is hidden anyway: of two free moves the smaller is better."""

WIDTHS = {1: 96, 2: 40, 3: 14, 4: 7}
"""How many patterns per axis are combined, by the number of axes that have any choice."""

TRIES = 4
"""How many of the cheapest products are checked against the relations before giving up."""


class GridMover:
    """Finds moves in a component that has been laid out along its axes."""

    def __init__(self, system: System, grid: Grid) -> None:
        self._system, self._grid = system, grid

    def change(
        self, value: Integers, cost: Reals, blocked: Flags, target: int, step: int
    ) -> dict[int, int] | None:
        """A cheap change of ``target`` by ``step``, or by a part of it in the same direction."""
        prices = _Prices(self._system, value, cost, blocked)
        sizes = dict.fromkeys((abs(step), -(-abs(step) // 2), 1))
        for size in sizes:
            found = self._product(prices, target, size if step > 0 else -size)
            if found is not None:
                return found
        return None

    def _product(self, prices: "_Prices", target: int, step: int) -> dict[int, int] | None:
        place = self._grid.place_of[target]
        rise, fall = prices.of(abs(step))
        if step < 0:
            rise, fall = fall, rise
        fans = self._best_fans(place, rise, fall)
        if any(not len(fan.signs) for fan in fans):
            return None
        cells = self._grid.cell_at[np.ix_(*(fan.codes for fan in fans))]
        both = (rise[cells] + fall[cells]) / 2
        tilt = (rise[cells] - fall[cells]) / 2
        for fan in fans:
            both = np.tensordot(both, np.abs(fan.signs), axes=(0, 1))
            tilt = np.tensordot(tilt, fan.signs, axes=(0, 1))
        total = both + tilt
        for choice in _cheapest(total):
            change = self._delta(cells, fans, choice, step)
            if self._system.balanced(change):
                return change
        return None

    def _best_fans(self, place: NDArray[np.int64], rise: Reals, fall: Reals) -> list[Fan]:
        """For each axis the patterns that are cheapest along the target's own line."""
        fans = [axis.fan(int(code)) for axis, code in zip(self._grid.axes, place, strict=True)]
        choices = sum(len(fan.signs) > 1 for fan in fans)
        width = WIDTHS.get(choices, 5)
        return [
            self._narrowed(fan, at, place, rise, fall, width) if len(fan.signs) > width else fan
            for at, fan in enumerate(fans)
        ]

    def _narrowed(
        self, fan: Fan, at: int, place: NDArray[np.int64], rise: Reals, fall: Reals, width: int
    ) -> Fan:
        line = tuple(fan.codes if axis == at else code for axis, code in enumerate(place))
        cells = self._grid.cell_at[line]
        up, down = np.maximum(fan.signs, 0), np.maximum(-fan.signs, 0)
        price = up @ rise[cells] + down @ fall[cells]
        best = np.sort(np.argsort(price, kind="stable")[:width])
        signs = fan.signs[best]
        used = np.abs(signs).any(axis=0)
        return Fan(fan.codes[used], signs[:, used])

    def _delta(
        self, cells: NDArray[np.int32], fans: Sequence[Fan], choice: Sequence[int], step: int
    ) -> dict[int, int]:
        signs = np.array(float(step))
        for fan, at in zip(fans, choice, strict=True):
            signs = np.multiply.outer(signs, fan.signs[at])
        used = (signs != 0) & (cells < self._system.size)
        pairs = zip(cells[used].tolist(), signs[used].tolist(), strict=True)
        return {cell: int(sign) for cell, sign in pairs}


class _Prices:
    """What raising and lowering each cell by some size costs; one extra entry for "no cell"."""

    def __init__(self, system: System, value: Integers, cost: Reals, blocked: Flags) -> None:
        price = np.where(blocked, IMPOSSIBLE, cost + TOUCH)
        self._price = np.append(price, 0.0)
        self._room = np.append(system.upper - value, 1 << 40)
        self._stock = np.append(value - system.lower, 1 << 40)

    def of(self, size: int) -> tuple[Reals, Reals]:
        """Prices of raising and of lowering by ``size``."""
        return (
            np.where(self._room < size, IMPOSSIBLE, self._price),
            np.where(self._stock < size, IMPOSSIBLE, self._price),
        )


def _cheapest(total: Reals) -> Iterator[tuple[int, ...]]:
    flat = total.ravel()
    count = min(TRIES, len(flat))
    best = np.argpartition(flat, count - 1)[:count] if count < len(flat) else np.arange(count)
    for at in best[np.lexsort((best, flat[best]))]:
        if flat[at] >= IMPOSSIBLE / 2:
            return
        yield tuple(int(index) for index in np.unravel_index(at, total.shape))
