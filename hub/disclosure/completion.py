"""Fills in the virtual counts that the hub itself does not know, consistently with all others.

A witness is a change to a whole table, so there must be one. Which consistent table is taken
does not matter: unknown cells are never printed.
"""

from collections.abc import Sequence

import numpy as np

from hub.disclosure.solver import INFINITY, Program, rounded, solve
from hub.disclosure.system import Row
from hub.disclosure.table import CountTable
from hub.errors import DisclosureError


def complete(table: CountTable) -> tuple[int, ...]:
    """Every cell's count, unknown ones filled in.

    Raises:
        DisclosureError: no table of whole counts obeys the relations; names the unknown cells.
    """
    values = [0 if cell.value is None else cell.value for cell in table.cells]
    for unknown, numbers in _groups(table):
        found = _solve(table, unknown, numbers)
        if found is None:
            keys = ", ".join(str(table.cells[place].key) for place in unknown[:5])
            raise DisclosureError(f"No whole counts fit the relations at {keys}.")
        for place, value in zip(unknown, found, strict=True):
            values[place] = value
    return tuple(values)


def contradictions(table: CountTable) -> frozenset[int]:
    """Relations (places in ``table.knowledge``) whose unknown counts cannot exist as reported."""
    return frozenset(
        number
        for unknown, numbers in _groups(table)
        if _solve(table, unknown, numbers) is None
        for number in numbers
    )


def _groups(table: CountTable) -> list[tuple[list[int], list[int]]]:
    """Unknown cells that are linked with each other, with the relations that name them."""
    group_of: dict[int, int] = {}
    groups: dict[int, tuple[set[int], list[int]]] = {}
    for number, relation in enumerate(table.knowledge):
        unknown = {cell for cell, _ in relation.terms if table.cells[cell].value is None}
        if not unknown:
            continue
        cells, numbers = set(unknown), [number]
        for old in {group_of[cell] for cell in unknown if cell in group_of}:
            more_cells, more_numbers = groups.pop(old)
            cells |= more_cells
            numbers += more_numbers
        groups[number] = (cells, numbers)
        group_of.update(dict.fromkeys(cells, number))
    return [(sorted(cells), sorted(numbers)) for cells, numbers in groups.values()]


def _solve(table: CountTable, unknown: Sequence[int], numbers: Sequence[int]) -> list[int] | None:
    local = {place: at for at, place in enumerate(unknown)}
    rows: list[Row] = []
    lower, upper = [], []
    for number in numbers:
        relation = table.knowledge[number]
        terms = [(local[cell], weight) for cell, weight in relation.terms if cell in local]
        known = sum(weight * (table.cells[cell].value or 0) for cell, weight in relation.terms)
        rows.append(tuple(terms))
        upper.append(float(relation.right - known))
        lower.append(upper[-1] if relation.sense == "=" else -INFINITY)
    limits = [table.cells[place] for place in unknown]
    point = solve(
        Program(
            np.zeros(len(unknown)),
            np.array([float(cell.lower) for cell in limits]),
            np.array([INFINITY if c.upper is None else float(c.upper) for c in limits]),
            rows,
            np.array(lower),
            np.array(upper),
        )
    )
    whole = None if point is None else rounded(point)
    return None if whole is None else [int(value) for value in whole]
