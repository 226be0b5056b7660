"""Rounding for the public, and what a rounded count still tells."""

import pytest

from hub.disclosure import (
    PARTNER,
    PUBLIC,
    Audience,
    Policy,
    attack,
    protect,
    published_table,
    rounded,
    sensitive_cells,
)
from hub.disclosure.rounding import told_by
from tests.unit.disclosure.families import Shape, family, tree


@pytest.mark.parametrize(
    ("count", "base", "shown"),
    [(0, 5, 0), (12, 5, 10), (13, 5, 15), (10, 5, 10), (15, 10, 20), (14, 10, 10), (7, 1, 7)],
)
def test_rounding_to_the_nearest_multiple(count: int, base: int, shown: int) -> None:
    assert rounded(count, base) == shown


@pytest.mark.parametrize("base", [1, 2, 3, 4, 5, 10])
def test_what_a_rounded_count_tells_is_every_count_that_rounds_to_it(base: int) -> None:
    policy = Policy("x", Audience.PUBLIC, threshold=10, base=base)
    possible = [0, *range(10, 200)]
    for count in range(10, 100):
        low, high = told_by(count, policy)
        same = [n for n in possible if rounded(n, base) == rounded(count, base)]
        assert (low, high) == (min(same), max(same))


def test_zero_is_told_exactly() -> None:
    assert told_by(0, PUBLIC) == (0, 0)


def test_partners_are_told_exact_counts() -> None:
    assert told_by(12, PARTNER) == (12, 12)


def test_a_public_release_of_rounded_counts_survives_the_attack() -> None:
    shape = Shape(tree("A", 2, 2), tree("P", 3), tree("C", 2))
    for seed in range(4):
        protection = protect(family(shape, seed, mean=20), PUBLIC)
        published = published_table(protection)
        assert any(low != high for low, high in published.told)
        table = protection.table
        report = attack(published, table.knowledge, PUBLIC, sensitive_cells(table, PUBLIC))
        assert report.is_safe
