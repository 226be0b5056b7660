"""What follows from the published table by substitution and bound propagation alone."""

import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hub.disclosure.published import PublishedTable
from hub.disclosure.table import Relation

MOST_VISITS = 40
"""How often one relation may tighten bounds; some systems creep towards their limit for ever."""


class ImpossibleError(Exception):
    """What is published contradicts itself: no table of whole counts agrees with it."""


@dataclass
class Reading:
    """The limits of each cell as far as they are known; tightened in place."""

    low: list[float]
    high: list[float]
    reasons: list[set[int]]
    """By cell, the relations that tightened its limits last."""


@dataclass(frozen=True)
class Part:
    """Cells that are still open and linked, with the relations between them."""

    cells: tuple[int, ...]
    relations: tuple[int, ...]


def read(
    published: PublishedTable, relations: Sequence[Relation], known: Mapping[int, int]
) -> Reading:
    """Put together what is shown, what the attacker knows besides, and what follows at once.

    Raises:
        ImpossibleError: these contradict each other.
    """
    reading = told(published)
    for cell, value in known.items():
        reading.low[cell] = reading.high[cell] = float(value)
    _propagate(reading, relations)
    return reading


def told(published: PublishedTable) -> Reading:
    """What is shown, and nothing that follows from it."""
    low = [float(told[0]) for told in published.told]
    high = [math.inf if told[1] is None else float(told[1]) for told in published.told]
    return Reading(low, high, [set() for _ in low])


def _propagate(reading: Reading, relations: Sequence[Relation]) -> None:
    naming: list[list[int]] = [[] for _ in reading.low]
    for number, relation in enumerate(relations):
        for cell, _ in relation.terms:
            naming[cell].append(number)
    visits = [0] * len(relations)
    queue, waiting = deque(range(len(relations))), [True] * len(relations)
    while queue:
        number = queue.popleft()
        waiting[number] = False
        visits[number] += 1
        for cell in _tighten(reading, relations[number], number):
            for other in naming[cell]:
                if not waiting[other] and visits[other] < MOST_VISITS:
                    waiting[other] = True
                    queue.append(other)


def _tighten(reading: Reading, relation: Relation, number: int) -> Iterator[int]:
    """Tighten by ``sum <= right`` and, for an equality, by ``-sum <= -right``."""
    signs = (1, -1) if relation.sense == "=" else (1,)
    for sign in signs:
        terms = [(cell, sign * weight) for cell, weight in relation.terms]
        least = [_least(reading, cell, weight) for cell, weight in terms]
        endless = sum(1 for value in least if value == -math.inf)
        if endless > 1:
            continue
        finite = sum(value for value in least if value != -math.inf)
        for (cell, weight), own in zip(terms, least, strict=True):
            if endless and own != -math.inf:
                continue
            room = sign * relation.right - (finite if own == -math.inf else finite - own)
            if _limit(reading, cell, weight, room):
                reading.reasons[cell].add(number)
                yield cell


def _least(reading: Reading, cell: int, weight: int) -> float:
    return weight * (reading.low[cell] if weight > 0 else reading.high[cell])


def _limit(reading: Reading, cell: int, weight: int, room: float) -> bool:
    """Apply ``weight * cell <= room`` to whole counts. Gives whether it said anything new."""
    if weight > 0:
        limit = float(math.floor(room / weight + 1e-9))
        if limit >= reading.high[cell]:
            return False
        reading.high[cell] = limit
    else:
        limit = float(math.ceil(room / weight - 1e-9))
        if limit <= reading.low[cell]:
            return False
        reading.low[cell] = limit
    if reading.low[cell] > reading.high[cell]:
        raise ImpossibleError
    return True


def parts(reading: Reading, relations: Sequence[Relation]) -> list[Part]:
    """Split what is still open into linked parts, each of which can be attacked by itself."""
    chief = list(range(len(reading.low)))

    def find(cell: int) -> int:
        while chief[cell] != cell:
            chief[cell] = chief[chief[cell]]
            cell = chief[cell]
        return cell

    loose = [low < high for low, high in zip(reading.low, reading.high, strict=True)]
    unsettled = [[cell for cell, _ in r.terms if loose[cell]] for r in relations]
    for cells in unsettled:
        for cell in cells[1:]:
            chief[find(cell)] = find(cells[0])
    members: dict[int, list[int]] = {}
    held: dict[int, list[int]] = {}
    for cell, is_loose in enumerate(loose):
        if is_loose:
            members.setdefault(find(cell), []).append(cell)
    for number, cells in enumerate(unsettled):
        if cells:
            held.setdefault(find(cells[0]), []).append(number)
    return [Part(tuple(cells), tuple(held.get(c, ()))) for c, cells in members.items()]
