"""Figures returned as printed: what they tell about the counts behind them."""

from decimal import Decimal

import pytest

from hub.disclosure import PARTNER
from hub.release.collation import RawCell
from hub.release.stated import withheld
from hub.vocabulary import CellKey
from tests.factory import DISTRICT, words

WORDS = words()
SHARE = CellKey("POL_STATED_PC", DISTRICT, "CY2017")
PART = CellKey("POL_DA_CRIME", DISTRICT, "CY2017")
WHOLE = CellKey("POL_DA_TOTAL", DISTRICT, "CY2017")


def raw(key: CellKey, value: str, base: str | None = None) -> dict[CellKey, RawCell]:
    return {key: RawCell(key, Decimal(value), base=None if base is None else Decimal(base))}


@pytest.mark.parametrize(
    ("value", "base", "hidden"),
    [
        ("3", "100", True),
        ("97", "100", True),
        ("40", "100", False),
        ("0", "100", False),
        ("50", "4", True),
        ("3", "100000", False),
        ("3", None, False),
    ],
)
def test_a_share_tells_its_numerator(value: str, base: str | None, hidden: bool) -> None:
    cells = raw(SHARE, value, base)
    assert (SHARE in withheld(cells, WORDS, PARTNER, ())) == hidden


@pytest.mark.parametrize("gone", [PART, WHOLE], ids=["numerator", "base"])
def test_a_share_of_a_hidden_count_is_withheld(gone: CellKey) -> None:
    cells = raw(SHARE, "40") | raw(PART, "40") | raw(WHOLE, "100")
    assert withheld(cells, WORDS, PARTNER, ()) == frozenset()
    assert withheld(cells, WORDS, PARTNER, {gone}) == {SHARE}


def test_the_base_may_stand_elsewhere_in_the_release() -> None:
    cells = raw(SHARE, "3") | raw(WHOLE, "100")
    assert withheld(cells, WORDS, PARTNER, ()) == {SHARE}


def test_a_withheld_category_takes_another_with_it() -> None:
    grades = {"HIGH": "3", "MEDIUM": "27", "STANDARD": "70"}
    keys = {
        grade: CellKey("POL_STATED_PC", DISTRICT, "CY2017", (("RISK", grade),)) for grade in grades
    }
    cells = {keys[grade]: raw(keys[grade], n, "100")[keys[grade]] for grade, n in grades.items()}
    assert withheld(cells, WORDS, PARTNER, ()) == {keys["HIGH"], keys["MEDIUM"]}


def test_two_tiny_categories_together_take_a_third() -> None:
    """Two that add to four leave neither of them up to five."""
    grades = {"HIGH": "1", "MEDIUM": "3", "STANDARD": "96"}
    keys = {
        grade: CellKey("POL_STATED_PC", DISTRICT, "CY2017", (("RISK", grade),)) for grade in grades
    }
    cells = {keys[grade]: raw(keys[grade], n, "100")[keys[grade]] for grade, n in grades.items()}
    assert withheld(cells, WORDS, PARTNER, ()) == set(keys.values())


def test_a_mean_over_a_handful_is_withheld() -> None:
    key = CellKey("POL_STATED_MEAN", DISTRICT, "CY2017")
    assert withheld(raw(key, "7", "3"), WORDS, PARTNER, ()) == {key}
    assert withheld(raw(key, "7", "30"), WORDS, PARTNER, ()) == frozenset()
