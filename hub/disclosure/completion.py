"""Fills in the virtual counts that the hub itself does not know, consistently with all others.

A witness is a change to a whole table, so there must be one. Which consistent table is taken
does not matter: unknown cells are never printed.
"""

import numpy as np

from hub.disclosure.solver import INFINITY, Program, rounded, solve
from hub.disclosure.system import Row
from hub.disclosure.table import CountTable
from hub.errors import DisclosureError


def complete(table: CountTable) -> tuple[int, ...]:
    """Every cell's count, unknown ones filled in.

    Raises:
        DisclosureError: no table of whole counts obeys the relations.
    """
    unknown = [place for place, cell in enumerate(table.cells) if cell.value is None]
    values = [0 if cell.value is None else cell.value for cell in table.cells]
    if unknown:
        for place, value in zip(unknown, _solve(table, unknown, values), strict=True):
            values[place] = value
    return tuple(values)


def _solve(table: CountTable, unknown: list[int], values: list[int]) -> list[int]:
    local = {place: at for at, place in enumerate(unknown)}
    rows: list[Row] = []
    lower, upper = [], []
    for relation in table.knowledge:
        row = tuple((local[cell], weight) for cell, weight in relation.terms if cell in local)
        if row:
            known = sum(weight * values[cell] for cell, weight in relation.terms)
            rows.append(row)
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
    if whole is None:
        keys = ", ".join(str(cell.key) for cell in limits[:5])
        raise DisclosureError(f"No whole counts fit the relations at {keys}.")
    return [int(value) for value in whole]
