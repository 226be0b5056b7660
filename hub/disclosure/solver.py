"""HiGHS, asked for one thing: the cheapest whole-number change of a small system."""

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from hub.disclosure.system import Integers, Reals, Row

INFINITY = highspy.kHighsInf


@dataclass(frozen=True)
class Program:
    """Minimise ``cost * x`` over whole ``x`` (where ``whole``) within limits and rows."""

    cost: Reals
    lower: Reals
    upper: Reals
    rows: Sequence[Row]
    row_lower: Reals
    row_upper: Reals
    whole: bool = True


def solve(program: Program, *, nodes: int = 2_000, seconds: float = 60.0) -> Reals | None:
    """The best point found, or None. The node limit, unlike the clock, keeps it deterministic."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("random_seed", 0)
    highs.setOptionValue("mip_max_nodes", nodes)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("time_limit", seconds)
    highs.passModel(_model(program))
    highs.run()
    info = highs.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    return np.array(highs.getSolution().col_value)


def _model(program: Program) -> highspy.HighsLp:
    model = highspy.HighsLp()
    size = len(program.cost)
    model.num_col_, model.num_row_ = size, len(program.rows)
    model.col_cost_ = program.cost
    model.col_lower_, model.col_upper_ = program.lower, program.upper
    model.row_lower_, model.row_upper_ = program.row_lower, program.row_upper
    lengths = [len(row) for row in program.rows]
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    model.a_matrix_.index_ = np.array([c for row in program.rows for c, _ in row], dtype=np.int32)
    model.a_matrix_.value_ = np.array([w for row in program.rows for _, w in row], dtype=float)
    if program.whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * size
    return model


def rounded(point: Reals) -> Integers | None:
    """The point as whole numbers, or None if it is not one."""
    whole = np.rint(point)
    return None if np.abs(whole - point).max(initial=0) > 1e-6 else whole.astype(np.int64)
