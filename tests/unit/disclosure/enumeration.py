"""The slow truth: every whole-number table that agrees with what is published."""

from collections.abc import Iterator, Sequence

from hub.disclosure.published import PublishedTable
from hub.disclosure.table import Relation


def tables(
    published: PublishedTable, relations: Sequence[Relation], largest: int
) -> Iterator[list[int]]:
    """All tables with hidden counts up to ``largest``, by plain backtracking."""
    told = [(low, largest if high is None else min(high, largest)) for low, high in published.told]
    told = [(low, max(low, high)) for low, high in told]
    closing: list[list[Relation]] = [[] for _ in told]
    for relation in relations:
        closing[max(cell for cell, _ in relation.terms)].append(relation)
    values: list[int] = []

    def extend() -> Iterator[list[int]]:
        at = len(values)
        if at == len(told):
            yield list(values)
            return
        for value in range(told[at][0], told[at][1] + 1):
            values.append(value)
            if all(relation.holds(values) for relation in closing[at]):
                yield from extend()
            values.pop()

    return extend()


def provable(
    published: PublishedTable, relations: Sequence[Relation], largest: int
) -> list[tuple[int, int]]:
    """The smallest and the largest possible count of every cell."""
    found = [(largest + 1, -1)] * len(published.told)
    for table in tables(published, relations, largest):
        found = [(min(a, v), max(b, v)) for (a, b), v in zip(found, table, strict=True)]
    return found
