"""Complementary suppression by witnesses: what else to hide so that small counts stay open.

For each sensitive cell the search keeps two *witnesses*, alternative whole-number tables that
agree with everything published, one where the cell is high and one where it is low. A witness
is a sum of moves; the cells it touches must be hidden, and nothing else must.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np

from hub.disclosure.exact import cheapest_change
from hub.disclosure.policy import Policy
from hub.disclosure.protection import Side
from hub.disclosure.system import UNLIMITED, Delta, Flags, Integers, Reals, System

OPTIONS = 12
"""How many ready witnesses are remembered for one goal."""


class Goal(NamedTuple):
    """One end of one cell's promise against one observer."""

    observer: str | None
    target: int
    side: Side


class Mover(Protocol):
    """Finds a cheap change that moves one cell; may fall short of the whole step, or fail."""

    def change(
        self, value: Integers, cost: Reals, blocked: Flags, target: int, step: int
    ) -> dict[int, int] | None:
        """See :func:`hub.disclosure.exact.cheapest_change`."""


@dataclass(frozen=True)
class View:
    """What one observer cannot be fooled about (arrays have a spare entry for "no cell"), and
    the cells to be protected from it."""

    observer: str | None
    blocked: Flags
    targets: tuple[int, ...]


class Option(NamedTuple):
    """A ready witness: ``times`` a change of the pool."""

    change: int
    times: int


def views_of(system: System) -> list[View]:
    """Agencies first: what holds against one of them holds against other readers as well."""
    agencies = sorted(system.agencies) if len(system.agencies) > 1 else []
    known = np.append(system.known, False)
    found = []
    for agency in agencies:
        own = np.array([found == {agency} for found in system.contributors] + [False])
        targets = tuple(s for s in system.sensitive if agency not in system.contributors[s])
        found.append(View(agency, known | own, targets))
    return [*found, View(None, known.copy(), system.sensitive)]


class Search:
    """The state of the search over one component."""

    def __init__(
        self,
        system: System,
        policy: Policy,
        movers: Iterable[Mover],
        kept: Sequence[int] = (),
    ) -> None:
        self.system, self.policy, self.movers = system, policy, tuple(movers)
        self.kept = frozenset(kept)
        self.views = {view.observer: view for view in views_of(system)}
        self.hidden = ~system.printed
        self.hidden[[*system.sensitive, *kept]] = True
        self.hidden &= ~system.known
        self.reprice(system.cost)
        self.value = np.append(system.value, UNLIMITED)
        self.pool: list[Delta] = []
        self.options: dict[Goal, list[Option]] = defaultdict(list)
        self.chosen: dict[Goal, Option] = {}
        self.users: dict[int, set[Goal]] = defaultdict(set)
        self._views_at: dict[int, list[View]] = defaultdict(list)
        for view in self.views.values():
            for target in view.targets:
                self._views_at[target].append(view)

    def reprice(self, prices: Reals) -> None:
        """Go on under other prices of hiding a cell."""
        self.system = replace(self.system, cost=prices)
        self.cost = np.append(np.where(self.hidden, 0.0, prices), 0.0)

    def goals(self) -> Iterator[Goal]:
        """Everything the promise asks for."""
        for view in self.views.values():
            for target in view.targets:
                yield Goal(view.observer, target, Side.HIGH)
                yield Goal(view.observer, target, Side.LOW)

    def step(self, goal: Goal) -> int:
        """How far the true count is from the end that must stay open; 0 if it is there."""
        value = int(self.system.value[goal.target])
        if goal.side is Side.HIGH:
            return max(0, self.policy.high - value)
        return min(0, self.policy.low - value)

    def spent(self) -> float:
        """What the complementary cells cost together."""
        secondary = self.hidden & self.system.printed
        secondary[list(self.system.sensitive)] = False
        return float(self.system.cost[secondary].sum())

    def settle(self, goal: Goal) -> bool:
        """Give the goal a witness, hiding what it needs. False if there is none."""
        if goal in self.chosen or not self.step(goal):
            return True
        change = self.find(goal, self.views[goal.observer].blocked, self.movers)
        if change is None:
            return False
        self.hide(change)
        self.choose(goal, self.add(change, goal))
        return True

    def find(
        self, goal: Goal, blocked: Flags, movers: Sequence[Mover], limit: float = float("inf")
    ) -> dict[int, int] | None:
        """A change that reaches the goal and newly hides less than ``limit``; changes nothing."""
        total: dict[int, int] = defaultdict(int)
        spent, left = 0.0, self.step(goal)
        while left and spent < limit:
            change = _move(movers, self.value, self.cost, blocked, goal.target, left)
            if change is None:
                break
            for cell, difference in change.items():
                spent += self.cost[cell]
                self.cost[cell] = 0.0
                self.value[cell] += difference
                total[cell] += difference
            moved = change[goal.target]
            left = max(0, left - moved) if left > 0 else min(0, left - moved)
        for cell in total:
            self.cost[cell] = 0.0 if self.hidden[cell] else self.system.cost[cell]
            self.value[cell] = self.system.value[cell]
        if left or spent >= limit:
            return None
        return {cell: difference for cell, difference in total.items() if difference}

    def hide(self, cells: Iterable[int]) -> None:
        """Hide cells from readers."""
        for cell in cells:
            self.hidden[cell] = True
            self.cost[cell] = 0.0

    def show(self, cell: int) -> None:
        """Show a cell again; the caller has seen to it that no chosen witness touches it."""
        self.hidden[cell] = False
        self.cost[cell] = self.system.cost[cell]

    def add(self, change: Delta, goal: Goal) -> Option:
        """Put a change into the pool and offer it to every goal it reaches, in both directions.

        Gives the option for ``goal``, which the change was found for.
        """
        number = len(self.pool)
        self.pool.append(change)
        most = self._multiples(change)
        for cell, difference in change.items():
            for view in self._views_at.get(cell, ()):
                if any(view.blocked[touched] for touched in change):
                    continue
                for side in Side:
                    reached = Goal(view.observer, cell, side)
                    times = self._times(self.step(reached), difference)
                    if times and -most[1] <= times <= most[0]:
                        self._offer(reached, Option(number, times))
        return Option(number, 1)

    def _offer(self, goal: Goal, option: Option) -> None:
        if len(self.options[goal]) < OPTIONS:
            self.options[goal].append(option)
        if goal not in self.chosen:
            self.choose(goal, option)

    def choose(self, goal: Goal, option: Option) -> None:
        """Make ``option`` the goal's witness in place of any earlier one."""
        if goal in self.chosen:
            for cell in self.pool[self.chosen[goal].change]:
                self.users[cell].discard(goal)
        self.chosen[goal] = option
        for cell in self.pool[option.change]:
            self.users[cell].add(goal)

    @staticmethod
    def _times(step: int, difference: int) -> int:
        """How often the change must be made (backwards if negative) to go the whole step."""
        times = -(-abs(step) // abs(difference))
        return times if step * difference > 0 else -times

    def _multiples(self, change: Delta) -> tuple[int, int]:
        """How often a change can be made, forwards and backwards, before a count is impossible."""
        cells = np.fromiter(change.keys(), dtype=np.int64)
        steps = np.fromiter(change.values(), dtype=np.int64)
        up = self.system.upper[cells] - self.system.value[cells]
        down = self.system.value[cells] - self.system.lower[cells]
        size = np.abs(steps)
        forward = np.where(steps > 0, up, down) // size
        backward = np.where(steps > 0, down, up) // size
        return int(forward.min()), int(backward.min())


def _move(
    movers: Sequence[Mover],
    value: Integers,
    cost: Reals,
    blocked: Flags,
    target: int,
    step: int,
) -> dict[int, int] | None:
    for mover in movers:
        change = mover.change(value, cost, blocked, target, step)
        if change is not None:
            return change
    return None


class ExactMover:
    """The fallback mover: an exact small model of the neighbourhood."""

    def __init__(self, system: System) -> None:
        self._system = system

    def change(
        self, value: Integers, cost: Reals, blocked: Flags, target: int, step: int
    ) -> dict[int, int] | None:
        """The cheapest change that goes the whole step, if there is any change at all."""
        return cheapest_change(self._system, value, cost, blocked, target, step)
