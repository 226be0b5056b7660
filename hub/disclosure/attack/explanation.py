"""Why a broken cell is what it is: the few relations from which it follows, with their figures.

The attack knows which relations held a cell, but not which of them are needed. Relations are left
out, many at first and then one by one, as long as the rest still prove the same limits in whole
numbers. What remains is short enough to be checked with pencil and paper.
"""

import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from hub.disclosure.attack.bounds import FAR, NEAR
from hub.disclosure.attack.matrix import matrix_of
from hub.disclosure.attack.program import AttackProgram
from hub.disclosure.attack.reading import Part, Reading, told
from hub.disclosure.published import PublishedTable
from hub.disclosure.table import Relation

MOST = 400
"""Relations that are still thinned out; of more, all are given."""

EXPLAINED = 10
"""Cells of one attack whose grounds are thinned out. A careless release breaks hundreds; nobody
reads them all, and the others name what the attack met on the way."""

SECONDS = 10.0
"""For one program; a proof not found by then is none."""

NAMED = 12
"""Relations that are written out in full."""

Limits = tuple[float, float]


class Explainer:
    """Explains cells of one published table to whoever knows ``known`` besides."""

    def __init__(
        self,
        published: PublishedTable,
        relations: Sequence[Relation],
        known: Mapping[int, int],
        reading: Reading,
        explained: int = EXPLAINED,
    ) -> None:
        self._keys, self._relations, self._known = published.keys, relations, known
        self._after, self._left = reading, explained
        self._before = told(published)
        for cell, value in known.items():
            self._before.low[cell] = self._before.high[cell] = float(value)

    def grounds(
        self, cell: int, limits: Limits, held_by: Collection[int], part: Collection[int]
    ) -> tuple[int, ...]:
        """The relations (by number) that prove ``limits`` of a cell, none of them in vain.

        ``held_by`` are relations that the attack met on the way, ``part`` all there are. After
        the first cells these are given as they were met.
        """
        found, self._left = self._behind(cell, held_by), self._left - 1
        if self._left < 0:
            return tuple(found)
        if not self._prove(found, cell, limits):
            found = sorted({*found, *part, *self._behind(cell, part)})
        if len(found) > MOST or not self._prove(found, cell, limits):
            return tuple(found)
        size = len(found)
        while size:
            found = self._thinned(found, size, cell, limits)
            size //= 2
        return tuple(found)

    def text(self, cell: int, limits: Limits, grounds: Sequence[int]) -> str:
        """The same in plain words, with every figure that is needed."""
        low, high = limits
        range_ = f"is {int(low)}" if low == high else f"lies between {int(low)} and {_end(high)}"
        if math.isinf(high):
            range_ = f"is at least {int(low)}"
        reasons = [self._sentence(number) for number in grounds[:NAMED]]
        if len(grounds) > NAMED:
            reasons.append(f"{len(grounds) - NAMED} relations more")
        return f"{self._keys[cell]} {range_} because {'; '.join(reasons) or 'that is known'}."

    def _behind(self, cell: int, held_by: Collection[int]) -> list[int]:
        """The relations that held the cell, and those that held the cells in these."""
        found, waiting = set[int](), [*held_by, *self._after.reasons[cell]]
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                for other, _ in self._relations[number].terms:
                    waiting.extend(self._after.reasons[other])
        return sorted(found)

    def _thinned(self, numbers: list[int], size: int, cell: int, limits: Limits) -> list[int]:
        """Leave out ``size`` at a time wherever the others do without."""
        at = 0
        while at < len(numbers):
            fewer = numbers[:at] + numbers[at + size :]
            if self._prove(fewer, cell, limits):
                numbers = fewer
            else:
                at += size
        return numbers

    def _prove(self, numbers: Sequence[int], cell: int, limits: Limits) -> bool:
        """Whether these relations and what is told leave the cell no room beyond the limits."""
        named = {other for number in numbers for other, _ in self._relations[number].terms}
        low, high = self._before.low, self._before.high
        cells = tuple(sorted(at for at in {*named, cell} if low[at] < high[at]))
        if cell not in cells:
            return limits[0] <= low[cell] and high[cell] <= limits[1]
        matrix = matrix_of(self._before, self._relations, Part(cells, tuple(numbers)))
        least = np.array([low[at] for at in cells])
        most = np.minimum([high[at] for at in cells], np.maximum(FAR, least + FAR))
        program = AttackProgram(matrix, np.arange(len(cells)), (least, most), whole=True)
        for sign, end in ((1.0, limits[0]), (-1.0, -limits[1])):
            costs = np.zeros(len(cells))
            costs[cells.index(cell)] = sign
            if math.isfinite(end):
                value = program.minimise(costs, SECONDS)[1]
                if value is None or value < end - NEAR:
                    return False
        return True

    def _sentence(self, number: int) -> str:
        """``the total: T (43) = a (40) + b``."""
        relation = self._relations[number]
        left = [self._term(cell, weight) for cell, weight in relation.terms if weight < 0]
        right = [self._term(cell, weight) for cell, weight in relation.terms if weight > 0]
        (right if relation.right < 0 else left).extend(
            [str(abs(relation.right))] if relation.right else []
        )
        first, second = " + ".join(left) or "0", " + ".join(right) or "0"
        says = f"{first} = {second}" if relation.sense == "=" else f"{second} is at most {first}"
        return f"{relation.origin or 'a relation'}: {says}"

    def _term(self, cell: int, weight: int) -> str:
        times = f"{abs(weight)} x " if abs(weight) != 1 else ""
        low, high = self._before.low[cell], self._before.high[cell]
        known = ""
        if low == high:
            known = f" ({int(low)}{', its own' if cell in self._known else ''})"
        elif low > 0 or math.isfinite(high):
            known = f" ({int(low)} to {_end(high)})"
        return f"{times}{self._keys[cell]}{known}"


def _end(high: float) -> str:
    return str(int(high)) if math.isfinite(high) else "any number"
