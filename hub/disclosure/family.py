"""One linked family decided by itself: what to hide, and the witnesses that prove it enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from hub.disclosure.axes import grid_of
from hub.disclosure.moves import GridMover
from hub.disclosure.policy import Policy
from hub.disclosure.protection import Progress, State, Witness
from hub.disclosure.secondary import ExactMover, Mover, Search
from hub.disclosure.sweep import sweep
from hub.disclosure.system import System
from hub.errors import DisclosureError

SWEEPS = 3
MOST_ATTEMPTS = 16
PATIENCE = 8
"""After so many attempts that found nothing cheaper no more are made."""

SMALL, ATTEMPTED_CELLS = 250, 1_250
"""A component of so many cells is searched up to ``MOST_ATTEMPTS`` times; a larger one as often as
its cells go into the second number, and once at least."""

SWEPT_CELLS = 2_500
"""Larger components are swept once, others up to ``SWEEPS`` times."""

LEAST, MOST = 0.1, 3.0
"""What prices are multiplied by, at random, in all attempts but the first. Another order alone
ends in the same place too often: the farthest goals come first in any order."""


@dataclass(frozen=True)
class Family:
    """A component to be decided. ``kept`` are its cells that were hidden before and stay so."""

    system: System
    policy: Policy
    seed: int
    kept: tuple[int, ...] = ()
    progress: Progress | None = None


@dataclass(frozen=True)
class Decision:
    """What becomes of the hidden cells of a family, by place in the table."""

    hidden: Mapping[int, State]
    forced_by: Mapping[int, tuple[int, ...]]
    witnesses: tuple[Witness, ...] = field(repr=False)


def decide(family: Family) -> Decision:
    """Find every sensitive cell of the family its witnesses.

    Raises:
        DisclosureError: some sensitive cell cannot be protected; the message names the cells.
    """
    search = _search(family.system, family.policy, family.seed, family.kept, family.progress)
    system, sensitive = search.system, set(search.system.sensitive)
    hidden: dict[int, State] = {}
    forced: dict[int, tuple[int, ...]] = {}
    for at, place in enumerate(system.places):
        if search.hidden[at] and system.printed[at]:
            hidden[place] = State.PRIMARY if at in sensitive else State.SECONDARY
            if at not in sensitive:
                forced[place] = _forcing(search, at)
    return Decision(hidden, forced, tuple(_witnesses(search)))


def _search(
    system: System,
    policy: Policy,
    seed: int,
    kept: Sequence[int],
    progress: Progress | None,
) -> Search:
    """The best of a few attempts: small components can afford to start in several ways."""
    grid = grid_of(system)
    fast = [] if grid is None else [GridMover(system, grid)]
    movers: list[Mover] = [*fast, ExactMover(system)]
    best = _attempt(Search(system, policy, movers, kept), None, progress)
    idle = 0
    for attempt in range(1, _attempts(system, kept)):
        if idle == PATIENCE or not best.spent():
            break
        dice = Random(f"{seed}/{attempt}")  # noqa: S311 - only varies the search
        found = _attempt(Search(system, policy, movers, kept), dice, progress)
        best, idle = (found, 0) if found.spent() < best.spent() else (best, idle + 1)
    return best


def _attempt(search: Search, dice: Random | None, progress: Progress | None) -> Search:
    """One search from start to end; with ``dice`` in another order, and begun at other prices."""
    if dice is not None:
        true = search.system.cost
        search.reprice(true * [dice.uniform(LEAST, MOST) for _ in true])
        _settle(search, dice, progress)
        sweep(search, progress)
        search.reprice(true)
    else:
        _settle(search, None, progress)
    for _ in range(SWEEPS if search.system.size <= SWEPT_CELLS else 1):
        if not sweep(search, progress):
            break
    return search


def _attempts(system: System, kept: Sequence[int]) -> int:
    """Once where cells stay hidden from an earlier release: these decide most of it already."""
    if kept:
        return 1
    return MOST_ATTEMPTS if system.size <= SMALL else max(1, ATTEMPTED_CELLS // system.size)


def _settle(search: Search, dice: Random | None, progress: Progress | None) -> None:
    """Find every goal its witness, the farthest first: what they hide serves the others."""
    goals = list(search.goals())
    if dice is not None:
        dice.shuffle(goals)
    goals.sort(key=lambda goal: -abs(search.step(goal)))
    failed = set()
    for done, goal in enumerate(goals):
        if not search.settle(goal):
            failed.add(goal.target)
        if progress is not None:
            progress("protect", done + 1, len(goals))
    if failed:
        _refuse(search.system, sorted(failed))


def _refuse(system: System, failed: list[int]) -> None:
    names = ", ".join("/".join(filter(None, system.coords[cell])) for cell in failed[:10])
    more = f" and {len(failed) - 10} more" if len(failed) > 10 else ""
    raise DisclosureError(
        f"Nothing that may still be hidden protects {names}{more}: earlier releases or what "
        "everyone knows give them away. Withdraw the figures they are linked with.",
        cells=tuple(system.places[cell] for cell in failed),
    )


def _forcing(search: Search, cell: int) -> tuple[int, ...]:
    """The relations of the cell that its witnesses move within."""
    system, touched = search.system, set[int]()
    for goal in search.users[cell]:
        touched |= search.pool[search.chosen[goal].change].keys()
    rows = (
        row
        for row in system.rows_of[cell]
        if any(other in touched for other, _ in system.rows[row] if other != cell)
    )
    return tuple(sorted({system.row_origins[row] for row in rows}))


def _witnesses(search: Search) -> list[Witness]:
    places = search.system.places
    found = []
    for goal in search.goals():
        option = search.chosen.get(goal)
        changes = search.pool[option.change] if option else {}
        times = option.times if option else 0
        moved = tuple(
            (places[cell], times * difference)
            for cell, difference in sorted(changes.items())
            if places[cell] >= 0
        )
        found.append(Witness(places[goal.target], goal.side, goal.observer, moved))
    return found
