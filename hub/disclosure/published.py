"""What readers are told of each cell: a count, an interval around a rounded one, or nothing."""

from dataclasses import dataclass, field

from hub.disclosure.policy import Policy
from hub.disclosure.protection import Protection, State
from hub.disclosure.rounding import told_by
from hub.disclosure.table import Cell, CountTable, VirtualKey
from hub.vocabulary.cells import CellKey

Told = tuple[int, int | None]
"""The smallest and the largest count that what is shown leaves possible (None: no limit)."""


@dataclass(frozen=True)
class PublishedTable:
    """The release as its readers see it; hidden and virtual cells tell only their limits."""

    keys: tuple[CellKey | VirtualKey, ...]
    told: tuple[Told, ...] = field(repr=False)


def published_table(protection: Protection) -> PublishedTable:
    """What a release of this protection tells, rounding included."""
    table = protection.table
    told = (
        told_of(cell, protection.policy, shown=state is State.PUBLISHED)
        for cell, state in zip(table.cells, protection.pattern, strict=True)
    )
    return PublishedTable(tuple(cell.key for cell in table.cells), tuple(told))


def told_of(cell: Cell, policy: Policy, *, shown: bool) -> Told:
    """What readers are told of one cell: its limits if it is hidden, rounding included if not."""
    if cell.value is None or not (cell.is_known or shown):
        return cell.lower, cell.upper
    if cell.is_known or not cell.people:
        return cell.value, cell.value
    low, high = told_by(cell.value, policy)
    return max(low, cell.lower), high if cell.upper is None else min(high, cell.upper)


def known_to(table: CountTable, agency: str) -> dict[int, int]:
    """The cells that an agency knows from its own books, with their counts."""
    return {
        place: cell.value
        for place, cell in enumerate(table.cells)
        if cell.owner == agency and cell.value is not None
    }
