"""What any method decided for a table, in one form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hub.disclosure.attack import AttackReport
from hub.disclosure.methods.parameters import Method
from hub.disclosure.policy import Policy
from hub.disclosure.protection import Protection
from hub.disclosure.published import PublishedTable, Told
from hub.disclosure.table import CountTable, VirtualKey
from hub.vocabulary.cells import CellKey


class Telling(StrEnum):
    """What kind of thing readers are told of a cell."""

    EXACT = "exact"
    ROUNDED = "rounded"
    PERTURBED = "perturbed"
    SUPPRESSED = "suppressed"
    UNPRINTED = "unprinted"
    """A virtual cell: no reader is told anything, but they can work out some of it."""


@dataclass(frozen=True, slots=True)
class ToldCell:
    """What readers are told of one cell. The ``repr`` shows no count.

    ``value`` is what is printed (None: nothing). ``interval`` is what the method by itself tells
    of the true count, ends included. ``variance`` is the largest that the noise of such a perturbed
    value has, in counts squared; its mean is zero.
    """

    key: CellKey | VirtualKey
    telling: Telling
    value: int | None = field(repr=False)
    interval: Told = field(repr=False)
    variance: float | None = None


@dataclass(frozen=True)
class MethodResult:
    """A table as one method publishes it, after its own attack was held off.

    ``table`` is the table as protected (agencies' parts added); ``cells`` follow its order.
    ``public`` are the settings that are printed with the release. ``relaxed`` are the places
    that rounding had to move one step further; readers are told which. ``unequal`` are the
    relations (places in ``table.knowledge``) that do not hold between published values.
    ``reports`` are the attacks, by observer (None: a reader). ``least_variance`` is the smallest
    variance that averaging leaves on a sensitive cell, for the cell-key method; like the reports it
    is the steward's only.
    """

    method: Method
    policy: Policy
    table: CountTable
    cells: tuple[ToldCell, ...]
    public: Mapping[str, str]
    reports: Mapping[str | None, AttackReport] = field(repr=False)
    relaxed: tuple[int, ...] = ()
    unequal: tuple[int, ...] = ()
    least_variance: float | None = None
    protection: Protection | None = field(default=None, repr=False)

    @property
    def published(self) -> PublishedTable:
        """The release as an attacker reads it."""
        return PublishedTable(
            tuple(cell.key for cell in self.cells), tuple(cell.interval for cell in self.cells)
        )

    def told(self, key: CellKey | VirtualKey) -> ToldCell:
        """What readers are told of one cell.

        Raises:
            KeyError: the table has no such cell.
        """
        return self.cells[self.table.index[key]]
