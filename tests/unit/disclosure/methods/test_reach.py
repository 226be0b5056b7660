"""How far a count may be moved, and what that tells."""

import pytest

from hub.disclosure import PARTNER, PUBLIC, Policy
from hub.disclosure.methods.reach import Reach
from tests.unit.disclosure.methods.tables import cell

ANY = cell("A", 3)


@pytest.mark.parametrize(
    ("base", "policy", "reach"),
    [(5, PARTNER, 5), (10, PARTNER, 9), (6, PARTNER, 5), (3, PARTNER, 6), (5, PUBLIC, 10)],
)
def test_adjacent_multiples_are_enough_only_above_the_threshold(
    base: int, policy: Policy, reach: int
) -> None:
    assert Reach.of(base, policy).reach == reach


def test_zero_stays_zero() -> None:
    assert list(Reach.of(5, PARTNER).multiples(ANY, 0)) == [0]


@pytest.mark.parametrize(
    ("count", "steps"), [(1, [0, 1]), (4, [0, 1]), (5, [0, 1, 2]), (7, [1, 2]), (10, [1, 2, 3])]
)
def test_counts_move_at_most_the_reach(count: int, steps: list[int]) -> None:
    assert list(Reach.of(5, PARTNER).multiples(ANY, count)) == steps


def test_a_printed_multiple_tells_of_every_count_that_may_be_printed_so() -> None:
    rule = Reach.of(5, PARTNER)
    assert rule.interval(ANY, 0) == (0, 5)
    assert rule.interval(ANY, 5) == (1, 10)
    assert rule.interval(ANY, 10) == (5, 15)


@pytest.mark.parametrize("base", [2, 3, 5, 6, 10])
@pytest.mark.parametrize("policy", [PARTNER, PUBLIC])
def test_however_a_sensitive_count_is_printed_it_keeps_the_promise(
    base: int, policy: Policy
) -> None:
    for rule in (Reach.of(base, policy), Reach.of(base, policy).relaxed()):
        for count in range(1, policy.threshold):
            steps = rule.multiples(ANY, count)
            assert steps
            for step in steps:
                low, high = rule.interval(ANY, step * base)
                assert low <= policy.low and high >= policy.high
