"""How far controlled rounding may move a count, and what a rounded number therefore tells.

Adjacent multiples only ("zero-restricted") tell of ``r`` that the count lies between ``r - b + 1``
and ``r + b - 1``: a printed 0 says "less than b". Where b is the threshold itself, that breaks the
promise, which wants the threshold left possible. The reach is then b: a multiple of b may move to
the next multiple too, so that a printed 0 leaves b possible.
"""

from dataclasses import dataclass, replace
from functools import cache

from hub.disclosure.policy import Policy
from hub.disclosure.table import Cell
from hub.vocabulary.rows import ZeroRule


@dataclass(frozen=True, slots=True)
class Reach:
    """The published rule: zero stays zero, other counts move at most ``reach`` to a multiple of
    ``base``, and a sensitive count only to multiples that keep the policy's promise."""

    base: int
    reach: int
    policy: Policy

    @classmethod
    def of(cls, base: int, policy: Policy) -> "Reach":
        """The shortest reach that keeps the promise: adjacent multiples if they are enough."""
        steps = -(-policy.high // base)
        return cls(base, base - 1 if policy.high < base else steps * base, policy)

    def relaxed(self) -> "Reach":
        """One step further."""
        return replace(self, reach=self.reach + self.base)

    def multiples(self, cell: Cell, count: int) -> range:
        """The multiples (as numbers of steps) that ``count`` may be published as."""
        return _multiples(self, _is_small(cell, count, self.policy), count)

    def interval(self, cell: Cell, printed: int) -> tuple[int, int]:
        """The counts that could have been published as ``printed``, ends included."""
        near = range(max(0, printed - self.reach), printed + self.reach + 1)
        step = printed // self.base
        possible = [count for count in near if step in self.multiples(cell, count)]
        return min(possible), max(possible)


@cache
def _multiples(rule: Reach, small: bool, count: int) -> range:
    if count == 0:
        return range(1)
    lowest = -(-max(0, count - rule.reach) // rule.base)
    highest = (count + rule.reach) // rule.base
    steps = range(lowest, highest + 1)
    if not small:
        return steps
    kept = [step for step in steps if _keeps(rule, step * rule.base)]
    return range(min(kept), max(kept) + 1) if kept else range(0)


def _keeps(rule: Reach, printed: int) -> bool:
    low = max(1, printed - rule.reach) if printed else 0
    return low <= rule.policy.low and printed + rule.reach >= rule.policy.high


def _is_small(cell: Cell, count: int, policy: Policy) -> bool:
    if count == 0:
        return policy.zeros_sensitive or cell.zero is ZeroRule.SENSITIVE
    return cell.people and count < policy.threshold
