"""What protecting a table decides, and what the steward may see of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hub.disclosure.policy import Policy
from hub.disclosure.table import CountTable, VirtualKey
from hub.vocabulary.cells import CellKey

Progress = Callable[[str, int, int], None]
"""Told the name of a step, how much of it is done, and of how much."""


class State(StrEnum):
    """What becomes of a cell. Readers are told published or suppressed, never which of the two:
    "primary" alone would say that a count is small."""

    PUBLISHED = "published"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    VIRTUAL = "virtual"
    """Never printed, so nothing to decide; protected all the same."""


PUBLISHED, PRIMARY, SECONDARY = State.PUBLISHED, State.PRIMARY, State.SECONDARY


class Side(StrEnum):
    """Which end of the promise a witness keeps open."""

    LOW = "low"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Witness:
    """The true table with ``changes`` made agrees with everything that ``observer`` knows.

    ``observer`` is the agency it holds against, which knows its own counts; None is a reader who
    knows no count of their own. ``changes`` are (place, difference); the ``repr`` hides them.
    """

    target: int
    side: Side
    observer: str | None
    changes: tuple[tuple[int, int], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Loss:
    """What protection took away beyond the sensitive counts themselves."""

    primary: int
    secondary: int
    secondary_sum: int = field(repr=False)
    """The summed counts of the complementary cells: for the steward only."""


@dataclass(frozen=True)
class Protection:
    """The decision for one table under one policy, with its proof.

    ``table`` is the table as protected: the given one, the agencies' parts of shared counts
    added. ``values`` is the true table with unknown virtual cells filled in consistently;
    ``witnesses`` are changes to it.
    """

    table: CountTable
    policy: Policy
    pattern: tuple[State, ...]
    witnesses: tuple[Witness, ...] = field(repr=False)
    values: tuple[int, ...] = field(repr=False)
    forced_by: Mapping[int, tuple[int, ...]]
    """For each complementary cell, the relations (places in ``table.knowledge``) that need it."""

    @property
    def loss(self) -> Loss:
        """How much was hidden, and how much of it only to protect the rest."""
        secondary = [at for at, state in enumerate(self.pattern) if state is State.SECONDARY]
        total = sum(self.values[at] for at in secondary)
        return Loss(self.pattern.count(State.PRIMARY), len(secondary), total)

    def is_published(self, key: CellKey | VirtualKey) -> bool:
        """Whether readers are shown this cell.

        Raises:
            KeyError: the table has no such cell.
        """
        return self.pattern[self.table.index[key]] is State.PUBLISHED

    def intervals(self) -> dict[int, tuple[int, int]]:
        """For each protected cell, an interval that its witnesses prove to stay open (readers
        without counts of their own). For the steward only."""
        found: dict[int, tuple[int, int]] = {}
        for witness in self.witnesses:
            at = witness.target
            low, high = found.get(at, (self.values[at], self.values[at]))
            value = self.values[at] + dict(witness.changes).get(at, 0)
            found[at] = min(low, value), max(high, value)
        return found
