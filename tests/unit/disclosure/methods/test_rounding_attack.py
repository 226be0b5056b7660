"""The attack on rounding works on its own, and finds what careless rounding gives away."""

import pytest

from hub.disclosure import PARTNER, PUBLIC, CountTable, Policy, Relation
from hub.disclosure.methods import Method, protect_by
from hub.disclosure.methods.reach import Reach
from hub.disclosure.methods.rounding_attack import _told, rounding_attack
from hub.errors import DisclosureError
from tests.unit.disclosure.methods.tables import PARAMETERS, cell, known, total


@pytest.mark.parametrize("policy", [PARTNER, PUBLIC])
@pytest.mark.parametrize("base", [3, 5, 10])
def test_it_reads_the_rule_as_the_rounding_does(policy: Policy, base: int) -> None:
    rule = Reach.of(base, policy)
    for step in range(8):
        told = _told(cell("A", 3), step * base, rule.reach, policy)
        assert told == rule.interval(cell("A", 3), step * base)


def test_independent_rounding_leaks_where_the_total_is_exact() -> None:
    """4 and 9, printed as 0 and 5, of an exact 13 leave the first part only 3 or more."""
    table = total(known("T", 13), [cell("A", 4), cell("B", 9)])
    report = rounding_attack(table, [None, 0, 5], [5] * 3, PARTNER, [1])
    assert [(finding.low, finding.high) for finding in report.broken] == [(3, 5)]


def test_strict_rounding_to_the_threshold_breaks_the_promise_by_one() -> None:
    """With adjacent multiples only, a printed 0 says "at most 4"."""
    table = CountTable((cell("A", 3),))
    assert not rounding_attack(table, [0], [4], PARTNER, [0]).is_safe
    assert rounding_attack(table, [0], [5], PARTNER, [0]).is_safe


def test_many_parts_of_an_exact_total_leak_too() -> None:
    """Ten parts, all printed as 0, so at most 5 each; an exact 49 leaves none below 4."""
    parts = [cell(f"A{number}", 5 - (number == 0)) for number in range(10)]
    report = rounding_attack(
        total(known("T", 49), parts), [None, *[0] * 10], [5] * 11, PARTNER, [1]
    )
    assert [(finding.low, finding.high) for finding in report.broken] == [(4, 5)]


def test_the_door_refuses_what_the_attack_breaks() -> None:
    """The exact total and the larger part leave the smaller one no room, however rounded."""
    table = CountTable(
        (known("T", 13), cell("A", 1), known("B", 12)),
        (Relation(((0, -1), (1, 1), (2, 1)), origin="sum"),),
    )
    with pytest.raises(DisclosureError, match="X A 2017-05") as caught:
        protect_by(Method.CONTROLLED_ROUNDING, table, PARTNER, PARAMETERS)
    assert "13" not in caught.value.message


@pytest.mark.parametrize(("mine", "theirs"), [(7, 1), (7, 4), (12, 3), (3, 2), (40, 1)])
def test_an_agency_that_subtracts_its_own_count_learns_too_little(mine: int, theirs: int) -> None:
    shared = cell("T", mine + theirs, parts=(("ONE", mine), ("TWO", theirs)))
    for seed in range(15):
        result = protect_by(
            Method.CONTROLLED_ROUNDING, CountTable((shared,)), PARTNER, PARAMETERS, seed
        )
        assert all(report.is_safe for report in result.reports.values())
        assert set(result.reports) == {None, "ONE", "TWO"}
