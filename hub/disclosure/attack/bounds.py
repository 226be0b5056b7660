"""How far each target of one linked part can go: programs over the part and around the target.

A whole-number table at an end of the promise settles that end for every cell it holds, so most
cells need no program of their own. Large parts are searched region by region: outside a region
everything stays as in the table that is known, so what a region finds is a table of the whole
part, and the work grows with the number of cells. A relaxed program over the whole part that
cannot reach the end proves a break. What is left goes to whole-number programs, first around the
target, then over the whole part.
"""

import math
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hub.disclosure.attack.matrix import Matrix, Numbers, Reals, matrix_of
from hub.disclosure.attack.program import AttackProgram, detour
from hub.disclosure.attack.reading import Part, Reading
from hub.disclosure.attack.report import Verdict
from hub.disclosure.policy import Policy
from hub.disclosure.table import Relation

FAR = 1e6
"""Stands for "no limit". Looking no further can only make the attack call more cells broken."""

NEAR = 1e-6

REGION = 2_000
"""Most cells of a region; parts of up to this many are searched as a whole."""

ANYWHERE = 1 << 40

REACHES = ((2, ANYWHERE), (3, REGION), (5, 4 * REGION), (ANYWHERE, ANYWHERE))
"""How many relations and cells around a target are searched before the whole part is."""

WIDEST = 600
"""Most cells of a search in whole numbers around a target."""


class PartAttack:
    """The attack on one part. ``low`` and ``high`` hold what whole-number tables have reached,
    for each cell in the order of the part."""

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
        self.policy, self.seconds = policy, seconds
        self.at = {cell: column for column, cell in enumerate(part.cells)}
        self.part, self.targets = part, np.array([self.at[cell] for cell in targets])
        size = len(part.cells)
        self.low, self.high = np.full(size, math.inf), np.full(size, -math.inf)
        self.verdicts: dict[int, Verdict] = {}
        self.proofs: dict[int, set[int]] = {}
        self.limits: dict[int, tuple[float, float]] = {}
        self.programs = 0
        self._table: Reals | None = None
        self._least = np.array([reading.low[cell] for cell in part.cells])
        ceiling = np.array([reading.high[cell] for cell in part.cells])
        self._most = np.minimum(ceiling, np.maximum(FAR, self._least + FAR))
        self._matrix: Matrix = matrix_of(reading, relations, part)
        if start is not None:
            self._begin(np.array([float(start[cell]) for cell in part.cells]))

    @cached_property
    def _whole(self) -> AttackProgram:
        """The program over the whole part; large parts may never need it."""
        return AttackProgram(self._matrix, self._all, (self._least, self._most))

    @property
    def _all(self) -> Numbers:
        return np.arange(self._matrix.size)

    def reached(self, cell: int) -> tuple[float, float]:
        """The lowest and highest count of a cell in any table found."""
        return float(self.low[self.at[cell]]), float(self.high[self.at[cell]])

    def wants(self, column: int, *, upwards: bool) -> bool:
        """Whether no table yet has the cell at that end of the promise."""
        if upwards:
            return bool(self.high[column] < self.policy.high)
        return bool(self.low[column] > self.policy.low)

    def run(self) -> None:
        """Decide every target: many at once first, then what is left one by one."""
        if self._matrix.size > REGION and self._table is not None:
            self._sweep_regions()
        else:
            self._push(self._whole, self.targets)
        for column in self.targets.tolist():
            for upwards in (True, False):
                if self.wants(column, upwards=upwards) and self._cell(column) not in self.verdicts:
                    self._decide(column, upwards=upwards)
            self.verdicts.setdefault(self._cell(column), Verdict.OPEN)

    def _cell(self, column: int) -> int:
        return self.part.cells[column]

    def _sweep_regions(self) -> None:
        """Search around each cell that is still undecided; a region decides most of its cells."""
        is_target = np.zeros(self._matrix.size, dtype=np.bool_)
        is_target[self.targets] = True
        for column in self.targets.tolist():
            if self._ends(np.array([column])):
                near = self._matrix.near(column, ANYWHERE, REGION)
                limits = self._least[near], self._most[near]
                region = AttackProgram(self._matrix, near, limits, self._table)
                self._push(region, near[is_target[near]])

    def _push(self, program: AttackProgram, targets: Numbers) -> None:
        """Push all undecided cells at once; every whole-number vertex widens every cell."""
        dice, idle = np.random.default_rng(0), 0
        place = np.full(self._matrix.size, -1)
        place[program.columns] = np.arange(len(program.columns))
        before = self._ends(targets)
        while before and idle < 2:
            costs = np.zeros(len(program.columns))
            up = self.high[targets] < self.policy.high
            down = self.low[targets] > self.policy.low
            pull = dice.choice([0.0, 1.0, 1.0, 2.0], size=(2, len(targets)))
            costs[place[targets]] = pull[1] * down - pull[0] * up
            self._solve(program, costs)
            after = self._ends(targets)
            idle = idle + 1 if after == before else 0
            before = after

    def _ends(self, columns: Numbers) -> int:
        """How many ends of the promise no table has reached yet."""
        up = self.high[columns] < self.policy.high
        return int(up.sum() + (self.low[columns] > self.policy.low).sum())

    def _decide(self, column: int, *, upwards: bool) -> None:
        if self._search_around(column, upwards=upwards):
            return
        costs = np.zeros(self._matrix.size)
        costs[column] = -1.0 if upwards else 1.0
        reached = self._solve(self._whole, costs)
        if not self.wants(column, upwards=upwards):
            return
        if reached is not None and self._is_short(abs(reached), upwards=upwards):
            self._broken(column)
        elif not self._search_around(column, upwards=upwards):
            self._branch(column, upwards=upwards)

    def _is_short(self, reached: float, *, upwards: bool) -> bool:
        """Whether even the relaxed program stays inside the promise: then it is proved."""
        if upwards:
            return reached + NEAR < self.policy.high
        return reached - NEAR > self.policy.low

    def _search_around(self, column: int, *, upwards: bool) -> bool:
        """Look for a table that differs from the one known near the target only."""
        tried = 0
        for reach, most in REACHES if self._table is not None else ():
            near = self._matrix.near(column, reach, most)
            if len(near) == tried:
                return False
            tried = len(near)
            if self._detour(column, near, upwards=upwards):
                return True
        return False

    def _detour(self, column: int, near: Numbers, *, upwards: bool) -> bool:
        """Relaxed first; if that is not whole, whole numbers around the cells it moves."""
        change = self._change(column, near, upwards=upwards, whole=False)
        if change is None:
            return False
        if not self.wants(column, upwards=upwards):
            return True
        moved = near[np.abs(change) > NEAR]
        close = np.concatenate([[column], moved, self._matrix.near(column, 2, ANYWHERE)])
        for columns in (close[np.sort(np.unique(close, return_index=True)[1])], near):
            if len(columns) <= WIDEST:
                self._change(column, columns, upwards=upwards, whole=True)
            if not self.wants(column, upwards=upwards):
                return True
        return False

    def _change(self, column: int, columns: Numbers, *, upwards: bool, whole: bool) -> Reals | None:
        """``columns`` begin with the one to be moved."""
        if self._table is None:
            return None
        table = self._table[columns]
        end = self.policy.high if upwards else self.policy.low
        room = table - self._least[columns], self._most[columns] - table
        step = end - float(self._table[column])
        self.programs += 1
        change = detour(self._matrix, columns, room, step, whole=whole, seconds=self.seconds)
        if change is not None:
            self._take(columns, table + change)
        return change

    def _branch(self, column: int, *, upwards: bool) -> None:
        """The relaxed program is not decisive: look for a whole table over the whole part."""
        low, high = self._least.copy(), self._most.copy()
        if upwards:
            low[column] = self.policy.high
        else:
            high[column] = self.policy.low
        program = AttackProgram(self._matrix, self._all, (low, high), whole=True)
        self._solve(program, np.zeros(self._matrix.size))
        if not self.wants(column, upwards=upwards):
            return
        if not program.is_impossible:
            cell = self._cell(column)
            self.verdicts[cell] = Verdict.UNDECIDED
            self.limits[cell] = float(self._least[column]), float(self._most[column])
            return
        least, most = self._broken(column)
        if upwards:
            most = min(most, self.policy.high - 1)
        else:
            least = max(least, self.policy.low + 1)
        self.limits[self._cell(column)] = least, most

    def _broken(self, column: int) -> tuple[float, float]:
        """Say how far the cell can go, and which relations hold it there."""
        ends, proof = [], set[int]()
        for sign in (1.0, -1.0):
            costs = np.zeros(self._matrix.size)
            costs[column] = sign
            reached = self._solve(self._whole, costs)
            ends.append(-math.inf if reached is None else reached)
            proof |= {self.part.relations[row] for row in self._whole.used().tolist()}
        found = float(math.ceil(ends[0] - NEAR)), float(math.floor(-ends[1] + NEAR))
        cell = self._cell(column)
        self.verdicts[cell], self.limits[cell], self.proofs[cell] = Verdict.BROKEN, found, proof
        return found

    def _solve(self, program: AttackProgram, costs: Reals) -> float | None:
        """Minimise; take in the point if it makes a whole table. Gives the optimum if proved."""
        self.programs += 1
        point, value = program.minimise(costs, self.seconds)
        if point is not None:
            self._take(program.columns, point)
        return value

    def _take(self, columns: Numbers, point: Reals) -> None:
        """Count a point that is a whole table (other cells as in the table known already)."""
        whole = np.rint(point)
        if np.abs(whole - point).max(initial=0.0) > NEAR:
            if self._fractions_will_do:
                self._widen(columns, point)
        elif self._table is None:
            self._begin(whole)
        elif self._fits(columns, whole) and self._agrees(columns, whole - self._table[columns]):
            self._widen(columns, whole)

    def _begin(self, table: Reals) -> None:
        """Take a table of the whole part as the one from which others are looked for, if it is
        one. The first stays: the true one has room on all sides, far corners have none."""
        off = self._matrix.left(table) - self._matrix.right
        if self._fits(self._all, table) and _is_kept(off, self._matrix.is_equality):
            self._table = table
            self._widen(self._all, table)

    def _fits(self, columns: Numbers, values: Reals) -> bool:
        within = (self._least[columns] <= values) & (values <= self._most[columns])
        return bool(within.all())

    def _agrees(self, columns: Numbers, change: Reals) -> bool:
        """Check a changed table in whole numbers, so that no tolerance of the solver counts."""
        if self._table is None:
            return False
        rows, distance = self._matrix.moved(columns, change)
        off = self._matrix.left(self._table)[rows] + distance - self._matrix.right[rows]
        return _is_kept(off, self._matrix.is_equality[rows])

    def _widen(self, columns: Numbers, values: Reals) -> None:
        self.low[columns] = np.minimum(self.low[columns], values)
        self.high[columns] = np.maximum(self.high[columns], values)


def _is_kept(off: Reals, is_equality: NDArray[np.bool_]) -> bool:
    """Whether rows that are off by so much hold; whole numbers this small are exact in floats."""
    return bool((np.where(is_equality, np.abs(off), off) <= 0).all())
