"""Multiples that add up, near the counts, drawn by a secret."""

from dataclasses import replace

import pytest

from hub.disclosure import PARTNER, Cell, CountTable, Relation, VirtualKey
from hub.disclosure.methods import MethodParameters
from hub.disclosure.methods.controlled_rounding import Rounding, round_table
from hub.errors import DisclosureError
from tests.unit.disclosure.families import Shape, family, tree
from tests.unit.disclosure.methods.tables import PARAMETERS, cell, known, total

GRID = family(Shape(tree("F", 3, 2), tree("Y", 4), tree("C", 2)), 3, mean=5)


def settle(table: CountTable, seed: int = 0) -> Rounding:
    return round_table(table, PARTNER, PARAMETERS, seed)


def printed(rounding: Rounding) -> list[int]:
    return [0 if number is None else number for number in rounding.printed]


def test_multiples_obey_every_relation() -> None:
    rounding = settle(GRID)
    assert rounding.unequal == ()
    assert all(relation.holds(printed(rounding)) for relation in GRID.relations)
    assert all(number % 5 == 0 for number in printed(rounding))


def test_every_count_moves_within_the_reach() -> None:
    rounding = settle(GRID)
    for place, (true, number) in enumerate(zip(GRID.cells, printed(rounding), strict=True)):
        assert abs(number - (true.value or 0)) <= (10 if place in rounding.relaxed else 5)
        assert number == 0 or true.value != 0


def test_the_same_secret_and_seed_give_the_same_and_others_do_not() -> None:
    assert settle(GRID).printed == settle(GRID).printed
    assert settle(GRID).printed != settle(GRID, seed=1).printed
    other = MethodParameters(secret=b"another key of thirty-two bytes!")
    assert settle(GRID).printed != round_table(GRID, PARTNER, other, 0).printed


def test_ways_are_drawn_so_that_they_are_right_on_average() -> None:
    """Lone cells get what they wish for: 3 is printed as 5 three times in five."""
    cells = tuple(cell(f"A{number}", 3) for number in range(3_000))
    mean = sum(printed(settle(CountTable(cells)))) / len(cells)
    assert abs(mean - 3) < 0.15


def test_zeros_leave_nothing_to_choose() -> None:
    assert settle(CountTable((cell("A", 0),))).printed == (0,)
    assert settle(total(cell("T", 0), [cell("A", 0), cell("B", 0)])).printed == (0, 0, 0)


def test_the_threshold_itself_is_sometimes_printed_as_zero() -> None:
    """Otherwise a printed 0 would tell those who know the program of "less than 5" after all."""
    rounding = settle(CountTable(tuple(cell(f"A{number}", 5) for number in range(300))))
    assert {0, 5, 10} == set(printed(rounding))


def test_one_count_under_many_names_moves_further_when_it_must() -> None:
    """Four equal counts of 2 make 8: they are 0 (and the total 0) or 5 (and the total 20)."""
    names = [cell(name, 2) for name in "ABCD"]
    sums = Relation(((0, -1), *((place, 1) for place in range(1, 5))), origin="sum")
    twins = [Relation(((1, 1), (place, -1)), origin="twins") for place in (2, 3, 4)]
    table = CountTable((cell("T", 8), *names), (sums, *twins))
    rounding = settle(table)
    assert rounding.relaxed == (0,)
    assert rounding.printed[0] in (0, 20)


def test_what_no_multiples_obey_is_refused_by_name_and_without_counts() -> None:
    """Seven equal counts of 2 make 14, but their multiples make 0 or 35."""
    names = [cell(f"A{number}", 2) for number in range(7)]
    sums = Relation(((0, -1), *((place, 1) for place in range(1, 8))), origin="sum")
    twins = [Relation(((1, 1), (place, -1)), origin="twins") for place in range(2, 8)]
    with pytest.raises(DisclosureError, match="No multiples of 5 that add up exist") as caught:
        settle(CountTable((cell("T", 14), *names), (sums, *twins)))
    assert "A1" in caught.value.message and "14" not in caught.value.message


def test_time_is_limited() -> None:
    hurried = replace(PARAMETERS, seconds=1e-9)
    with pytest.raises(DisclosureError, match="within the limits"):
        round_table(GRID, PARTNER, hurried, 0)


def test_exact_counts_and_rests_leave_a_relation_to_within_one_base() -> None:
    table = total(cell("T", 21), [cell("A", 9), known("K", 12)])
    rounding = settle(table)
    assert rounding.unequal == (0,)
    assert rounding.printed[2] is None
    assert abs(printed(rounding)[0] - printed(rounding)[1] - 12) < 5


def test_inequalities_hold_between_multiples() -> None:
    for seed in range(20):
        table = CountTable(
            (cell("A", 9), cell("B", 11)), (Relation(((0, 1), (1, -1)), "<=", 0, "at most"),)
        )
        numbers = printed(settle(table, seed))
        assert numbers[0] <= numbers[1]


def test_unknown_virtual_cells_take_what_is_left() -> None:
    rest = Cell(VirtualKey("rest"), None, published=False)
    rounding = settle(total(cell("T", 40), [cell("A", 17), rest]))
    assert printed(rounding)[1] + printed(rounding)[2] == printed(rounding)[0]
