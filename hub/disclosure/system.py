"""One connected part of a table in the form the search works on: bounded integers, equalities.

An inequality gets a slack of its own, so that every relation is an equality and every change
that keeps the relations is a whole-number vector in their kernel.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hub.disclosure.policy import Policy
from hub.disclosure.primary import is_sensitive
from hub.disclosure.table import CountTable, VirtualKey

Integers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Reals: TypeAlias = NDArray[np.float64]
Row: TypeAlias = tuple[tuple[int, int], ...]
Delta: TypeAlias = Mapping[int, int]
"""A change of some cells: by how much, by place in the system."""

UNLIMITED = 1 << 40
"""Stands for "no upper limit"; far above any count and far below overflow."""


@dataclass(frozen=True, repr=False)
class System:
    """Variables ``0 … n-1`` are cells (and slacks) of one component.

    ``places`` are their places in the table (-1 for slacks), ``coords`` their coordinates along
    indicator, area, period and each dimension, which tell what lies parallel to what.
    """

    places: tuple[int, ...]
    coords: tuple[tuple[str, ...], ...]
    value: Integers
    lower: Integers
    upper: Integers
    rows: tuple[Row, ...]
    row_origins: tuple[int, ...]
    """Which relation of the table each row is."""
    rows_of: tuple[tuple[int, ...], ...]
    known: Flags
    """Known to the attacker whatever is decided."""
    printed: Flags
    """Shown unless hidden; the others (virtual cells, slacks) are never printed."""
    sensitive: tuple[int, ...]
    contributors: tuple[frozenset[str], ...]
    """The agencies behind each cell; a cell of one agency is known to that agency."""
    cost: Reals
    """What hiding a printed cell loses."""

    @property
    def agencies(self) -> frozenset[str]:
        """Every agency that knows some count here."""
        return frozenset[str]().union(*self.contributors)

    @property
    def size(self) -> int:
        """How many variables."""
        return len(self.places)

    def balanced(self, delta: Delta, rows: frozenset[int] | None = None) -> bool:
        """Whether a change keeps every relation, or those of ``rows`` if given."""
        if rows is not None and not rows:
            return True
        touched = {row for cell in delta for row in self.rows_of[cell]}
        return not any(
            sum(weight * delta.get(cell, 0) for cell, weight in self.rows[row])
            for row in (touched if rows is None else touched & rows)
        )


def price(count: int) -> float:
    """What hiding a count loses: about the square root of it, and more than nothing for each."""
    return 3.0 + math.sqrt(count)


def components(table: CountTable) -> list[tuple[list[int], list[int]]]:
    """The cells and the relations of each linked part, cells that all know left out of linking."""
    parent = list(range(len(table.cells)))

    def root(cell: int) -> int:
        while parent[cell] != cell:
            parent[cell] = parent[parent[cell]]
            cell = parent[cell]
        return cell

    known = [cell.is_known for cell in table.cells]
    open_terms = [
        [cell for cell, _ in relation.terms if not known[cell]] for relation in table.knowledge
    ]
    for cells in open_terms:
        for cell in cells[1:]:
            parent[root(cell)] = root(cells[0])
    groups: dict[int, tuple[list[int], list[int]]] = {}
    for place, is_known in enumerate(known):
        if not is_known:
            groups.setdefault(root(place), ([], []))[0].append(place)
    for number, cells in enumerate(open_terms):
        if cells:
            groups[root(cells[0])][1].append(number)
    return list(groups.values())


def system_of(
    table: CountTable,
    values: Sequence[int],
    part: tuple[Sequence[int], Sequence[int]],
    policy: Policy,
) -> System:
    """Put one component into normal form. ``values`` are the counts, unknown ones filled in.

    Cells that everyone knows stay in it as blocked ones: no change may touch them.
    """
    places, numbers = list(part[0]), part[1]
    used = {cell for number in numbers for cell, _ in table.knowledge[number].terms}
    places += sorted(cell for cell in used.difference(places) if table.cells[cell].is_known)
    local = {place: at for at, place in enumerate(places)}
    cells = [table.cells[place] for place in places]
    coords = coordinates(table, places)
    value = [values[place] for place in places]
    lower = [cell.lower for cell in cells]
    upper = [UNLIMITED if cell.upper is None else cell.upper for cell in cells]
    rows: list[Row] = []
    for number in numbers:
        relation = table.knowledge[number]
        row = [(local[cell], weight) for cell, weight in relation.terms]
        if relation.sense == "<=":
            left = sum(weight * values[cell] for cell, weight in relation.terms)
            row.append((len(places), 1))
            coords.append(_slack_coordinates([coords[cell] for cell, _ in row[:-1]], row))
            places.append(-1)
            value.append(relation.right - left)
            lower.append(0)
            upper.append(UNLIMITED)
        rows.append(tuple(row))
    rows_of: list[list[int]] = [[] for _ in places]
    for at, terms in enumerate(rows):
        for variable, _ in terms:
            rows_of[variable].append(at)
    slacks = len(places) - len(cells)
    printed = [cell.published for cell in cells] + [False] * slacks
    return System(
        places=tuple(places),
        coords=tuple(coords),
        value=np.array(value, dtype=np.int64),
        lower=np.array(lower, dtype=np.int64),
        upper=np.array(upper, dtype=np.int64),
        rows=tuple(rows),
        row_origins=tuple(numbers),
        rows_of=tuple(tuple(found) for found in rows_of),
        known=np.array([cell.is_known for cell in cells] + [False] * slacks, dtype=np.bool_),
        printed=np.array(printed, dtype=np.bool_),
        sensitive=tuple(at for at, cell in enumerate(cells) if is_sensitive(cell, policy)),
        contributors=tuple(
            [frozenset(agency for agency, _ in cell.parts) for cell in cells]
            + [frozenset()] * slacks
        ),
        cost=np.array([price(max(0, count)) for count in value]),
    )


def coordinates(table: CountTable, places: Iterable[int]) -> list[tuple[str, ...]]:
    """Indicator, area, period, then one coordinate for each dimension used; '' is the total."""
    keys = [table.cells[place].key for place in places]
    dimensions = sorted({dimension for key in keys for dimension, _ in key.breakdown})
    found = []
    for key in keys:
        categories = dict(key.breakdown)
        name = key.name if isinstance(key, VirtualKey) else key.indicator
        found.append((name, key.area, key.period, *(categories.get(d, "") for d in dimensions)))
    return found


def _slack_coordinates(
    terms: Sequence[tuple[str, ...]], row: Sequence[tuple[int, int]]
) -> tuple[str, ...]:
    """Where a slack lies: beside its cells, named after them along the axes they differ in."""
    weights = [str(weight) for _, weight in row]
    return tuple(
        column[0]
        if len(set(column)) == 1
        else "slack:"
        + ",".join(f"{weight}*{code}" for weight, code in zip(weights, column, strict=False))
        for column in zip(*terms, strict=True)
    )
