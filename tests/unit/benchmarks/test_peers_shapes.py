"""The families that methods are compared on are what they are said to be."""

import csv
from pathlib import Path

import pytest

from benchmarks.peers import Answer, repair, worth, write
from benchmarks.peers_shapes import SHAPES, Family, Side, families, family
from hub.disclosure import PARTNER, VirtualKey, protect, sensitive_cells

SIDES = {id(side): side for sides, *_ in SHAPES.values() for side in sides}
NAMES = ("plain 221", "complements 2,652", "overlapping areas 1,088", "linked breakdowns 7,072")


@pytest.fixture(scope="module")
def plain() -> Family:
    (found,) = families(["plain 221"])
    return found


@pytest.mark.parametrize("side", SIDES.values())
def test_a_sum_has_each_atom_of_its_parts_once(side: Side) -> None:
    """What is said to add up does, for every group that overlaps others too."""
    for whole, parts in side.sums:
        below = [atom for part in parts for atom in side.atoms[part]]
        assert sorted(below) == sorted(side.atoms[whole])
        assert len(set(below)) == len(below)


@pytest.mark.parametrize("name", NAMES)
def test_a_family_has_the_cells_that_its_name_says(name: str) -> None:
    (found,) = families([name])
    assert len(found.table.cells) == int(name.rpartition(" ")[2].replace(",", ""))
    for cell, atoms in zip(found.table.cells, found.atoms_of, strict=True):
        assert cell.value == found.counts[list(atoms)].sum()


def test_what_nobody_prints_is_virtual() -> None:
    (found,) = families(["complements"])
    virtual = [cell for cell in found.table.cells if not cell.published]
    assert len(virtual) == len(found.table.cells) // 3
    assert all(isinstance(cell.key, VirtualKey) for cell in virtual)


def test_a_seed_gives_one_family_and_another_seed_another(plain: Family) -> None:
    (again,), (other,) = families(["plain 221"]), families(["plain 221"], seed=2)
    assert again.table.cells == plain.table.cells
    assert other.table.cells != plain.table.cells


def test_a_sparse_family_has_zeros_that_the_plain_one_has_not() -> None:
    sides, mean, _ = SHAPES["plain 221"]
    zeros = [(family("x", sides, 1, mean=mean, sparse=part).counts == 0).sum() for part in (0, 0.5)]
    assert zeros[1] > zeros[0] + len(family("x", sides, 1).counts) // 4


def test_peers_are_told_the_same_family(plain: Family, tmp_path: Path) -> None:
    """Numbers count from 1; small counts are those that we protect; sums give the counts back."""
    write(plain, tmp_path)
    cells, atoms, sums, axes = (
        list(csv.DictReader((tmp_path / f"{name}.csv").read_text().splitlines()))
        for name in ("cells", "atoms", "sums", "axes")
    )
    small = {int(row["cell"]) - 1 for row in cells if row["sensitive"] == "1"}
    assert small == set(sensitive_cells(plain.table, PARTNER))
    count = {row["atom"]: int(row["count"]) for row in atoms}
    total = dict.fromkeys((row["cell"] for row in cells), 0)
    for row in sums:
        total[row["cell"]] += count[row["atom"]]
    assert total == {row["cell"]: int(row["value"]) for row in cells}
    trees = {name: [row for row in axes if row["axis"] == name] for name in "abc"}
    assert [len(trees[name]) for name in "abc"] == [17, 13, 1]
    assert trees["a"][0]["level"] == "@"


def test_small_counts_alone_are_worth_little_and_can_be_repaired(plain: Family) -> None:
    """The yardstick itself: a pattern that hides nothing besides is found out, and mended."""
    small = frozenset(sensitive_cells(plain.table, PARTNER))
    alone = worth(plain, Answer("nothing besides", small, 0.0, 0))
    assert alone.secondary == alone.missed == 0
    assert alone.exact > 0
    assert alone.narrow >= alone.exact
    mended = small | repair(plain, small, set(small))
    assert worth(plain, Answer("repaired", mended, 0.0, 0)).narrow == 0


def test_ours_loses_no_more_than_gauss_suppression_did(plain: Family) -> None:
    """17 cells with 128 in sum: its answer to this family (docs/reference/disclosure.md)."""
    loss = protect(plain.table, PARTNER).loss
    assert loss.secondary <= 17
    assert loss.secondary_sum <= 128
