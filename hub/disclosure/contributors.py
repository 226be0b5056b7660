"""Counts that several agencies share show each of them the others' part.

A total over two agencies is, for each of them, the other's count: one subtraction away. The
parts become virtual cells, so that a small one is protected like any other count.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from hub.disclosure.table import Cell, CountTable, Past, Relation, VirtualKey


def with_parts(table: CountTable) -> CountTable:
    """The table with one virtual cell for each agency's part of each shared count.

    Shared counts that a relation already resolves into counts of single agencies need none.
    Doing it twice changes nothing.
    """
    cells, relations = list(table.cells), list(table.relations)
    resolved = {
        cell
        for relation in table.relations
        if relation.sense == "=" and not relation.right
        for cell, weight in relation.terms
        if all(
            table.cells[other].owner and weight * share < 0
            for other, share in relation.terms
            if other != cell
        )
    }
    for place, cell in enumerate(table.cells):
        if len(cell.parts) > 1 and place not in resolved:
            terms = [(place, -1)]
            for agency, part in cell.parts:
                terms.append((len(cells), 1))
                cells.append(_part(cell, agency, part))
            rest = (cell.value or 0) - sum(part for _, part in cell.parts)
            relations.append(Relation(tuple(terms), "=", -rest, f"{cell.key}: agencies' parts"))
    if len(cells) == len(table.cells):
        return table
    return CountTable(tuple(cells), tuple(relations), table.bounds)


def observers(
    table: CountTable, targets: Sequence[int]
) -> Iterator[tuple[str | None, Mapping[int, int], list[int]]]:
    """A reader, then each agency, with the counts they know and the targets kept from them.

    An agency attacks what it had no part in: of a count that it shares, the others' parts.
    """
    yield None, {}, list(targets)
    for agency in sorted({agency for cell in table.cells for agency, _ in cell.parts}):
        mine = [
            place
            for place in targets
            if all(other != agency for other, _ in table.cells[place].parts)
        ]
        known = {
            place: cell.value
            for place, cell in enumerate(table.cells)
            if cell.owner == agency and cell.value is not None
        }
        if mine:
            yield agency, known, mine


def _part(cell: Cell, agency: str, part: int) -> Cell:
    key = cell.key
    name = key.name if isinstance(key, VirtualKey) else key.indicator
    return replace(
        cell,
        key=VirtualKey(f"{name} of {agency}", key.area, key.period, key.breakdown),
        value=part,
        published=False,
        parts=((agency, part),),
        past=Past.NEW,
        lower=0,
        upper=None,
    )
