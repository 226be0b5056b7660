"""The fallback: the cheapest change of a neighbourhood, found by an exact small model."""

from collections.abc import Sequence

import numpy as np

from hub.disclosure.solver import INFINITY, Program, rounded, solve
from hub.disclosure.system import Flags, Integers, Reals, Row, System

SMALL = 60
"""Neighbourhoods up to this many cells get the true fixed price; larger ones a price per unit."""

REACHES = (2, 4, 8, 1_000_000)
"""How many relations away from the target a change may go, tried in this order."""


def cheapest_change(
    system: System, value: Integers, cost: Reals, blocked: Flags, target: int, step: int
) -> dict[int, int] | None:
    """The cheapest whole-number change of ``value`` that moves ``target`` by ``step`` or more.

    ``cost`` is what touching each cell loses (0 for cells already hidden). Cells that are
    ``blocked`` stay. Returns None when no change exists at all.
    """
    tried = 0
    for reach in REACHES:
        near = neighbourhood(system, blocked, target, reach)
        if len(near) == tried:
            break
        tried = len(near)
        change = _Model(system, value, cost, near, target, step).solve()
        if change is not None:
            return change
    return None


def neighbourhood(system: System, blocked: Flags, target: int, reach: int) -> list[int]:
    """The cells at most ``reach`` relations away over cells that may change, the nearest first."""
    seen, front = {target: None}, [target]
    for _ in range(reach):
        front = [
            cell
            for at in dict.fromkeys(row for cell in front for row in system.rows_of[cell])
            for cell, _ in system.rows[at]
            if cell not in seen and not blocked[cell] and not seen.update({cell: None})
        ]
        if not front:
            break
    return list(seen)


class _Model:
    """Each cell may rise by ``p`` and fall by ``m``; printed cells of small models pay once."""

    def __init__(
        self,
        system: System,
        value: Integers,
        cost: Reals,
        near: Sequence[int],
        target: int,
        step: int,
    ) -> None:
        self.near, self.local = near, {cell: at for at, cell in enumerate(near)}
        cells = np.array(near)
        self.rise = (system.upper[cells] - value[cells]).astype(float)
        self.fall = (value[cells] - system.lower[cells]).astype(float)
        self.cost, self.step, self.target = cost[cells], step, self.local[target]
        touched = dict.fromkeys(row for cell in near for row in system.rows_of[cell])
        self.rows: list[Row] = [
            tuple((self.local[c], w) for c, w in system.rows[at] if c in self.local)
            for at in touched
        ]

    def solve(self) -> dict[int, int] | None:
        """Relaxed first: most answers are whole already, the others need branching. None at once
        where the target itself has no room for its step."""
        room = self.rise if self.step > 0 else self.fall
        if room[self.target] < abs(self.step):
            return None
        if len(self.near) <= SMALL and (point := self._fixed()) is not None:
            return self._change(point)
        program = self._per_unit(whole=False)
        point = solve(program)
        if point is None:
            return None
        if rounded(point) is None:
            point = solve(self._per_unit(whole=True))
        return None if point is None else self._change(point)

    def _change(self, point: Reals) -> dict[int, int] | None:
        whole = rounded(point)
        if whole is None:
            return None
        size = len(self.near)
        moved = whole[:size] - whole[size : 2 * size]
        return {cell: int(d) for cell, d in zip(self.near, moved, strict=True) if d}

    def _limits(self, reach: float) -> tuple[Reals, Reals]:
        size = len(self.near)
        lower = np.zeros(2 * size)
        upper = np.minimum(np.concatenate([self.rise, self.fall]), reach)
        at = self.target if self.step > 0 else size + self.target
        lower[at] = abs(self.step)
        upper[at] = max(upper[at], lower[at])
        upper[size + self.target if self.step > 0 else self.target] = 0
        return lower, upper

    def _rows(self) -> list[Row]:
        size = len(self.near)
        return [(*row, *((c + size, -w) for c, w in row)) for row in self.rows]

    def _per_unit(self, *, whole: bool) -> Program:
        lower, upper = self._limits(INFINITY)
        price = self.cost / abs(self.step) + 1e-3
        zero = np.zeros(len(self.rows))
        return Program(
            np.concatenate([price, price]), lower, upper, self._rows(), zero, zero, whole
        )

    def _fixed(self) -> Reals | None:
        """One yes-or-no variable for each cell that is still shown."""
        size, reach = len(self.near), 8.0 * abs(self.step)
        lower, upper = self._limits(reach)
        paying = [at for at in range(size) if self.cost[at] > 0]
        rows = self._rows()
        links: list[Row] = [
            ((at, 1), (at + size, 1), (2 * size + n, -int(reach))) for n, at in enumerate(paying)
        ]
        zero = np.zeros(len(rows))
        return solve(
            Program(
                np.concatenate([np.full(2 * size, 1e-3), self.cost[paying]]),
                np.concatenate([lower, np.zeros(len(paying))]),
                np.concatenate([upper, np.ones(len(paying))]),
                rows + links,
                np.concatenate([zero, np.full(len(links), -INFINITY)]),
                np.concatenate([zero, np.zeros(len(links))]),
            )
        )
