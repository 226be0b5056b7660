"""Small tables written by hand."""

from collections.abc import Iterable

from hub.disclosure import Cell, CountTable, Relation
from hub.disclosure.methods import MethodParameters
from hub.vocabulary import CellKey

SECRET = b"a key for tests, thirty-two bytes or more"
PARAMETERS = MethodParameters(secret=SECRET)


def cell(name: str, value: int, *, parts: tuple[tuple[str, int], ...] = ()) -> Cell:
    return Cell(CellKey("X", name, "2017-05"), value, parts=parts)


def known(name: str, value: int) -> Cell:
    """A count of no people: printed exactly, whatever the method."""
    return Cell(CellKey("X", name, "2017-05"), value, people=False)


def total(whole: Cell, parts: Iterable[Cell]) -> CountTable:
    cells = (whole, *parts)
    terms = ((0, -1), *((place, 1) for place in range(1, len(cells))))
    return CountTable(cells, (Relation(terms, origin="parts of the total"),))
