"""What protection costs: counts hidden, CPU seconds, memory, on synthetic linked families.

    python -m benchmarks.disclosure                  5,304 cells and the odd shapes
    python -m benchmarks.disclosure 50000 500000     larger families of the plain shape
    python -m benchmarks.disclosure --resubmission   one agency sends one month again
    python -m benchmarks.disclosure --families 8 50000 --processes 2   several families at once
    python -m benchmarks.disclosure --public --json  under the public policy; one JSON line each

Every line ends with the independent attack on the result: how many cells it broke.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial

from benchmarks.resubmission import resubmit
from benchmarks.shapes import ODD, PLAIN, side_by_side
from hub.disclosure import (
    PARTNER,
    PUBLIC,
    CountTable,
    Observer,
    Policy,
    attack_each,
    protect,
    published_table,
    sensitive_cells,
)
from hub.disclosure.processes import each
from tests.unit.disclosure.families import family


@dataclass(frozen=True)
class Measured:
    """One line: seconds are of CPU, child processes included, but for ``wall``; memory in MB."""

    name: str
    cells: int
    sensitive: int
    secondary: int
    secondary_sum: int
    protect_seconds: float
    attack_seconds: float
    wall: float
    programs: int
    broken: int
    memory: int
    memory_of_largest_child: int


def cpu() -> float:
    """CPU seconds of this process and of all its children that have ended."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)


def measure(name: str, table: CountTable, policy: Policy, processes: int = 1) -> Measured:
    """Protect and attack one table."""
    wall, start = time.monotonic(), cpu()
    progress = Bar(name)
    protection = protect(table, policy, processes=processes, progress=progress)
    middle, loss = cpu(), protection.loss
    (report,) = attack_each(
        published_table(protection),
        protection.table.knowledge,
        policy,
        [Observer(sensitive_cells(protection.table, policy))],
        start=protection.values,
        spread=partial(each, processes=processes, step="attack", progress=progress),
    )
    return Measured(
        name=name,
        cells=len(table.cells),
        sensitive=loss.primary,
        secondary=loss.secondary,
        secondary_sum=loss.secondary_sum,
        protect_seconds=round(middle - start, 2),
        attack_seconds=round(cpu() - middle, 2),
        wall=round(time.monotonic() - wall, 2),
        programs=report.programs,
        broken=len(report.broken),
        memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        memory_of_largest_child=resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
    )


class Bar:
    """Progress on a terminal, once a second."""

    def __init__(self, name: str) -> None:
        self.name, self.last = name, 0.0

    def __call__(self, step: str, done: int, of: int) -> None:
        """Tell."""
        now = time.monotonic()
        if sys.stderr.isatty() and now > self.last + 1:
            self.last = now
            print(f"\r{self.name}: {step} {done:,} of {of:,}   ", end="", file=sys.stderr)


def show(found: Measured, *, as_json: bool) -> None:
    """Print one line."""
    if as_json:
        print(json.dumps(asdict(found)), flush=True)
        return
    print(
        f"{found.name:>16} {found.cells:>8,} cells  sensitive {found.sensitive:>7,}  "
        f"secondary {found.secondary:>7,} (sum {found.secondary_sum:,})  "
        f"protect {found.protect_seconds:7.2f}  attack {found.attack_seconds:7.2f} CPU s "
        f"({found.programs} programs)  broken {found.broken}  wall {found.wall:.1f} s  "
        f"{found.memory} MB + {found.memory_of_largest_child} MB",
        flush=True,
    )


def chosen(options: argparse.Namespace) -> Iterator[tuple[str, Callable[[], CountTable]]]:
    """The tables to be measured, made when their turn comes."""
    for cells in options.cells or (5_304,):
        size = cells / options.families
        shape = PLAIN[min(PLAIN, key=lambda known: abs(known - size))]
        if options.families == 1:
            yield "plain", partial(family, shape, 1, mean=options.mean)
        else:
            yield "families", partial(side_by_side, shape, options.families, options.mean)
    if not options.cells:
        for name, make in ODD.items():
            yield name, partial(make, options.mean)


def main() -> None:
    """Run the shapes named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cells", nargs="*", type=int, help="sizes to run")
    parser.add_argument("--families", type=int, default=1, help="split into so many families")
    parser.add_argument("--processes", type=int, default=1, help="processes for the families")
    parser.add_argument("--public", action="store_true", help="the public policy")
    parser.add_argument("--mean", type=float, default=9.0, help="mean count at the leaves")
    parser.add_argument("--resubmission", action="store_true", help="send one month again")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args()
    if options.resubmission:
        found = resubmit()
        print(json.dumps(found) if options.json else found)
        return
    policy = PUBLIC if options.public else PARTNER
    for name, make in chosen(options):
        show(measure(name, make(), policy, options.processes), as_json=options.json)


if __name__ == "__main__":
    main()
