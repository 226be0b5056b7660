"""Our loss beside the least possible, on families small enough to compute that.

    python -m benchmarks.peers_optimum --seconds 120

The model has a yes-or-no variable for each printed count that is not small, and for each end of
each promise an alternative table that differs from the true one in hidden cells only (Fischetti
and Salazar 2001, with the tables written out). Tables may hold fractions, and no count moves by
more than 20: what the solver proves is a lower bound for whole counts too, unless a move above 20
would save something. Two costs are tried: each hidden cell counts one, or its count (plus one).
"""

import argparse
import time
from collections.abc import Callable

import highspy
import numpy as np

from benchmarks.peers_shapes import FOUR, ONE, YEAR, Family, family, side
from hub.disclosure import PARTNER, protect, sensitive_cells
from hub.disclosure.protection import State
from tests.unit.disclosure.families import tree

FARTHEST = 20
SMALL = (
    ("4 areas x 4 months", (side(tree("F", 3)), side(tree("Y", 3)), ONE)),
    ("7 areas x 13 months", (side(tree("F", 2, 2)), YEAR, ONE)),
    ("7 areas x 4 months x 4", (side(tree("F", 2, 2)), side(tree("Y", 3)), FOUR)),
)


def least(found: Family, price: Callable[[int], float], seconds: float) -> tuple[float, float]:
    """The proved lower bound and the best pattern's cost."""
    table, small = found.table, sensitive_cells(found.table, PARTNER)
    values = [cell.value or 0 for cell in table.cells]
    size, hidden = len(values), set(small)
    choice = [at for at, cell in enumerate(table.cells) if cell.published and at not in hidden]
    of = {at: n for n, at in enumerate(choice)}
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    model.setOptionValue("output_flag", False)
    model.setOptionValue("time_limit", seconds)
    for at in choice:
        model.addCol(price(values[at]), 0.0, 1.0, 0, [], [])
        model.changeColIntegrality(of[at], highspy.HighsVarType.kInteger)
    for target in small:
        for step in (PARTNER.high - values[target], PARTNER.low - values[target]):
            if step:
                _alternative(model, found, of, target, step, size, values)
    model.run()
    info = model.getInfo()
    return info.mip_dual_bound, info.objective_function_value


def _alternative(
    model: highspy.Highs,
    found: Family,
    of: dict[int, int],
    target: int,
    step: int,
    size: int,
    values: list[int],
) -> None:
    """One alternative table that moves ``target`` by ``step`` or more."""
    first = model.getNumCol()
    for at in range(size):
        fall = -float(min(FARTHEST, values[at]))
        low, high = (fall, float(FARTHEST))
        if at == target:
            low, high = (float(step), high) if step > 0 else (fall, float(step))
        model.addCol(0.0, low, high, 0, [], [])
    for relation in found.table.knowledge:
        cells = np.array([first + cell for cell, _ in relation.terms], dtype=np.int32)
        weights = np.array([float(weight) for _, weight in relation.terms])
        model.addRow(0.0, 0.0, len(cells), cells, weights)
    for at, column in of.items():
        pair = np.array([first + at, column], dtype=np.int32)
        infinity = highspy.kHighsInf
        model.addRow(-infinity, 0.0, 2, pair, np.array([1.0, -float(FARTHEST)]))
        model.addRow(0.0, infinity, 2, pair, np.array([1.0, float(min(FARTHEST, values[at]))]))


def main() -> None:
    """Compare on small families of several seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="for each program")
    parser.add_argument("--seeds", type=int, default=2)
    options = parser.parse_args()
    print("| family | small | ours: cells, sum + cells | least cells | least sum + cells | s |")
    for name, sides in SMALL:
        for seed in range(1, options.seeds + 1):
            start, found = time.process_time(), family(name, sides, seed, mean=9.0)
            hidden = [
                cell.value or 0
                for cell, state in zip(
                    found.table.cells, protect(found.table, PARTNER).pattern, strict=True
                )
                if state is State.SECONDARY
            ]
            bounds = [least(found, price, options.seconds) for price in (_one, _count)]
            words = (f"{low:.1f} to {best:.0f}" for low, best in bounds)
            small = len(sensitive_cells(found.table, PARTNER))
            print(
                f"| {name}, {len(found.table.cells)} cells, seed {seed} | {small} "
                f"| {len(hidden)}, {sum(hidden) + len(hidden)} | {' | '.join(words)} "
                f"| {time.process_time() - start:.0f} |",
                flush=True,
            )


def _one(_: int) -> float:
    return 1.0


def _count(count: int) -> float:
    return 1.0 + count


if __name__ == "__main__":
    main()
