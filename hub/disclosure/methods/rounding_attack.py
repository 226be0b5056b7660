"""The attack on a rounded table: what follows from the printed multiples and the rule.

Written apart from the rounding: it works out anew what each multiple tells, and shares no code
with the module that chose them.
"""

from collections.abc import Mapping, Sequence

from hub.disclosure.attack import AttackReport, attack
from hub.disclosure.policy import Policy
from hub.disclosure.published import PublishedTable, Told
from hub.disclosure.table import Cell, CountTable
from hub.vocabulary.rows import ZeroRule


def rounding_attack(
    table: CountTable,
    printed: Sequence[int | None],
    reaches: Sequence[int],
    policy: Policy,
    targets: Sequence[int],
    *,
    known: Mapping[int, int] | None = None,
    seconds: float = 60.0,
) -> AttackReport:
    """Try to prove more about the ``targets`` than the policy allows.

    ``printed`` are the multiples by place, those of virtual cells included, because anybody can
    subtract them too (None: not a rounded cell). ``reaches`` is how far each may be off. Of the
    table's counts only those that everybody knows are read.

    Raises:
        DisclosureError: the printed multiples contradict the relations.
    """
    told = tuple(map(_told, table.cells, printed, reaches, [policy] * len(printed)))
    published = PublishedTable(tuple(cell.key for cell in table.cells), told)
    return attack(published, table.knowledge, policy, targets, known=known, seconds=seconds)


def _told(cell: Cell, printed: int | None, reach: int, policy: Policy) -> Told:
    """``printed - reach`` to ``printed + reach``, less what the rule rules out at its lower end.

    Zero is always printed as zero; and a small count is never printed so high that its own
    interval would start above what the promise leaves possible."""
    if cell.is_known and cell.value is not None:
        return cell.value, cell.value
    if printed is None:
        return cell.lower, cell.upper
    low, high = max(cell.lower, printed - reach), printed + reach
    if printed:
        low = max(low, 1)
        zeros = policy.zeros_sensitive or cell.zero is ZeroRule.SENSITIVE
        if cell.people and (low > policy.low or (zeros and policy.low == 0)):
            low = max(low, policy.threshold)
    return low, high if cell.upper is None else min(high, cell.upper)
