"""How far each target of one linked part can go: programs over the part and around the target.

A whole-number table at an end of the promise settles that end for every cell it holds, so most
cells need no program of their own. A relaxed program that cannot reach the end proves a break.
What is left goes to whole-number programs, first around the target, then over the whole part.
"""

import math
import random
from collections import ChainMap, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from hub.disclosure.attack.program import AttackProgram, detour
from hub.disclosure.attack.reading import Part, Reading
from hub.disclosure.attack.report import Verdict
from hub.disclosure.policy import Policy
from hub.disclosure.table import Relation

FAR = 1e6
"""Stands for "no limit". Looking no further can only make the attack call more cells broken."""

NEAR = 1e-6

REACHES = (2, 3, 5, 1_000_000)
"""How many relations around a target are searched before the whole part is."""

WIDEST = 600
"""Most cells of a search in whole numbers around a target."""


class PartAttack:
    """The attack on one part. ``low`` and ``high`` hold what whole-number tables have reached."""

    def __init__(
        self,
        reading: Reading,
        relations: Sequence[Relation],
        part: Part,
        policy: Policy,
        targets: Sequence[int],
        seconds: float,
        start: Sequence[int] | None = None,
        *,
        whole: bool = True,
    ) -> None:
        self._fractions_will_do = not whole
        self.reading, self.relations, self.part = reading, relations, part
        self.policy, self.targets, self.seconds = policy, targets, seconds
        self.low = dict.fromkeys(part.cells, math.inf)
        self.high = dict.fromkeys(part.cells, -math.inf)
        self.verdicts: dict[int, Verdict] = {}
        self.proofs: dict[int, set[int]] = {}
        self.limits: dict[int, tuple[float, float]] = {}
        self.programs = 0
        self._table: dict[int, float] | None = None
        self._span = {cell: self._limits(cell) for cell in part.cells}
        self._fixed = _settled(reading, relations, part)
        self._naming: dict[int, list[int]] = defaultdict(list)
        for number in part.relations:
            for cell, _ in relations[number].terms:
                if cell in self._span:
                    self._naming[cell].append(number)
        self._whole = self._program(part.cells, part.relations, self._span)
        if start is not None:
            self._take(part.cells, np.array([float(start[cell]) for cell in part.cells]), {})

    def _limits(self, cell: int) -> tuple[float, float]:
        low = self.reading.low[cell]
        return low, min(self.reading.high[cell], max(FAR, low + FAR))

    def _program(
        self,
        cells: Sequence[int],
        rows: Sequence[int],
        limits: Mapping[int, tuple[float, float]],
        *,
        fixed: Mapping[int, float] | None = None,
        whole: bool = False,
    ) -> AttackProgram:
        known = self._fixed if fixed is None else fixed
        return AttackProgram(self.relations, cells, rows, limits, known, whole=whole)

    def wants(self, cell: int, *, upwards: bool) -> bool:
        """Whether no table yet has the cell at that end of the promise."""
        if upwards:
            return self.high[cell] < self.policy.high
        return self.low[cell] > self.policy.low

    def run(self) -> None:
        """Decide every target: many at once first, then what is left one by one."""
        self._sweep()
        for cell in self.targets:
            for upwards in (True, False):
                if self.wants(cell, upwards=upwards) and cell not in self.verdicts:
                    self._decide(cell, upwards=upwards)
            self.verdicts.setdefault(cell, Verdict.OPEN)

    def _sweep(self) -> None:
        """Push all undecided cells at once; every whole-number vertex widens every cell."""
        dice, idle = random.Random(0), 0  # noqa: S311 - only varies the direction of search
        before = self._open_ends()
        while before and idle < 2:
            cost: dict[int, float] = defaultdict(float)
            for cell in self.targets:
                for upwards, sign in ((True, -1.0), (False, 1.0)):
                    if self.wants(cell, upwards=upwards):
                        cost[cell] += sign * dice.choice((0.0, 1.0, 1.0, 2.0))
            self._solve(self._whole, cost)
            after = self._open_ends()
            idle = idle + 1 if after == before else 0
            before = after

    def _open_ends(self) -> int:
        ends = [self.wants(cell, upwards=up) for cell in self.targets for up in (True, False)]
        return sum(ends)

    def _decide(self, cell: int, *, upwards: bool) -> None:
        cost = {cell: -1.0 if upwards else 1.0}
        if self._table is not None and self._search_around(cell, upwards=upwards):
            return
        reached = self._solve(self._whole, cost)
        if not self.wants(cell, upwards=upwards):
            return
        if reached is not None and self._is_short(abs(reached), upwards=upwards):
            self._broken(cell)
        elif not self._search_around(cell, upwards=upwards):
            self._branch(cell, upwards=upwards)

    def _is_short(self, reached: float, *, upwards: bool) -> bool:
        """Whether even the relaxed program stays inside the promise: then it is proved."""
        if upwards:
            return reached + NEAR < self.policy.high
        return reached - NEAR > self.policy.low

    def _search_around(self, cell: int, *, upwards: bool) -> bool:
        """Look for a table that differs from the last one near the target only."""
        tried = 0
        for reach in REACHES if self._table is not None else ():
            near = self._near(cell, reach)
            if len(near) == tried:
                return False
            tried = len(near)
            if self._detour(cell, near, upwards=upwards):
                return True
        return False

    def _detour(self, cell: int, near: Sequence[int], *, upwards: bool) -> bool:
        """Relaxed first; if that is not whole, whole numbers around the cells it moves."""
        change = self._change(cell, near, upwards=upwards, whole=False)
        if change is None:
            return False
        if not self.wants(cell, upwards=upwards):
            return True
        close = list(dict.fromkeys([cell, *change, *self._near(cell, 2)]))
        for cells in (close, near):
            if len(cells) <= WIDEST:
                self._change(cell, cells, upwards=upwards, whole=True)
            if not self.wants(cell, upwards=upwards):
                return True
        return False

    def _change(
        self, cell: int, cells: Sequence[int], *, upwards: bool, whole: bool
    ) -> dict[int, float] | None:
        table = self._table or {}
        end = self.policy.high if upwards else self.policy.low
        rows = dict.fromkeys(number for c in cells for number in self._naming[c])
        room = {c: (table[c] - self._span[c][0], self._span[c][1] - table[c]) for c in cells}
        self.programs += 1
        change = detour(
            self.relations,
            cells,
            list(rows),
            room,
            (cell, end - table[cell]),
            whole=whole,
            seconds=self.seconds,
        )
        if change is not None:
            moved = np.array([table[c] + difference for c, difference in change.items()])
            self._take(change.keys(), moved, table)
        return change

    def _near(self, cell: int, reach: int) -> list[int]:
        seen, front = {cell: None}, [cell]
        while front and reach:
            reach -= 1
            rows = dict.fromkeys(number for c in front for number in self._naming[c])
            around = dict.fromkeys(
                c for number in rows for c, _ in self.relations[number].terms if c in self._span
            )
            front = [c for c in around if c not in seen]
            seen.update(dict.fromkeys(front))
        return list(seen)

    def _branch(self, cell: int, *, upwards: bool) -> None:
        """The relaxed program is not decisive: look for a whole table over the whole part."""
        low, high = self._span[cell]
        end = (float(self.policy.high), high) if upwards else (low, float(self.policy.low))
        limits = {**self._span, cell: end}
        program = self._program(self.part.cells, self.part.relations, limits, whole=True)
        self._solve(program, {})
        if self.wants(cell, upwards=upwards):
            if program.is_impossible:
                self._broken(cell)
                least, most = self.limits[cell]
                if upwards:
                    most = min(most, self.policy.high - 1)
                else:
                    least = max(least, self.policy.low + 1)
                self.limits[cell] = (least, most)
            else:
                self.verdicts[cell], self.limits[cell] = Verdict.UNDECIDED, (low, high)

    def _broken(self, cell: int) -> None:
        """Say how far the cell can go, and which relations hold it there."""
        ends, proof = [], set[int]()
        for sign in (1.0, -1.0):
            reached = self._solve(self._whole, {cell: sign})
            ends.append(-math.inf if reached is None else reached)
            proof |= self._whole.used()
        self.verdicts[cell] = Verdict.BROKEN
        self.limits[cell] = (math.ceil(ends[0] - NEAR), math.floor(-ends[1] + NEAR))
        self.proofs[cell] = proof

    def _solve(
        self,
        program: AttackProgram,
        cost: Mapping[int, float],
    ) -> float | None:
        """Minimise; take in the point if it makes a whole table. Gives the optimum if proved."""
        self.programs += 1
        point, value = program.minimise(cost, self.seconds)
        if point is not None:
            self._take(program.cells, point, {})
        return value

    def _take(
        self, cells: Iterable[int], point: NDArray[np.float64], around: dict[int, float]
    ) -> None:
        whole = np.rint(point)
        if np.abs(whole - point).max(initial=0.0) > NEAR:
            if self._fractions_will_do:
                self._widen(zip(cells, point.tolist(), strict=True))
            return
        changed = dict(zip(cells, whole.tolist(), strict=True))
        table = ChainMap(changed, around)
        if not self._agrees(changed, table):
            return
        self._table = {**(self._table or {}), **changed}
        self._widen(changed.items())

    def _widen(self, reached: Iterable[tuple[int, float]]) -> None:
        for cell, value in reached:
            self.low[cell] = min(self.low[cell], value)
            self.high[cell] = max(self.high[cell], value)

    def _agrees(self, changed: Iterable[int], table: Mapping[int, float]) -> bool:
        """Check the table in whole numbers, so that no tolerance of the solver counts."""
        cells = list(changed)
        if any(not self._span[cell][0] <= table[cell] <= self._span[cell][1] for cell in cells):
            return False
        for number in dict.fromkeys(n for cell in cells for n in self._naming[cell]):
            relation = self.relations[number]
            left = sum(
                weight * int(table[cell] if cell in table else self._fixed[cell])
                for cell, weight in relation.terms
            )
            if left != relation.right if relation.sense == "=" else left > relation.right:
                return False
        return True


def _settled(reading: Reading, relations: Sequence[Relation], part: Part) -> dict[int, float]:
    """The counts that are known already, of cells that the part's relations name."""
    inside = set(part.cells)
    return {
        cell: reading.low[cell]
        for number in part.relations
        for cell, _ in relations[number].terms
        if cell not in inside
    }
