"""One linear or integer program of the attack, over some of the open cells."""

from collections.abc import Mapping, Sequence

import highspy
import numpy as np
from numpy.typing import NDArray

from hub.disclosure.table import Relation

MOST_NODES = 20_000


class AttackProgram:
    """Whole tables over ``cells``, within ``limits``; every other cell is at its ``fixed`` count.

    ``rows`` are the relations (places in ``relations``) that name any of the cells.
    """

    def __init__(
        self,
        relations: Sequence[Relation],
        cells: Sequence[int],
        rows: Sequence[int],
        limits: Mapping[int, tuple[float, float]],
        fixed: Mapping[int, float],
        *,
        whole: bool = False,
    ) -> None:
        self.cells, self.rows = tuple(cells), tuple(rows)
        self.at = {cell: column for column, cell in enumerate(cells)}
        self._highs = _solver(self._model(relations, limits, fixed, whole=whole))

    def _model(
        self,
        relations: Sequence[Relation],
        limits: Mapping[int, tuple[float, float]],
        fixed: Mapping[int, float],
        *,
        whole: bool,
    ) -> highspy.HighsLp:
        model = highspy.HighsLp()
        rows = [self._row(relations[number], fixed) for number in self.rows]
        model.num_col_, model.num_row_ = len(self.cells), len(rows)
        model.col_cost_ = np.zeros(len(self.cells))
        model.col_lower_ = np.array([limits[cell][0] for cell in self.cells])
        model.col_upper_ = np.array([limits[cell][1] for cell in self.cells])
        model.row_lower_ = np.array([row[1] for row in rows])
        model.row_upper_ = np.array([row[2] for row in rows])
        matrix = model.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_ = np.cumsum([0, *(len(row[0]) for row in rows)]).astype(np.int32)
        matrix.index_ = np.array([c for row in rows for c, _ in row[0]], dtype=np.int32)
        matrix.value_ = np.array([w for row in rows for _, w in row[0]], dtype=float)
        if whole:
            model.integrality_ = [highspy.HighsVarType.kInteger] * len(self.cells)
        return model

    def _row(
        self, relation: Relation, fixed: Mapping[int, float]
    ) -> tuple[list[tuple[int, int]], float, float]:
        right, terms = float(relation.right), []
        for cell, weight in relation.terms:
            if cell in self.at:
                terms.append((self.at[cell], weight))
            else:
                right -= weight * fixed[cell]
        return terms, right if relation.sense == "=" else -highspy.kHighsInf, right

    def minimise(
        self, cost: Mapping[int, float], seconds: float
    ) -> tuple[NDArray[np.float64] | None, float | None]:
        """The best point found (None if there is none) and, if it is the very best, its value."""
        costs = np.zeros(len(self.cells))
        for cell, weight in cost.items():
            costs[self.at[cell]] = weight
        highs = self._highs
        highs.setOptionValue("time_limit", highs.getRunTime() + seconds)
        highs.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
        highs.run()
        info = highs.getInfo()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None, None
        best = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        value = float(info.objective_function_value) if best else None
        return np.array(highs.getSolution().col_value), value

    @property
    def is_impossible(self) -> bool:
        """Whether the last run proved that no table exists."""
        return bool(self._highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible)

    def used(self) -> set[int]:
        """The relations that held the last (relaxed) point where it is."""
        duals = self._highs.getSolution().row_dual
        return {n for n, dual in zip(self.rows, duals, strict=True) if abs(dual) > 1e-6}


def detour(
    relations: Sequence[Relation],
    cells: Sequence[int],
    rows: Sequence[int],
    room: Mapping[int, tuple[float, float]],
    step: tuple[int, float],
    *,
    whole: bool,
    seconds: float,
) -> dict[int, float] | None:
    """The smallest change of a table that moves one cell by ``step`` (cell, how far, signed).

    ``room`` says how far each of ``cells`` may fall and rise; all relations of ``rows`` stay as
    they are. Small changes tend to be whole, where far corners of the system are not. None if
    there is no such change.
    """
    at = {cell: column for column, cell in enumerate(cells)}
    size = len(cells)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = 2 * size, len(rows)
    model.col_cost_ = np.ones(2 * size)
    lower = np.zeros(2 * size)
    upper = np.array([room[cell][1] for cell in cells] + [room[cell][0] for cell in cells])
    target, far = at[step[0]], abs(step[1])
    up, down = (target, target + size) if step[1] > 0 else (target + size, target)
    lower[up], upper[up], upper[down] = far, max(far, upper[up]), 0.0
    model.col_lower_, model.col_upper_ = lower, upper
    model.row_lower_ = model.row_upper_ = np.zeros(len(rows))
    starts, index, value = [0], list[int](), list[float]()
    for number in rows:
        for cell, weight in relations[number].terms:
            if cell in at:
                index += [at[cell], at[cell] + size]
                value += [float(weight), -float(weight)]
        starts.append(len(index))
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.array(starts, dtype=np.int32)
    model.a_matrix_.index_ = np.array(index, dtype=np.int32)
    model.a_matrix_.value_ = np.array(value)
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * (2 * size)
    highs = _solver(model)
    highs.setOptionValue("time_limit", seconds)
    highs.run()
    if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    point = np.array(highs.getSolution().col_value)
    moved = point[:size] - point[size:]
    return {cell: float(d) for cell, d in zip(cells, moved, strict=True) if abs(d) > 1e-9}


def _solver(model: highspy.HighsLp) -> highspy.Highs:
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 0),
        ("mip_max_nodes", MOST_NODES),
    ):
        highs.setOptionValue(option, value)
    highs.passModel(model)
    return highs
