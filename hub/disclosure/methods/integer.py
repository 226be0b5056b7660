"""HiGHS, asked for a good whole-number point, and to say which way it failed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import highspy
import numpy as np

from hub.disclosure.system import Integers

INFINITY = highspy.kHighsInf

GAP = 0.02
"""How far from the optimum the answer may be. Any answer is safe; better ones only lose less."""

MOST_NODES = 2_000
"""Unlike the clock, a limit on nodes gives the same answer on every machine."""


class Ending(StrEnum):
    """How a search ended."""

    FOUND = "found"
    IMPOSSIBLE = "impossible"
    LATE = "late"


@dataclass
class Model:
    """Minimise cost over whole numbers between 0 and a limit, with two-sided rows."""

    cost: list[float] = field(default_factory=list)
    limit: list[float] = field(default_factory=list)
    rows: list[dict[int, int]] = field(default_factory=list)
    row_low: list[float] = field(default_factory=list)
    row_high: list[float] = field(default_factory=list)

    def column(self, cost: float, limit: float) -> int:
        """Add a variable; gives its place."""
        self.cost.append(cost)
        self.limit.append(limit)
        return len(self.cost) - 1

    def row(self, terms: dict[int, int], low: float, high: float) -> None:
        """Ask that the weighted sum stays between ``low`` and ``high``."""
        self.rows.append(terms)
        self.row_low.append(low)
        self.row_high.append(high)

    def solve(self, seconds: float) -> tuple[Ending, Integers]:
        """The best point found; empty unless found."""
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in _options(seconds):
            highs.setOptionValue(option, value)
        highs.passModel(self._lp())
        highs.run()
        status = highs.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return Ending.IMPOSSIBLE, _NOTHING
        point = np.array(highs.getSolution().col_value)
        feasible = highspy.SolutionStatus.kSolutionStatusFeasible
        if (
            status == highspy.HighsModelStatus.kTimeLimit
            or highs.getInfo().primal_solution_status != feasible
        ):
            return Ending.LATE, _NOTHING
        return Ending.FOUND, np.rint(point).astype(np.int64)

    def _lp(self) -> highspy.HighsLp:
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.cost), len(self.rows)
        lp.col_cost_ = np.array(self.cost)
        lp.col_lower_, lp.col_upper_ = np.zeros(len(self.cost)), np.array(self.limit)
        lp.row_lower_, lp.row_upper_ = np.array(self.row_low), np.array(self.row_high)
        matrix = lp.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_ = np.cumsum([0, *map(len, self.rows)]).astype(np.int32)
        matrix.index_ = np.array(_flat(self.rows, 0), dtype=np.int32)
        matrix.value_ = np.array(_flat(self.rows, 1), dtype=float)
        lp.integrality_ = [highspy.HighsVarType.kInteger] * len(self.cost)
        return lp


_NOTHING: Integers = np.zeros(0, dtype=np.int64)


def _options(seconds: float) -> tuple[tuple[str, object], ...]:
    return (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 0),
        ("mip_rel_gap", GAP),
        ("mip_max_nodes", MOST_NODES),
        ("time_limit", seconds),
    )


def _flat(rows: Sequence[dict[int, int]], part: int) -> list[int]:
    return [pair[part] for row in rows for pair in row.items()]
