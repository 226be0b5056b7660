"""Linear and integer programs over one linked part: how far each target can go."""

import math
import random
from collections.abc import Callable, Iterable, Sequence

import highspy
import numpy as np
from numpy.typing import NDArray

from hub.disclosure.attack.reading import Part, Reading
from hub.disclosure.attack.report import Verdict
from hub.disclosure.policy import Policy
from hub.disclosure.table import Relation

FAR = 1e6
"""Stands for "no limit". Looking no further can only make the attack call more cells broken."""

NEAR = 1e-6


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
    ) -> None:
        self.reading, self.relations, self.part = reading, relations, part
        self.policy, self.targets, self.seconds = policy, targets, seconds
        self.at = {cell: number for number, cell in enumerate(part.cells)}
        self.low = dict.fromkeys(part.cells, math.inf)
        self.high = dict.fromkeys(part.cells, -math.inf)
        self.verdicts: dict[int, Verdict] = {}
        self.proofs: dict[int, set[int]] = {}
        self.limits: dict[int, tuple[float, float]] = {}
        self.programs = 0
        self._model = self._build()

    # what is still to be shown

    def wants_low(self, cell: int) -> bool:
        """Whether no table yet has the cell as low as promised."""
        return self.low[cell] > self.policy.low

    def wants_high(self, cell: int) -> bool:
        """Whether no table yet has the cell as high as promised."""
        return self.high[cell] < self.policy.high

    def run(self) -> None:
        """Decide every target: many at once first, then what is left one by one."""
        self._sweep()
        for cell in self.targets:
            if self.wants_high(cell):
                self._decide(cell, upwards=True)
            if self.wants_low(cell):
                self._decide(cell, upwards=False)
        for cell in self.targets:
            self.verdicts.setdefault(cell, Verdict.OPEN)

    def _sweep(self) -> None:
        """Push all undecided cells at once; every whole-number vertex widens every cell."""
        dice, idle = random.Random(0), 0  # noqa: S311 - only varies the direction of search
        while idle < 3:
            wishes = [
                (self.at[cell], -1.0 if up else 1.0)
                for cell in self.targets
                for up, wanted in ((True, self.wants_high(cell)), (False, self.wants_low(cell)))
                if wanted
            ]
            if not wishes:
                return
            cost = np.zeros(len(self.part.cells))
            for column, sign in wishes:
                cost[column] += sign * dice.choice((0.0, 1.0, 1.0, 2.0))
            before = len(wishes)
            self._solve(cost)
            after = sum(self.wants_high(c) + self.wants_low(c) for c in self.targets)
            idle = idle + 1 if after >= before else 0

    def _decide(self, cell: int, *, upwards: bool) -> None:
        wants = self.wants_high if upwards else self.wants_low
        cost = np.zeros(len(self.part.cells))
        cost[self.at[cell]] = -1.0 if upwards else 1.0
        reached = self._solve(cost)
        if not wants(cell):
            return
        if reached is not None and self._is_short(reached, upwards=upwards):
            self._broken(cell)
        else:
            self._branch(cell, wants, upwards=upwards)

    def _is_short(self, reached: float, *, upwards: bool) -> bool:
        """Whether even the relaxed program stays inside the promise: then it is proved."""
        if upwards:
            return abs(reached) + NEAR < self.policy.high
        return reached - NEAR > self.policy.low

    def _branch(self, cell: int, wants: Callable[[int], bool], *, upwards: bool) -> None:
        """The relaxed program is not decisive: look for a whole-number table at that end."""
        column, model = self.at[cell], self._model
        low, high = self._column_limits(cell)
        end = (float(self.policy.high), high) if upwards else (low, float(self.policy.low))
        size = len(self.part.cells)
        model.changeColBounds(column, *end)
        model.changeColsIntegrality(
            size, np.arange(size, dtype=np.int32), np.full(size, highspy.HighsVarType.kInteger)
        )
        self._solve(np.zeros(size))
        status = model.getModelStatus()
        model.changeColsIntegrality(
            size, np.arange(size, dtype=np.int32), np.full(size, highspy.HighsVarType.kContinuous)
        )
        model.changeColBounds(column, low, high)
        if wants(cell):
            if status == highspy.HighsModelStatus.kInfeasible:
                self._broken(cell)
            else:
                self.verdicts[cell] = Verdict.UNDECIDED
                self.limits[cell] = (low, high)

    def _broken(self, cell: int) -> None:
        self.verdicts[cell] = Verdict.BROKEN
        if cell in self.limits:
            return
        proof, ends = set[int](), []
        for sign in (1.0, -1.0):
            cost = np.zeros(len(self.part.cells))
            cost[self.at[cell]] = sign
            reached = self._solve(cost)
            ends.append(-math.inf if reached is None else reached)
            proof |= self._used()
        self.limits[cell] = (math.ceil(ends[0] - NEAR), math.floor(-ends[1] + NEAR))
        self.proofs[cell] = proof

    def _used(self) -> set[int]:
        """The relations that hold the cell where it is."""
        duals = self._model.getSolution().row_dual
        return {n for n, dual in zip(self.part.relations, duals, strict=True) if abs(dual) > NEAR}

    # the program itself

    def _column_limits(self, cell: int) -> tuple[float, float]:
        low = self.reading.low[cell]
        return low, min(self.reading.high[cell], max(FAR, low + FAR))

    def _build(self) -> highspy.Highs:
        model = highspy.HighsLp()
        size = len(self.part.cells)
        limits = [self._column_limits(cell) for cell in self.part.cells]
        rows = [self._row(number) for number in self.part.relations]
        model.num_col_, model.num_row_ = size, len(rows)
        model.col_cost_ = np.zeros(size)
        model.col_lower_ = np.array([low for low, _ in limits])
        model.col_upper_ = np.array([high for _, high in limits])
        model.row_lower_ = np.array([row[1] for row in rows])
        model.row_upper_ = np.array([row[2] for row in rows])
        starts = np.cumsum([0, *(len(row[0]) for row in rows)])
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = starts.astype(np.int32)
        model.a_matrix_.index_ = np.array([c for r in rows for c, _ in r[0]], dtype=np.int32)
        model.a_matrix_.value_ = np.array([w for r in rows for _, w in r[0]], dtype=float)
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (("output_flag", False), ("threads", 1), ("random_seed", 0)):
            highs.setOptionValue(option, value)
        highs.setOptionValue("mip_max_nodes", 20_000)
        highs.passModel(model)
        return highs

    def _row(self, number: int) -> tuple[list[tuple[int, int]], float, float]:
        """One relation over the open cells, the settled ones moved to the right."""
        relation = self.relations[number]
        right, terms = float(relation.right), []
        for cell, weight in relation.terms:
            if cell in self.at:
                terms.append((self.at[cell], weight))
            else:
                right -= weight * self.reading.low[cell]
        return terms, right if relation.sense == "=" else -highspy.kHighsInf, right

    def _solve(self, cost: NDArray[np.float64]) -> float | None:
        """Minimise; take in the point if it is a whole-number table. None if nothing is known."""
        model, size = self._model, len(cost)
        self.programs += 1
        model.setOptionValue("time_limit", model.getRunTime() + self.seconds)
        model.changeColsCost(size, np.arange(size, dtype=np.int32), cost)
        model.run()
        info = model.getInfo()
        if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
            self._take(np.array(model.getSolution().col_value))
        optimal = model.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return float(info.objective_function_value) if optimal else None

    def _take(self, point: NDArray[np.float64]) -> None:
        whole = np.rint(point)
        if np.abs(whole - point).max(initial=0.0) > NEAR or not self._agrees(whole):
            return
        for cell, value in zip(self.part.cells, whole, strict=True):
            self.low[cell] = min(self.low[cell], float(value))
            self.high[cell] = max(self.high[cell], float(value))

    def _agrees(self, whole: Iterable[float]) -> bool:
        """Check the table in whole numbers, so that no tolerance of the solver counts."""
        value = {cell: int(count) for cell, count in zip(self.part.cells, whole, strict=True)}
        for cell, count in value.items():
            if not self.reading.low[cell] <= count <= self.reading.high[cell]:
                return False
        for number in self.part.relations:
            relation = self.relations[number]
            left = sum(
                w * (value[c] if c in value else int(self.reading.low[c]))
                for c, w in relation.terms
            )
            if left != relation.right if relation.sense == "=" else left > relation.right:
                return False
        return True
