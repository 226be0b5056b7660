"""The second attack on perturbed counts: noise shrinks when it is averaged.

A count is printed once, but told many times: it is also its total less its siblings, and so on
through every relation. Weighing all these expressions in the best way (generalised least squares)
leaves an error whose variance is worked out here, exactly, from the published variances.
"""

from collections.abc import Collection, Sequence

import numpy as np

from hub.disclosure.system import Reals
from hub.disclosure.table import CountTable, Relation
from hub.errors import DisclosureError

UNSEEN = 1e4
"""The variance of a cell of which nothing is printed. Large enough to say nothing; that it is
not endless only helps the attacker."""

MOST_RELATIONS = 6_000
"""In one linked part: the work grows with the third power of it."""


def averaged_variances(
    table: CountTable,
    variances: Sequence[float | None],
    targets: Sequence[int],
    *,
    known: Collection[int] = (),
) -> dict[int, float]:
    """The variance of the best linear unbiased estimate of each target, in counts squared.

    ``variances`` are those of the printed numbers, by place (None: nothing is printed); the cells
    ``known`` are exact for this attacker.

    Raises:
        DisclosureError: a linked part is too large to be attacked.
    """
    spread = np.array([UNSEEN if v is None else v for v in variances])
    spread[list(known)] = 0.0
    wanted = set(targets) - set(known)
    found = {place: float(spread[place]) for place in wanted}
    for relations in _parts(table, spread):
        places = sorted({p for r in relations for p, _ in r.terms if spread[p] > 0})
        mine = [place for place in places if place in wanted]
        if mine:
            found |= _averaged(relations, places, spread, mine)
    return found


def _averaged(
    relations: Sequence[Relation], places: Sequence[int], spread: Reals, mine: Sequence[int]
) -> dict[int, float]:
    """``V - V A' (A V A')^-1 A V`` on the diagonal; doubled relations are held apart by a trace
    of noise, far too small to matter."""
    if len(relations) > MOST_RELATIONS:
        raise DisclosureError(
            f"{len(relations)} linked relations are too many to attack noise by averaging; "
            "release fewer breakdowns together, or suppress."
        )
    column = {place: at for at, place in enumerate(places)}
    matrix = np.zeros((len(relations), len(places)))
    for row, relation in enumerate(relations):
        for place, weight in relation.terms:
            if place in column:
                matrix[row, column[place]] = weight
    own = spread[list(places)]
    weighed = matrix * own
    inner = weighed @ matrix.T
    inner[np.diag_indices_from(inner)] += 1e-6
    right = weighed[:, [column[place] for place in mine]]
    less = np.einsum("ij,ij->j", right, np.linalg.solve(inner, right))
    left = np.maximum(0.0, spread[list(mine)] - less)
    return {place: float(variance) for place, variance in zip(mine, left, strict=True)}


def _parts(table: CountTable, spread: Reals) -> list[list[Relation]]:
    """Equalities that share a cell that is not exact."""
    chief = list(range(len(table.cells)))

    def find(cell: int) -> int:
        while chief[cell] != cell:
            chief[cell] = chief[chief[cell]]
            cell = chief[cell]
        return cell

    open_terms = [
        ([p for p, _ in relation.terms if spread[p] > 0], relation)
        for relation in table.relations
        if relation.sense == "="
    ]
    for cells, _ in open_terms:
        for cell in cells[1:]:
            chief[find(cell)] = find(cells[0])
    found: dict[int, list[Relation]] = {}
    for cells, relation in open_terms:
        if cells:
            found.setdefault(find(cells[0]), []).append(relation)
    return list(found.values())
