"""All releases of an audience as one table: what was published stays known.

Each earlier release is a table of its own, with its own relations; a count that has not changed
since is one variable in all of them, a count that was revised is one variable for each of its
values. Protecting and attacking this stack keeps the promise over any sequence of releases;
protecting each release by itself leaks by subtracting one from another.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from hub.disclosure import Cell, CountTable, Past, Relation, VirtualKey
from hub.vocabulary import CellKey


@dataclass(frozen=True)
class Layer:
    """One earlier release: its counts with their relations, and which of them it showed."""

    release: str
    table: CountTable
    shown: Collection[CellKey]


@dataclass(frozen=True)
class Stack:
    """The new release's cells, in their given places, with all earlier ones behind them.

    ``touched`` are the places of counts that are new, revised or gone since the last release;
    what is not linked with these stays as it was published.
    """

    table: CountTable
    touched: frozenset[int]
    is_anew: bool = False
    """Whether all is decided anew, what was hidden included: another policy, or no release yet."""


def with_past(cells: Iterable[Cell], layers: Sequence[Layer]) -> tuple[Cell, ...]:
    """Say of each cell what earlier releases told: a count is frozen once any has shown it.

    A revised count is a new one: only a count with the same value was told before.
    """
    told: dict[Hashable, Past] = {}
    for layer in layers:
        for cell in layer.table.cells:
            name = (cell.key, cell.value)
            if cell.value is not None and isinstance(cell.key, CellKey):
                shown = cell.key in layer.shown or told.get(name) is Past.SHOWN
                told[name] = Past.SHOWN if shown else Past.HIDDEN
    return tuple(
        replace(cell, past=told.get((cell.key, cell.value), Past.NEW))
        if isinstance(cell.key, CellKey)
        else cell
        for cell in cells
    )


def stack(now: CountTable, layers: Sequence[Layer]) -> Stack:
    """Put a release (its cells already know their past) on top of the earlier ones, oldest first.

    Two values of one count are two cells; what has the same value in two releases is one cell.
    The attacker is so taken to know which counts were not revised: the stronger attacker.
    """
    building = _Building(now)
    touched: set[int] = set() if layers else set(range(len(now.cells)))
    for layer in reversed(layers):
        met = building.lay(layer, layers)
        if layer is layers[-1]:
            gone = range(len(now.cells), len(building.cells))
            touched = {*gone, *(set(range(len(now.cells))) - met)}
    table = CountTable(tuple(building.cells), tuple(building.relations))
    return Stack(table, frozenset(touched), is_anew=not layers)


class _Building:
    """A stack in the making. Cells are told apart by key and value, relations by their terms."""

    def __init__(self, now: CountTable) -> None:
        self.cells = list(now.cells)
        self.relations = list(now.relations)
        names = _names(now)
        self._place = {name: place for place, name in enumerate(names)}
        self._seen = {_shape(relation, range(len(names))) for relation in now.relations}

    def lay(self, layer: Layer, layers: Sequence[Layer]) -> set[int]:
        """Add what a release knows that the stack does not; give the places it shares."""
        told = with_past(layer.table.cells, layers)
        places, met = [], set[int]()
        for cell, name in zip(told, _names(layer.table), strict=True):
            if name not in self._place:
                self._place[name] = len(self.cells)
                self.cells.append(_aged(cell, layer.release))
            else:
                met.add(self._place[name])
            places.append(self._place[name])
        for relation in layer.table.relations:
            shape = _shape(relation, places)
            if shape not in self._seen:
                self._seen.add(shape)
                terms = tuple((places[cell], weight) for cell, weight in relation.terms)
                origin = f"{relation.origin} (release {layer.release})"
                self.relations.append(replace(relation, terms=terms, origin=origin))
        return met


def _aged(cell: Cell, release: str) -> Cell:
    """A count as an earlier release had it: never printed again, protected all the same."""
    key = cell.key
    name = key.name if isinstance(key, VirtualKey) else key.indicator
    aged = VirtualKey(f"{name} as of {release}", key.area, key.period, key.breakdown)
    return replace(cell, key=aged, published=False)


def _shape(relation: Relation, places: Sequence[int]) -> Hashable:
    first = relation.terms[0][1] if relation.sense == "=" else 1
    terms = frozenset((places[cell], weight * first) for cell, weight in relation.terms)
    return terms, relation.sense, relation.right * first


def _names(table: CountTable) -> list[Hashable]:
    """What makes a cell the same in two releases: its key with its value; for one that nobody
    can work out, with everything that is known of it and of the unknown cells it is tied to."""
    groups = _unknown_groups(table)
    return [
        (cell.key, cell.value) if cell.value is not None else (cell.key, groups.get(place))
        for place, cell in enumerate(table.cells)
    ]


def _unknown_groups(table: CountTable) -> Mapping[int, Hashable]:
    unknown = {place for place, cell in enumerate(table.cells) if cell.value is None}
    tied = [r for r in table.relations if any(cell in unknown for cell, _ in r.terms)]
    groups = linked(unknown, ([c for c, _ in r.terms if c in unknown] for r in tied))
    chief = {place: number for number, group in enumerate(groups) for place in group}
    facts: dict[int, set[Hashable]] = {}
    for relation in tied:
        group = next(chief[cell] for cell, _ in relation.terms if cell in unknown)
        terms = frozenset(
            (table.cells[cell].key, table.cells[cell].value, weight)
            for cell, weight in relation.terms
        )
        facts.setdefault(group, set()).add((terms, relation.sense, relation.right))
    return {place: frozenset(facts.get(group, ())) for place, group in chief.items()}


def linked(places: Iterable[int], links: Iterable[Sequence[int]]) -> list[list[int]]:
    """Split places into groups that no link ties together; in order, each group sorted."""
    chief = {place: place for place in places}

    def find(place: int) -> int:
        while chief[place] != place:
            chief[place] = chief[chief[place]]
            place = chief[place]
        return place

    for link in links:
        for place in link[1:]:
            chief[find(place)] = find(link[0])
    found: dict[int, list[int]] = {}
    for place in sorted(chief):
        found.setdefault(find(place), []).append(place)
    return list(found.values())


@dataclass(frozen=True)
class Work:
    """The part of a stack that must be decided anew: ``places`` are its cells in the stack.

    ``kept`` are cells of the table that were hidden before and have nothing to do with what is
    touched but through others: they stay hidden while any small count needs them.
    """

    table: CountTable
    places: tuple[int, ...]
    kept: frozenset[int] = frozenset()


def work_of(stacked: Stack) -> Work:
    """Cut out what is touched and everything linked with it through counts that are not known.

    What is known to everyone ties nothing together: it is a constant on both sides.
    """
    table = stacked.table
    is_open = [not cell.is_known for cell in table.cells]
    ties = [[cell for cell, _ in r.terms if is_open[cell]] for r in table.relations]
    start = set(stacked.touched)
    for relation, tie in zip(table.relations, ties, strict=True):
        if any(cell in stacked.touched for cell, _ in relation.terms):
            start.update(tie)
    held = frozenset() if stacked.is_anew else _hidden(table) - start
    groups = linked((p for p, loose in enumerate(is_open) if loose), filter(None, ties))
    loose = {place for group in groups if not start.isdisjoint(group) for place in group}
    kept = [
        relation
        for relation, tie in zip(table.relations, ties, strict=True)
        if any(cell in loose for cell in tie)
    ]
    named = {cell for relation in kept for cell, _ in relation.terms}
    return _cut(table, sorted({*loose, *named, *stacked.touched}), kept, held)


def _hidden(table: CountTable) -> frozenset[int]:
    return frozenset(at for at, cell in enumerate(table.cells) if cell.past is Past.HIDDEN)


def _cut(
    table: CountTable,
    places: list[int],
    relations: Iterable[Relation],
    held: frozenset[int],
) -> Work:
    at = {place: number for number, place in enumerate(places)}
    moved = tuple(
        replace(relation, terms=tuple((at[cell], weight) for cell, weight in relation.terms))
        for relation in relations
    )
    part = CountTable(tuple(table.cells[p] for p in places), moved)
    return Work(part, tuple(places), frozenset(at[p] for p in places if p in held))
