"""Draws belong to cells, whatever the cells are called."""

import pytest

from hub.disclosure import VirtualKey
from hub.disclosure.methods.keys import canonical_address, draw
from hub.vocabulary import CellKey
from tests.unit.disclosure.methods.tables import SECRET

YEAR = CellKey("X", "A", "FY2017-18", (("SEX", "F"),))
ROLLING = CellKey("X", "A", "R12-2018-03", (("SEX", "F"),))


def test_periods_of_the_same_months_are_the_same_cell() -> None:
    assert canonical_address(YEAR) == canonical_address(ROLLING)
    assert draw(SECRET, "p", YEAR, 7) == draw(SECRET, "p", ROLLING, 7)


@pytest.mark.parametrize(
    "other",
    [
        CellKey("Y", "A", "FY2017-18", (("SEX", "F"),)),
        CellKey("X", "B", "FY2017-18", (("SEX", "F"),)),
        CellKey("X", "A", "CY2017", (("SEX", "F"),)),
        CellKey("X", "A", "FY2017-18", (("SEX", "M"),)),
        VirtualKey("X", "A", "FY2017-18", (("SEX", "F"),)),
    ],
)
def test_other_cells_have_draws_of_their_own(other: CellKey | VirtualKey) -> None:
    assert draw(SECRET, "p", YEAR, 7) != draw(SECRET, "p", other, 7)


def test_a_revised_count_another_purpose_and_another_secret_are_drawn_anew() -> None:
    draws = {
        draw(SECRET, "p", YEAR, 7),
        draw(SECRET, "p", YEAR, 8),
        draw(SECRET, "q", YEAR, 7),
        draw(SECRET[::-1], "p", YEAR, 7),
    }
    assert len(draws) == 4


def test_draws_are_even_over_the_unit() -> None:
    draws = [draw(SECRET, "p", YEAR, count) for count in range(4_000)]
    assert min(draws) >= 0 and max(draws) < 1
    assert abs(sum(draws) / len(draws) - 0.5) < 0.02


def test_an_unknown_period_is_taken_as_it_is() -> None:
    assert "Y.3" in canonical_address(CellKey("X", "A", "Y.3"))
