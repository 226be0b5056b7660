"""Our protection beside that of R packages, on the same families and under the same small counts.

    python -m benchmarks.peers                    all eight families, every method that is there
    python -m benchmarks.peers plain --cap 300    those named "plain", 300 CPU seconds a method
    python -m benchmarks.peers --methods gauss

For each method: complementary cells, their summed counts, CPU seconds and memory. Then what the
method's promise is worth: our attack on what it would publish counts the small counts that a
reader works out exactly, and those that are not left open from 1 to 5. Last, what it hides once
our search has added what our promise needs (nothing of the method's own is shown again).

Without R only our own lines are there.
"""

import argparse
import csv
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.peers_shapes import Family, families
from hub.disclosure import (
    PARTNER,
    PublishedTable,
    attack,
    protect,
    published_table,
    sensitive_cells,
)
from hub.disclosure.axes import grid_of
from hub.disclosure.moves import GridMover
from hub.disclosure.secondary import ExactMover, Mover, Search
from hub.disclosure.system import components, system_of
from tests.unit.disclosure.families import Axis

SCRIPT = Path(__file__).with_suffix(".R")
TREES = ("SIMPLEHEURISTIC_OLD", "SIMPLEHEURISTIC", "HYPERCUBE", "HITAS", "OPT")
METHODS = ("gauss", "gauss-intervals", *TREES)


@dataclass(frozen=True)
class Answer:
    """What one method hides, at what price in time."""

    method: str
    hidden: frozenset[int] = field(repr=False)
    seconds: float
    megabytes: int


@dataclass(frozen=True)
class Worth:
    """What an answer loses and what it is worth to the people counted."""

    secondary: int
    secondary_sum: int
    missed: int
    """Small counts that are simply shown."""
    exact: int
    narrow: int
    repaired: int
    repaired_sum: int


def ours(family: Family) -> Answer:
    """Our own answer."""
    start = time.process_time()
    protection = protect(family.table, PARTNER)
    spent = time.process_time() - start
    told = published_table(protection).told
    cells = enumerate(zip(family.table.cells, told, strict=True))
    hidden = frozenset(at for at, (cell, (low, high)) in cells if cell.published and low != high)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Answer("ours", hidden, spent, memory)


def peer(family: Family, method: str, folder: Path, cap: int) -> Answer | str:
    """A peer's answer, or why there is none."""
    out, kept = folder / f"{method}.txt", folder / f"{method}.memory"
    if kept.exists():
        return _answer(family, method, out, int(kept.read_text()))
    run = subprocess.Popen(  # noqa: S603 - our own script
        [_rscript(), str(SCRIPT), str(folder), method, str(out)],
        stdout=subprocess.DEVNULL,
        stderr=(folder / f"{method}.err").open("wb"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (cap, cap + 5)),
    )
    _, status, usage = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)
    if run.returncode < 0:
        return f"no answer in {cap} CPU s"
    if run.returncode:
        words = (folder / f"{method}.err").read_text(errors="replace").split("\n")
        return "failed: " + " ".join(word.strip() for word in words if "rror" in word)[:150]
    kept.write_text(str(usage.ru_maxrss // 1024))
    return _answer(family, method, out, usage.ru_maxrss // 1024)


def _answer(family: Family, method: str, out: Path, megabytes: int) -> Answer:
    lines = out.read_text().split()
    printed = {at for at, cell in enumerate(family.table.cells) if cell.published}
    hidden = frozenset(int(cell) - 1 for cell in lines[1:]) & printed
    return Answer(method, hidden, float(lines[0]), megabytes)


def _rscript() -> str:
    return shutil.which("Rscript") or "Rscript"


def write(family: Family, folder: Path) -> None:
    """The family as files that the R script reads; numbers count from 1."""
    sensitive = set(sensitive_cells(family.table, PARTNER))
    cells = [
        (at + 1, cell.value, int(cell.published), int(at in sensitive), *family.at[at])
        for at, cell in enumerate(family.table.cells)
    ]
    alone = {atoms[0]: at for at, atoms in enumerate(family.atoms_of) if len(atoms) == 1}
    atoms = [
        (at + 1, int(count), *(family.at[alone[at]] if at in alone else ("", "", "")))
        for at, count in enumerate(family.counts)
    ]
    sums = [(a + 1, at + 1) for at, atoms in enumerate(family.atoms_of) for a in atoms]
    levels = [
        (name, "@" * depth, code)
        for name, side in zip("abc", family.sides, strict=True)
        if side.tree
        for depth, code in _walk(side.tree, next(iter(side.tree)), 1)
    ]
    _csv(folder / "cells.csv", ("cell", "value", "printed", "sensitive", *"abc"), cells)
    _csv(folder / "atoms.csv", ("atom", "count", *"abc"), atoms)
    _csv(folder / "sums.csv", ("atom", "cell"), sums)
    _csv(folder / "axes.csv", ("axis", "level", "code"), levels)


def _walk(tree: Axis, code: str, depth: int) -> Iterable[tuple[int, str]]:
    yield depth, code
    for part in tree[code]:
        yield from _walk(tree, part, depth + 1)


def _csv(path: Path, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([head, *rows])


def worth(family: Family, answer: Answer) -> Worth:
    """Attack what the answer publishes, then repair it."""
    table, targets = family.table, sensitive_cells(family.table, PARTNER)
    small = set(targets)
    secondary = answer.hidden - small
    missed = {at for at in small if table.cells[at].published} - answer.hidden
    values = [cell.value or 0 for cell in table.cells]
    told = tuple(
        (value, value) if cell.published and at not in answer.hidden else (0, None)
        for at, (cell, value) in enumerate(zip(table.cells, values, strict=True))
    )
    published = PublishedTable(tuple(cell.key for cell in table.cells), told)
    report = attack(published, table.knowledge, PARTNER, targets, start=values)
    repaired = repair(family, answer.hidden, {found.place for found in report.broken})
    return Worth(
        len(secondary),
        sum(values[at] for at in secondary),
        len(missed),
        sum(found.low == found.high for found in report.broken),
        len(report.broken),
        len(repaired),
        sum(values[at] for at in repaired),
    )


def repair(family: Family, hidden: frozenset[int], broken: set[int]) -> frozenset[int]:
    """The complementary cells once the ``broken`` ones are kept open too, the rest as it was."""
    table, found = family.table, set(hidden)
    values = [cell.value or 0 for cell in table.cells]
    for part in components(table):
        system = system_of(table, values, part, PARTNER)
        grid = grid_of(system)
        fast: list[Mover] = [] if grid is None else [GridMover(system, grid)]
        search = Search(system, PARTNER, [*fast, ExactMover(system)])
        search.hide(at for at, place in enumerate(system.places) if place in hidden)
        for goal in sorted(search.goals(), key=lambda goal: -abs(search.step(goal))):
            if system.places[goal.target] in broken:
                search.settle(goal)
        found |= {
            place
            for at, place in enumerate(system.places)
            if place >= 0 and search.hidden[at] and system.printed[at]
        }
    return frozenset(found - set(sensitive_cells(table, PARTNER)))


def line(family: Family, answer: Answer) -> str:
    """One line of the result, as a row of a table."""
    found = worth(family, answer)
    small = len(sensitive_cells(family.table, PARTNER))
    cells = (
        family.name,
        answer.method,
        f"{found.secondary:,}",
        f"{found.secondary_sum:,}",
        f"{answer.seconds:,.1f}",
        f"{answer.megabytes:,}",
        f"{found.exact} of {small}",
        f"{found.narrow} of {small}",
        f"{found.repaired:,}",
        f"{found.repaired_sum:,}",
    )
    return f"| {' | '.join(cells)} |"


HEAD = (
    "| family | method | complementary | summed | CPU s | MB | exactly solvable "
    "| not open from 1 to 5 | repaired | summed |\n|---|---|---|---|---|---|---|---|---|---|"
)


def main() -> None:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", help="parts of families' names")
    parser.add_argument("--cap", type=int, default=300, help="CPU seconds for each peer")
    parser.add_argument("--methods", default=",".join(METHODS), help="peers to run")
    parser.add_argument("--keep", type=Path, help="a folder for the peers' answers, used again")
    options = parser.parse_args()
    peers = [name for name in options.methods.split(",") if name]
    if peers and shutil.which("Rscript") is None:
        print("R is not installed here: our own method only.")
        peers = []
    print(HEAD, flush=True)
    for family in families(options.only):
        print(line(family, ours(family)), flush=True)
        with tempfile.TemporaryDirectory() as name:
            folder = (options.keep or Path(name)) / family.name.replace(" ", "_")
            folder.mkdir(parents=True, exist_ok=True)
            write(family, folder)
            for method in peers:
                if method in TREES and not all(side.tree for side in family.sides):
                    continue
                answer = peer(family, method, folder, options.cap)
                words = answer if isinstance(answer, str) else line(family, answer)
                print(
                    words if "|" in words else f"| {family.name} | {method} | {words} |", flush=True
                )


if __name__ == "__main__":
    main()
