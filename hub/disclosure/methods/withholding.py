"""Which perturbed numbers to withhold when chance made them tell too much together.

Noise is drawn cell by cell. Now and then the draws of a few linked cells lie so far apart that
their intervals leave a sensitive count too little room. Drawing again would break "same cell, same
noise", so one of the numbers is not printed.
"""

from collections.abc import Mapping, Sequence

from hub.disclosure.policy import Policy
from hub.disclosure.published import Told
from hub.disclosure.table import CountTable, Relation


def withhold(
    table: CountTable,
    printed: Sequence[int | None],
    told: Sequence[Told],
    broken: Sequence[int],
    policy: Policy,
    known: Mapping[int, int],
) -> set[int]:
    """For each broken cell, the smallest printed number of a relation that breaks it.

    Empty when nothing that is printed can be the cause.
    """
    seen = [(known[at], known[at]) if at in known else limits for at, limits in enumerate(told)]
    naming: dict[int, list[Relation]] = {place: [] for place in broken}
    for relation in table.relations:
        for place, _ in relation.terms:
            if place in naming:
                naming[place].append(relation)
    found: set[int] = set()
    for place in broken:
        guilty = [r for r in naming[place] if _breaks(r, place, seen, policy)] or naming[place]
        able = {p for r in guilty for p, _ in r.terms if printed[p] is not None and p not in known}
        if not able & found and able:
            found.add(min(able - {place} or able, key=lambda p: (printed[p] or 0, p)))
    return found


def _breaks(relation: Relation, place: int, told: Sequence[Told], policy: Policy) -> bool:
    """Whether this relation alone leaves the cell less than promised."""
    own = dict(relation.terms)[place]
    others = [(p, weight) for p, weight in relation.terms if p != place]
    least = sum(_end(told[p], weight, lower=True) for p, weight in others)
    most = sum(_end(told[p], weight, lower=False) for p, weight in others)
    ends = [(relation.right - least) / own]
    if relation.sense == "=":
        ends.append((relation.right - most) / own)
    elif own > 0:
        ends.append(float("-inf"))
    else:
        ends.append(float("inf"))
    return min(ends) > policy.low or max(ends) < policy.high


def _end(limits: Told, weight: int, *, lower: bool) -> float:
    low, high = limits[0], float("inf") if limits[1] is None else limits[1]
    return weight * (low if (weight > 0) == lower else high)
