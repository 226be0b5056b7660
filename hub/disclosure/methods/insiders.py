"""Limits that keep a rounded total open for those who know all of it but one part.

Who knows every other part of a total learns the last one as exactly as the total is told. So the
total has to be published such that its own interval still holds what the total would be if the
small part were at either end of its promise.
"""

from collections.abc import Iterator, Mapping

from hub.disclosure.methods.reach import Reach
from hub.disclosure.primary import is_sensitive
from hub.disclosure.table import Cell, CountTable, Relation

Limits = Mapping[int, tuple[float, float]]
"""By place: the smallest and the largest number that may be printed."""


def insider_limits(table: CountTable, rule: Reach) -> Limits:
    """Limits on what may be printed, from every relation with two counts unknown to somebody."""
    found: dict[int, tuple[float, float]] = {}
    for relation in table.relations:
        if relation.sense == "=":
            for observer in _observers(table, relation):
                for place, low, high in _limits(table, relation, observer, rule):
                    before = found.get(place, (0.0, float("inf")))
                    found[place] = max(before[0], low), min(before[1], high)
    return found


def _observers(table: CountTable, relation: Relation) -> list[str | None]:
    owners = {table.cells[place].owner for place, _ in relation.terms}
    return [None, *sorted(owner for owner in owners if owner is not None)]


def _limits(
    table: CountTable, relation: Relation, observer: str | None, rule: Reach
) -> Iterator[tuple[int, int, int]]:
    unknown = [
        (place, weight)
        for place, weight in relation.terms
        if not _knows(observer, table.cells[place])
    ]
    if len(unknown) != 2 or abs(unknown[0][1]) != abs(unknown[1][1]):
        return
    for (small, own), (other, its) in (unknown, unknown[::-1]):
        part, whole = table.cells[small], table.cells[other].value
        if part.value is None or whole is None or not is_sensitive(part, rule.policy):
            continue
        up = rule.policy.high - part.value
        down = max(0, part.value - rule.policy.low)
        rise, fall = (up, down) if own * its < 0 else (down, up)
        yield other, whole + rise - rule.reach, whole - fall + rule.reach


def _knows(observer: str | None, cell: Cell) -> bool:
    return cell.is_known or (observer is not None and cell.owner == observer)
