"""How a return differs from the revision before it, cell by cell: for the agency's own eyes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from hub.returns import Reported, Return
from hub.vocabulary import CellKey


class ChangeKind(StrEnum):
    """What happened to a cell."""

    ADDED = "ADDED"
    CHANGED = "CHANGED"
    REMOVED = "REMOVED"


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that differs. ``before`` is missing for an added one, ``after`` for a removed one."""

    kind: ChangeKind
    key: CellKey
    before: Reported | None = field(default=None, repr=False)
    after: Reported | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Counts:
    """How a return differs from the revision before it, in observations."""

    received: int
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    rejected: int = 0


def changes(after: Iterable[Reported], before: Iterable[Reported]) -> tuple[Change, ...]:
    """List what is different, in the new revision's order; what was removed comes last."""
    old = {item.key: item for item in before}
    found = []
    for item in after:
        was = old.pop(item.key, None)
        if was is None:
            found.append(Change(ChangeKind.ADDED, item.key, None, item))
        elif _content(was) != _content(item):
            found.append(Change(ChangeKind.CHANGED, item.key, was, item))
    gone = (Change(ChangeKind.REMOVED, key, was) for key, was in old.items())
    return (*found, *gone)


def compare(new: Return, before: tuple[Reported, ...]) -> Counts:
    """Count what was added, changed, left alone and removed against the revision before."""
    received = len(new.observations)
    kinds = Counter(change.kind for change in changes(new.observations, before))
    added, changed = kinds[ChangeKind.ADDED], kinds[ChangeKind.CHANGED]
    return Counts(
        received=received,
        added=added,
        changed=changed,
        unchanged=received - added - changed,
        removed=kinds[ChangeKind.REMOVED],
    )


def _content(item: Reported) -> tuple[object, ...]:
    return (item.value, item.status, item.reason, item.base, item.note)
