"""What is withheld when the draws of linked cells lie too far apart."""

from hub.disclosure import PARTNER
from hub.disclosure.methods.withholding import withhold
from tests.unit.disclosure.methods.tables import cell, total

TABLE = total(cell("T", 24), [cell("A", 4), cell("B", 20)])


def test_the_smallest_other_number_of_the_relation_goes() -> None:
    found = withhold(TABLE, [26, 6, 14], [(20, 32), (1, 12), (8, 16)], [1], PARTNER, {})
    assert found == {2}


def test_one_number_is_enough_for_cells_of_the_same_relation() -> None:
    found = withhold(TABLE, [26, 6, 14], [(20, 32), (1, 12), (8, 16)], [1, 2], PARTNER, {})
    assert len(found) == 1


def test_what_an_agency_knows_is_not_withheld_from_it() -> None:
    told = [(20, 32), (1, 12), (8, 16)]
    assert withhold(TABLE, [26, 6, 14], told, [1], PARTNER, {2: 20}) == {0}


def test_nothing_printed_nothing_to_withhold() -> None:
    assert withhold(TABLE, [None] * 3, [(0, None)] * 3, [1], PARTNER, {}) == set()
