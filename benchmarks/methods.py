"""What each disclosure method costs and what it leaves, on the same synthetic linked families.

    python -m benchmarks.methods              221 and 1,326 cells, dense and sparse
    python -m benchmarks.methods --seeds 3    more families of each kind

Columns: mean absolute deviation of the printed counts; share of the counts that are hidden;
relations that do not hold between printed numbers; what the attacker can prove about a sensitive
count at best (the mean width of the interval that one number by itself leaves); CPU seconds with
the attack.
"""

import argparse
import time
from collections.abc import Iterator

from benchmarks.shapes import PLAIN
from hub.disclosure import PARTNER, CountTable, sensitive_cells
from hub.disclosure.methods import Method, MethodParameters, MethodResult, protect_by
from hub.errors import DisclosureError
from tests.unit.disclosure.families import family

PARAMETERS = MethodParameters(secret=b"only for the benchmark; no secret")


def families(seeds: int) -> Iterator[tuple[str, CountTable]]:
    """The same families for every method."""
    for size in (221, 1_326):
        for kind, sparse in (("dense", 0.0), ("sparse", 0.5)):
            for seed in range(1, seeds + 1):
                yield f"{size:,} {kind} {seed}", family(PLAIN[size], seed, mean=9, sparse=sparse)


def describe(result: MethodResult) -> str:
    """One line of figures."""
    pairs = list(zip(result.cells, result.table.cells, strict=True))
    shown = [
        abs(cell.value - true.value)
        for cell, true in pairs
        if cell.value is not None and true.value is not None
    ]
    hidden = sum(cell.value is None for cell in result.cells) / len(pairs)
    values = [cell.value for cell in result.cells]
    apart = asked = 0
    for relation in result.table.relations:
        terms = [(values[place], weight) for place, weight in relation.terms]
        known = [value * weight for value, weight in terms if value is not None]
        if len(known) == len(terms):
            asked += 1
            apart += sum(known) != relation.right
    small = sensitive_cells(result.table, result.policy)
    widths = [
        high - low for low, high in (result.cells[at].interval for at in small) if high is not None
    ]
    width = f"{sum(widths) / len(widths):5.1f}" if widths else "    -"
    left = "" if result.least_variance is None else f"  variance left {result.least_variance:.2f}"
    return (
        f"deviation {sum(shown) / max(1, len(shown)):5.2f}  hidden {hidden:6.1%}  "
        f"unequal {apart}/{asked} of {len(result.table.relations)}  "
        f"relaxed {len(result.relaxed)}  interval {width}{left}"
    )


def main() -> None:
    """Run every method over the families."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1, help="families of each kind")
    options = parser.parse_args()
    for name, table in families(options.seeds):
        for method in Method:
            start = time.process_time()
            try:
                words = describe(protect_by(method, table, PARTNER, PARAMETERS))
            except DisclosureError as error:
                words = f"refused: {error.message[:70]}"
            spent = time.process_time() - start
            print(f"{name:>16} {method.value:>20}  {words}  {spent:6.1f} CPU s", flush=True)


if __name__ == "__main__":
    main()
