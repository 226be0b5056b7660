"""Several observers, and linked families one by one: the attack on a whole release.

Families are what is left linked when all that is shown exactly is taken for a constant; the
attack finds them by itself, from what will be published.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from hub.disclosure.attack.attack import attack
from hub.disclosure.attack.reading import Part, parts, told
from hub.disclosure.attack.report import AttackReport
from hub.disclosure.policy import Policy
from hub.disclosure.published import PublishedTable
from hub.disclosure.table import Relation


@dataclass(frozen=True)
class Observer:
    """Somebody who attacks: ``known`` are counts of their own, ``targets`` what they are after."""

    targets: tuple[int, ...]
    known: Mapping[int, int] = field(default_factory=dict, repr=False)

    @cached_property
    def after(self) -> frozenset[int]:
        """The targets as a set: there may be as many families as targets."""
        return frozenset(self.targets)


@dataclass(frozen=True)
class _Task:
    """One observer's attack on one family, whose cells are ``places`` in the whole table and whose
    relations are ``numbers`` in it."""

    published: PublishedTable
    relations: tuple[Relation, ...]
    policy: Policy
    places: tuple[int, ...]
    numbers: tuple[int, ...]
    observer: Observer
    start: tuple[int, ...] | None
    whole: bool = True


Spread = Callable[
    [Callable[[_Task], AttackReport], Sequence[_Task], Sequence[int]], list[AttackReport]
]
"""Does work on every task, told how many cells each has."""


def attack_each(
    published: PublishedTable,
    relations: Sequence[Relation],
    policy: Policy,
    observers: Sequence[Observer],
    *,
    start: Sequence[int] | None = None,
    whole: bool = True,
    spread: Spread | None = None,
) -> list[AttackReport]:
    """One report for each observer, in their order; see :func:`attack` for what is tried.

    ``spread`` does the families' work, in several processes say; without it one follows the
    other. In a family where an observer knows no count, they are a reader like any other: their
    targets there are attacked once for all of these.

    Raises:
        DisclosureError: what is published contradicts itself, or a process was ended.
    """
    tasks: list[_Task] = []
    users: list[set[int]] = []
    for part in _families(published, relations, observers):
        for task, who in _tasks(published, relations, policy, part, observers, start):
            tasks.append(replace(task, whole=whole))
            users.append(who)
    sizes = [len(task.places) for task in tasks]
    reports = [_run(task) for task in tasks] if spread is None else spread(_run, tasks, sizes)
    return [
        _joined(observer, [r for r, who in zip(reports, users, strict=True) if number in who])
        for number, observer in enumerate(observers)
    ]


def _families(
    published: PublishedTable, relations: Sequence[Relation], observers: Sequence[Observer]
) -> list[Part]:
    """The linked families, and as the last whatever is in none: known counts, their relations."""
    families = parts(told(published), relations)
    inside = {cell for part in families for cell in part.cells}
    linked = {number for part in families for number in part.relations}
    alone = sorted({cell for one in observers for cell in one.targets} - inside)
    rest = tuple(number for number in range(len(relations)) if number not in linked)
    return [*families, Part(tuple(alone), rest)] if alone or rest else families


def _tasks(
    published: PublishedTable,
    relations: Sequence[Relation],
    policy: Policy,
    part: Part,
    observers: Sequence[Observer],
    start: Sequence[int] | None,
) -> Iterator[tuple[_Task, set[int]]]:
    """One attack for all who know nothing here, one for each who does; with who they are."""
    cells = set(part.cells)
    strangers, after = set[int](), set[int]()
    tables = _Cut(published, relations, policy, part, start)
    for number, observer in enumerate(observers):
        targets = cells & observer.after
        own = {cell: observer.known[cell] for cell in cells if cell in observer.known}
        if targets and own:
            yield tables.task(targets, own), {number}
        elif targets or not own:
            strangers.add(number)
            after |= targets
    if after or not cells:
        yield tables.task(after, {}), strangers


class _Cut:
    """A family cut out of the whole: its cells numbered anew, the known ones it names included."""

    def __init__(
        self,
        published: PublishedTable,
        relations: Sequence[Relation],
        policy: Policy,
        part: Part,
        start: Sequence[int] | None,
    ) -> None:
        named = {cell for number in part.relations for cell, _ in relations[number].terms}
        self._places = tuple(sorted(named.union(part.cells)))
        self._at = {place: number for number, place in enumerate(self._places)}
        self._whole = published, relations, policy, part, start
        self._made: _Task | None = None

    def task(self, targets: Iterable[int], known: Mapping[int, int]) -> _Task:
        """The attack of somebody who knows some counts of the family."""
        at = self._at
        observer = Observer(
            tuple(sorted(at[cell] for cell in targets)), {at[c]: v for c, v in known.items()}
        )
        self._made = replace(self._made or self._first(), observer=observer)
        return self._made

    def _first(self) -> _Task:
        published, relations, policy, part, start = self._whole
        at, places = self._at, self._places
        keys = tuple(published.keys[place] for place in places)
        moved = tuple(
            replace(relation, terms=tuple((at[cell], weight) for cell, weight in relation.terms))
            for relation in (relations[number] for number in part.relations)
        )
        begin = None if start is None else tuple(start[place] for place in places)
        seen = PublishedTable(keys, tuple(published.told[place] for place in places))
        return _Task(seen, moved, policy, places, part.relations, Observer(()), begin)


def _run(task: _Task) -> AttackReport:
    report = attack(
        task.published,
        task.relations,
        task.policy,
        task.observer.targets,
        known=task.observer.known,
        start=task.start,
        whole=task.whole,
    )
    found = (
        replace(
            finding,
            place=task.places[finding.place],
            grounds=tuple(task.numbers[at] for at in finding.grounds),
        )
        for finding in report.findings
    )
    return AttackReport(tuple(found), report.programs)


def _joined(observer: Observer, reports: Sequence[AttackReport]) -> AttackReport:
    found = (finding for report in reports for finding in report.findings)
    mine = sorted(
        (f for f in found if f.place in observer.after), key=lambda finding: finding.place
    )
    return AttackReport(tuple(mine), sum(report.programs for report in reports))
