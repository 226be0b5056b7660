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


def every_table(
    published: PublishedTable, relations: Sequence[Relation], most: int
) -> list[list[int]]:
    """All tables of counts up to ``most``, whatever form the relations have: the cell with the
    fewest values left is tried next, and every relation narrows the others."""
    low = [told[0] for told in published.told]
    high = [most if told[1] is None else told[1] for told in published.told]
    found: list[list[int]] = []
    _search(low, high, relations, found)
    return found


def _search(
    low: list[int], high: list[int], relations: Sequence[Relation], found: list[list[int]]
) -> None:
    if not _narrow(low, high, relations):
        return
    loose = [at for at in range(len(low)) if low[at] < high[at]]
    if not loose:
        found.append(low)
        return
    at = min(loose, key=lambda cell: high[cell] - low[cell])
    for value in range(low[at], high[at] + 1):
        lower, upper = list(low), list(high)
        lower[at] = upper[at] = value
        _search(lower, upper, relations, found)


def _narrow(low: list[int], high: list[int], relations: Sequence[Relation]) -> bool:
    """Whether any table is left, as far as each relation by itself can tell."""
    changed = True
    while changed:
        changed = False
        for relation in relations:
            for sign in (1, -1) if relation.sense == "=" else (1,):
                least = [
                    sign * w * (low[c] if sign * w > 0 else high[c]) for c, w in relation.terms
                ]
                room = sign * relation.right - sum(least)
                if room < 0:
                    return False
                for (cell, weight), own in zip(relation.terms, least, strict=True):
                    times = sign * weight
                    limit = (room + own) // abs(times) if times > 0 else -((room + own) // -times)
                    if times > 0 and limit < high[cell]:
                        high[cell], changed = limit, True
                    elif times < 0 and limit > low[cell]:
                        low[cell], changed = limit, True
                    if low[cell] > high[cell]:
                        return False
    return True
