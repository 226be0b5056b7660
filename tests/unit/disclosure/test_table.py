"""Tables, cells and policies are valid from birth and keep their counts to themselves."""

import random
from fractions import Fraction

import pytest

from hub.disclosure import (
    PARTNER,
    Audience,
    Bound,
    Cell,
    CountTable,
    Past,
    Policy,
    Relation,
    VirtualKey,
    is_sensitive,
    protect,
    sensitive_cells,
    share,
)
from hub.errors import DisclosureError
from hub.vocabulary import CellKey
from hub.vocabulary.rows import ZeroRule

PLANTED = 777_777


def cell(name: str, value: int | None, **more: object) -> Cell:
    return Cell(CellKey("X", name, "2017-05"), value, **more)  # type: ignore[arg-type]


def planted() -> CountTable:
    return CountTable(
        (cell("A", PLANTED), cell("B", 3), cell("C", PLANTED - 3)),
        (Relation(((0, -1), (1, 1), (2, 1)), origin="A is B and C"),),
        (Bound(((0, 1),), Fraction(PLANTED), Fraction(PLANTED), "a share"),),
    )


def test_no_repr_shows_a_count() -> None:
    table = planted()
    protection = protect(table, PARTNER)
    texts = [repr(table), repr(table.cells), repr(table.bounds), repr(protection), str(table.cells)]
    assert all(str(PLANTED)[:5] not in text for text in texts)


def test_an_error_names_the_relation_and_no_count() -> None:
    with pytest.raises(DisclosureError, match="A is B") as caught:
        CountTable(
            (cell("A", PLANTED), cell("B", 3)), (Relation(((0, -1), (1, 1)), origin="A is B"),)
        )
    assert str(PLANTED) not in str(caught.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: cell("A", None),
        lambda: cell("A", None, published=False, past=Past.SHOWN),
        lambda: cell("A", -1),
        lambda: Cell(VirtualKey("A - B"), 3),
        lambda: Relation(((0, 1), (0, 1))),
        lambda: Relation(((0, 0),)),
        lambda: Relation(()),
        lambda: Relation(((0, 1),), ">="),
        lambda: CountTable((cell("A", 1), cell("A", 2))),
        lambda: CountTable((cell("A", 1),), (Relation(((1, 1),)),)),
        lambda: Policy("x", Audience.PARTNER, threshold=4),
        lambda: Policy("x", Audience.PARTNER, low=2),
        lambda: Policy("x", Audience.PARTNER, threshold=10, high=9),
        lambda: Policy("x", Audience.PARTNER, base=0),
    ],
)
def test_nothing_impossible_is_born(make: object) -> None:
    with pytest.raises(DisclosureError):
        make()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (cell("A", 0), False),
        (cell("A", 1), True),
        (cell("A", 4), True),
        (cell("A", 5), False),
        (cell("A", 0, zero=ZeroRule.SENSITIVE), True),
        (cell("A", 0, zero=ZeroRule.STRUCTURAL), False),
        (cell("A", 3, people=False), False),
        (cell("A", 3, past=Past.SHOWN), False),
        (cell("A", 3, past=Past.HIDDEN), True),
        (Cell(VirtualKey("A - B"), 3, published=False), True),
        (Cell(VirtualKey("A - B"), None, published=False), False),
    ],
)
def test_what_is_sensitive(given: Cell, expected: bool) -> None:
    assert is_sensitive(given, PARTNER) is expected
    assert sensitive_cells(CountTable((given,)), PARTNER) == ((0,) if expected else ())


def test_a_policy_may_call_every_zero_sensitive() -> None:
    policy = Policy("x", Audience.PARTNER, zeros_sensitive=True)
    assert is_sensitive(cell("A", 0), policy)
    assert not is_sensitive(cell("A", 0, zero=ZeroRule.STRUCTURAL), policy)


def test_a_printed_share_allows_exactly_what_rounds_to_it() -> None:
    dice = random.Random(0)
    for _ in range(300):
        whole, part = dice.randint(1, 400), 0
        part = dice.randint(0, whole)
        printed = Fraction(round(Fraction(1000 * part, whole)), 10)
        for other in range(whole + 1):
            told = all(r.holds([other, whole]) for r in share(0, 1, printed, 1))
            assert told == (abs(Fraction(100 * other, whole) - printed) <= Fraction(1, 20))
