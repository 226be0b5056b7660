"""How much protection costs, in counts hidden and in CPU seconds, on synthetic linked families.

    python -m benchmarks.disclosure              221, 1,326 and 5,304 cells and the odd shapes
    python -m benchmarks.disclosure 16320 65280  larger families of the plain shape
    python -m benchmarks.disclosure --public     under the public policy

Every line ends with the independent attack on the result: how many cells it broke.
"""

import argparse
import resource
import time
from collections.abc import Sequence

from hub.disclosure import (
    PARTNER,
    PUBLIC,
    CountTable,
    Policy,
    attack,
    protect,
    published_table,
    sensitive_cells,
)
from tests.unit.disclosure.families import Axis, Shape, family, tree

ONE: Axis = {"all": []}


def months(years: int) -> Axis:
    """Years over quarters over months, and a total of all."""
    axis: dict[str, Sequence[str]] = {"total": [f"Y{year}" for year in range(years)]}
    for year in range(years):
        axis[f"Y{year}"] = [f"Y{year}Q{quarter}" for quarter in range(4)]
        for quarter in range(4):
            names = [f"Y{year}M{3 * quarter + month}" for month in range(3)]
            axis[f"Y{year}Q{quarter}"] = names
            axis |= dict.fromkeys(names, ())
    return axis


def districts(*, overlapping: bool = False) -> Axis:
    """A force over 4 counties over 12 districts; with Maracs that cut across the counties."""
    axis = tree("F", 3, 3, 3, 3)
    if overlapping:
        leaves = [code for code in axis if not axis[code]]
        axis |= {f"M{number}": leaves[number::3] for number in range(3)}
    return axis


SHAPES = {
    221: Shape(districts(), tree("Y", 12), ONE),
    1_326: Shape(districts(), tree("Y", 12), tree("C", 5)),
    5_304: Shape(districts(), months(3), tree("C", 5)),
    16_320: Shape(tree("F", *[4] * 8), months(3), tree("C", 7)),
    65_280: Shape(tree("F", *[6] * 17), months(4), tree("C", 8)),
    500_000: Shape(tree("F", *[9] * 40), months(9), tree("C", 8)),
}


def measure(name: str, table: CountTable, policy: Policy, *, attacked: bool = True) -> None:
    """Protect, attack, and print one line."""
    start = time.process_time()
    protection = protect(table, policy)
    spent = time.process_time() - start
    loss, start = protection.loss, time.process_time()
    verdict = "not attacked"
    if attacked:
        report = attack(
            published_table(protection),
            protection.table.knowledge,
            policy,
            sensitive_cells(protection.table, policy),
            start=protection.values,
            whole=len(table.cells) < 10_000,
        )
        seconds = time.process_time() - start
        verdict = f"broken {len(report.broken)} ({report.programs} programs, {seconds:.1f} s)"
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{name:>24} {len(table.cells):>8,} cells  sensitive {loss.primary:>7,}  "
        f"secondary {loss.secondary:>7,} (sum {loss.secondary_sum:,})  "
        f"{spent:7.2f} CPU s  {verdict}  {memory} MB",
        flush=True,
    )


def main() -> None:
    """Run the shapes named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cells", nargs="*", type=int, help="family sizes to run")
    parser.add_argument("--public", action="store_true", help="the public policy")
    parser.add_argument("--no-attack", action="store_true", help="protect only")
    parser.add_argument("--mean", type=float, default=9.0, help="mean count at the leaves")
    options = parser.parse_args()
    policy = PUBLIC if options.public else PARTNER
    for cells in options.cells or (221, 1_326, 5_304):
        shape = min(SHAPES, key=lambda size: abs(size - cells))
        table = family(SHAPES[shape], 1, mean=options.mean)
        measure("plain", table, policy, attacked=not options.no_attack)
    if not options.cells:
        sparse = family(SHAPES[5_304], 2, mean=options.mean, sparse=0.5)
        measure("sparse", sparse, policy)
        crossing = Shape(districts(overlapping=True), months(1), ONE)
        measure("overlapping", family(crossing, 3, mean=options.mean), policy)


if __name__ == "__main__":
    main()
