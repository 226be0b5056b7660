"""Which counts are small enough to be about somebody."""

from hub.disclosure.policy import Policy
from hub.disclosure.table import Cell, CountTable
from hub.vocabulary.rows import ZeroRule


def is_sensitive(cell: Cell, policy: Policy) -> bool:
    """Whether the count itself is small, virtual cells included.

    A count that an earlier release showed is past protecting, and what counts no people is not
    about anybody.
    """
    if not cell.people or cell.value is None or cell.is_known:
        return False
    if cell.value == 0:
        return policy.zeros_sensitive or cell.zero is ZeroRule.SENSITIVE
    return cell.value < policy.threshold


def sensitive_cells(table: CountTable, policy: Policy) -> tuple[int, ...]:
    """The places of all sensitive cells, printed or virtual."""
    return tuple(place for place, cell in enumerate(table.cells) if is_sensitive(cell, policy))
