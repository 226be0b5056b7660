"""What every run of the protection keeps to: the same result, steps that are told, memory that
grows with the table and no faster."""

import gc
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from hub.disclosure import PARTNER, Cell, CountTable, Relation, protect
from hub.release.preparation import prepare
from hub.release.protection import withstand
from hub.vocabulary import CellKey
from tests.factory import DISTRICT, NEIGHBOUR
from tests.unit.release.releases import WORDS, of_counts
from tests.unit.release.test_audiences import district

ROOT = Path(__file__).parents[3]
AGAIN = """
from hub.disclosure import PARTNER
from hub.release.preparation import prepare
from tests.unit.release.releases import WORDS, of_counts
from tests.unit.release.test_audiences import DISTRICT, NEIGHBOUR, district
counts = district(DISTRICT, (3, 40, 90)) | district(NEIGHBOUR, (60, 2, 80))
made = prepare([of_counts(counts)], WORDS, PARTNER)
print(made.content_hash, [(str(one.key), one.low, one.high, one.forced_by) for one in made.report])
"""


def elsewhere(hash_seed: int) -> str:
    """The same release in a process that orders its sets and words otherwise."""
    run = subprocess.run(
        [sys.executable, "-c", AGAIN],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return run.stdout.strip()


def test_another_process_makes_the_same_release_and_the_same_report() -> None:
    counts = district(DISTRICT, (3, 40, 90)) | district(NEIGHBOUR, (60, 2, 80))
    made = prepare([of_counts(counts)], WORDS, PARTNER)
    report = [(str(one.key), one.low, one.high, one.forced_by) for one in made.report]
    assert elsewhere(7) == f"{made.content_hash} {report}"
    assert "categories of RISK" in str(report)


def test_every_step_of_a_release_tells_how_far_it_is() -> None:
    told: list[tuple[str, int, int]] = []
    counts = district(DISTRICT, (3, 40, 90)) | district(NEIGHBOUR, (60, 2, 80))
    prepare([of_counts(counts)], WORDS, PARTNER, progress=lambda *step: told.append(step))
    assert [*dict.fromkeys(name for name, _, _ in told)] == ["protect", "sweep", "attack"]
    for step in ("protect", "sweep", "attack"):
        assert any(done == of > 0 for name, done, of in told if name == step), step


def apart(families: int) -> CountTable:
    """So many families of five cells each, a small count in every one."""
    cells: list[Cell] = []
    relations: list[Relation] = []
    for family in range(families):
        counts = (150 + family % 7, 3, 97, 30, 20 + family % 7)
        first = len(cells)
        cells += [
            Cell(CellKey("X", f"A{family}", "2017-05", (("C", str(n)),)), value)
            for n, value in enumerate(counts)
        ]
        terms = ((first, -1), *((first + n, 1) for n in range(1, 5)))
        relations.append(Relation(terms, origin=f"total {family}"))
    return CountTable(tuple(cells), tuple(relations))


def peak(families: int) -> int:
    """Bytes at the worst moment of protecting and attacking.

    Python lays tuples, lists and dicts that end aside (2,000 tuples of each length) and gives
    them out again unseen by tracemalloc: up to 190 kB, two fifths of 60 families. To collect
    garbage lets go of them.
    """
    table = apart(families)
    gc.collect()
    tracemalloc.start()
    try:
        withstand(protect(table, PARTNER), PARTNER)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.long
@pytest.mark.parametrize("times", [4, 16])
def test_memory_grows_no_faster_than_the_table(times: int) -> None:
    """Families are decided and attacked one after the other: what one needs is let go."""
    peak(10)
    small, large = peak(60), peak(60 * times)
    assert large < small * times
