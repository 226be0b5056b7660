"""One linear or integer program of the attack, over some of the open cells."""

import highspy
import numpy as np

from hub.disclosure.attack.matrix import Block, Matrix, Numbers, Reals

MOST_NODES = 20_000


class AttackProgram:
    """Whole tables over ``columns``, within ``limits``; every other column of the matrix stays as
    it is in ``table``, if one is given, which then obeys all rows."""

    def __init__(
        self,
        matrix: Matrix,
        columns: Numbers,
        limits: tuple[Reals, Reals],
        table: Reals | None = None,
        *,
        whole: bool = False,
    ) -> None:
        self.columns, self.rows = columns, matrix.rows_naming(columns)
        block, right = matrix.block(self.rows, columns), matrix.right[self.rows]
        if table is not None:
            inside = block.weights * table[columns][block.columns]
            number = np.repeat(np.arange(len(self.rows)), np.diff(block.starts))
            right = right - matrix.left(table)[self.rows]
            right += np.bincount(number, inside, minlength=len(self.rows))
        model = _model(block, limits)
        equal = matrix.is_equality[self.rows]
        model.row_lower_ = np.where(equal, right, -highspy.kHighsInf)
        model.row_upper_ = right
        if whole:
            model.integrality_ = [highspy.HighsVarType.kInteger] * len(columns)
        self._highs = _solver(model)

    def minimise(self, costs: Reals, seconds: float) -> tuple[Reals | None, float | None]:
        """The best point found (None if there is none) and, if it is the very best, its value.

        ``costs`` has an entry for each of the columns.
        """
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

    def used(self) -> Numbers:
        """The rows that held the last (relaxed) point where it is."""
        duals = np.array(self._highs.getSolution().row_dual)
        held: Numbers = self.rows[np.abs(duals) > 1e-6]
        return held


def detour(
    matrix: Matrix,
    columns: Numbers,
    room: tuple[Reals, Reals],
    step: float,
    *,
    whole: bool,
    seconds: float,
) -> Reals | None:
    """The smallest change of a table that moves the first of ``columns`` by ``step``, signed.

    ``room`` says how far each column may fall and rise; all relations stay as they are. Small
    changes tend to be whole, where far corners of the system are not. None if there is no such
    change.
    """
    size = len(columns)
    rows = matrix.rows_naming(columns)
    lower, upper = np.zeros(2 * size), np.concatenate([room[1], room[0]])
    up, down, far = (0, size, step) if step > 0 else (size, 0, -step)
    lower[up], upper[up], upper[down] = far, max(far, upper[up]), 0.0
    model = _model(_doubled(matrix.block(rows, columns), size), (lower, upper))
    model.col_cost_ = np.ones(2 * size)
    model.row_lower_ = model.row_upper_ = np.zeros(len(rows))
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * (2 * size)
    highs = _solver(model)
    highs.setOptionValue("time_limit", seconds)
    highs.run()
    if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    point = np.array(highs.getSolution().col_value)
    moved: Reals = point[:size] - point[size:]
    return moved


def _doubled(block: Block, size: int) -> Block:
    """The same rows over rises and falls apart."""
    columns = np.stack([block.columns, block.columns + size], axis=1).ravel()
    weights = np.stack([block.weights, -block.weights], axis=1).ravel()
    return Block(2 * block.starts, columns, weights)


def _model(block: Block, limits: tuple[Reals, Reals]) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(limits[0]), len(block.starts) - 1
    model.col_cost_ = np.zeros(len(limits[0]))
    model.col_lower_, model.col_upper_ = limits
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = block.starts.astype(np.int32)
    matrix.index_ = block.columns.astype(np.int32)
    matrix.value_ = block.weights
    return model


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
