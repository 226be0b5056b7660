"""Averaging is worked out exactly; small cases by hand."""

import pytest

import hub.disclosure.methods.averaging as averaging
from hub.disclosure import CountTable, Relation
from hub.disclosure.methods.averaging import averaged_variances
from hub.errors import DisclosureError
from tests.unit.disclosure.methods.tables import cell, known, total


def near(found: float, wanted: float) -> bool:
    return abs(found - wanted) < 0.01 * wanted


def test_a_lone_count_keeps_its_noise() -> None:
    assert averaged_variances(CountTable((cell("A", 3),)), [4.0], [0]) == {0: 4.0}


@pytest.mark.parametrize("names", [2, 3, 4])
def test_one_count_printed_under_n_names_keeps_an_nth(names: int) -> None:
    twins = tuple(Relation(((0, 1), (other, -1)), origin="twin") for other in range(1, names))
    table = CountTable(tuple(cell(f"A{number}", 3) for number in range(names)), twins)
    assert near(averaged_variances(table, [4.0] * names, [0])[0], 4.0 / names)


def test_a_total_tells_of_its_parts_through_the_siblings() -> None:
    """The part itself (4) and the total less two siblings (12): 4 * 12 / (4 + 12)."""
    table = total(cell("T", 9), [cell("A", 3), cell("B", 3), cell("C", 3)])
    assert near(averaged_variances(table, [4.0] * 4, [1])[1], 3.0)


def test_a_count_that_is_not_printed_is_told_by_the_others() -> None:
    table = total(cell("T", 9), [cell("A", 3), cell("B", 6)])
    assert near(averaged_variances(table, [4.0, None, 4.0], [1])[1], 8.0)


def test_exact_counts_and_own_counts_help() -> None:
    table = total(known("T", 9), [cell("A", 3), cell("B", 6)])
    assert near(averaged_variances(table, [0.0, 4.0, 4.0], [1])[1], 2.0)
    table = total(cell("T", 9), [cell("A", 3), cell("B", 6)])
    assert near(averaged_variances(table, [4.0] * 3, [1], known={2: 6})[1], 2.0)


def test_relations_said_twice_tell_nothing_more() -> None:
    table = total(cell("T", 9), [cell("A", 3), cell("B", 6)])
    again = Relation(tuple((place, -weight) for place, weight in table.relations[0].terms))
    doubled = CountTable(table.cells, (*table.relations, again))
    once = averaged_variances(table, [4.0] * 3, [1])[1]
    assert near(averaged_variances(doubled, [4.0] * 3, [1])[1], once)


def test_a_part_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(averaging, "MOST_RELATIONS", 0)
    table = total(cell("T", 9), [cell("A", 3), cell("B", 6)])
    with pytest.raises(DisclosureError, match="too many"):
        averaged_variances(table, [4.0] * 3, [1])
