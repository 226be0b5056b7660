"""What was published stays known: earlier releases and this one are protected as one system.

Protecting each vintage by itself leaks: a cell hidden then and shown now, or a total revised by
one, tells by difference. So the earlier table is laid beside the new one. A count that was not
revised is one cell in both (the attacker is taken to know that it was not revised, which is more
than the release tells); a revised count keeps its earlier self as a cell of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hub.disclosure.table import Bound, Cell, CountTable, Past, Relation, VirtualKey
from hub.vocabulary.cells import CellKey


@dataclass(frozen=True)
class Vintage:
    """An earlier release to the same audience or one below it: its table, and what it showed.

    ``shown`` are places in ``table``. A count that was shown rounded is treated as shown exactly,
    which can only protect more.
    """

    name: str
    table: CountTable
    shown: frozenset[int]


def stack(table: CountTable, earlier: Sequence[Vintage]) -> CountTable:
    """``table`` with everything that earlier releases told laid beside it.

    The cells of ``table`` keep their places. Those that an earlier release showed with the same
    count are frozen: known, and never to be hidden. An earlier count that was revised and had
    been shown is known; one that was hidden is still protected if it is small.
    """
    cells = list(table.cells)
    relations = {_shape(relation): relation for relation in table.relations}
    bounds = list(table.bounds)
    for vintage in earlier:
        moved = [_place(cells, table, vintage, place) for place in range(len(vintage.table.cells))]
        for relation in vintage.table.relations:
            again = replace(
                relation,
                terms=tuple((moved[cell], weight) for cell, weight in relation.terms),
                origin=f"{relation.origin} ({vintage.name})",
            )
            relations.setdefault(_shape(again), again)
        for bound in vintage.table.bounds:
            terms = tuple((moved[cell], weight) for cell, weight in bound.terms)
            bounds.append(Bound(terms, bound.lower, bound.upper, bound.origin))
    return CountTable(tuple(cells), tuple(relations.values()), tuple(bounds))


def _shape(relation: Relation) -> tuple[tuple[tuple[int, int], ...], str, int]:
    return tuple(sorted(relation.terms)), relation.sense, relation.right


def _place(cells: list[Cell], table: CountTable, vintage: Vintage, place: int) -> int:
    """Where an earlier count stands in the stacked table; it is added if it was revised."""
    old, shown = vintage.table.cells[place], place in vintage.shown
    past = Past.SHOWN if shown else Past.HIDDEN
    same = table.index.get(old.key)
    if same is not None and old.value is not None and old.value == table.cells[same].value:
        if old.key == cells[same].key and cells[same].past is not Past.SHOWN:
            cells[same] = replace(cells[same], past=past)
        return same
    cells.append(replace(old, key=_as_of(old.key, vintage), published=False, past=past))
    return len(cells) - 1


def _as_of(key: CellKey | VirtualKey, vintage: Vintage) -> VirtualKey:
    name = key.name if isinstance(key, VirtualKey) else key.indicator
    return VirtualKey(f"{name} in {vintage.name}", key.area, key.period, key.breakdown)
