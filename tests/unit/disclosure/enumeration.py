"""The slow truth: every whole-number table that agrees with what is published."""

from collections.abc import Iterator, Sequence

from hub.disclosure.published import PublishedTable
from hub.disclosure.table import Relation

ENOUGH = 6
"""A count that no shown total limits can be anything; up to here is enough to see that."""


def tables(
    published: PublishedTable, relations: Sequence[Relation], enough: int = ENOUGH
) -> Iterator[list[int]]:
    """All tables, by plain backtracking. Relations must be totals of earlier cells: the first
    term, with weight -1, is the sum of the others."""
    told = published.told
    totals_at: dict[int, list[Relation]] = {}
    for relation in relations:
        totals_at.setdefault(relation.terms[0][0], []).append(relation)
    most = [_most(published, relations, cell, enough) for cell in range(len(told))]
    values: list[int] = []

    def extend() -> Iterator[list[int]]:
        at = len(values)
        if at == len(told):
            yield list(values)
            return
        low, high = told[at]
        choices = range(low, (most[at] if high is None else high) + 1)
        sums = {sum(values[p] for p, _ in one.terms[1:]) for one in totals_at.get(at, ())}
        for value in sorted(sums) if len(sums) == 1 else () if sums else choices:
            if value >= low and (high is None or value <= high):
                values.append(value)
                yield from extend()
                values.pop()

    return extend()


def _most(published: PublishedTable, relations: Sequence[Relation], cell: int, enough: int) -> int:
    totals = [
        published.told[relation.terms[0][0]][1]
        for relation in relations
        if any(cell == part for part, _ in relation.terms[1:])
    ]
    return min((total for total in totals if total is not None), default=enough)


def provable(published: PublishedTable, relations: Sequence[Relation]) -> list[tuple[int, int]]:
    """The smallest and the largest possible count of every cell."""
    found = [(1 << 20, -1)] * len(published.told)
    for table in tables(published, relations):
        found = [(min(a, v), max(b, v)) for (a, b), v in zip(found, table, strict=True)]
    return found
