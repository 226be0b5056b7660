"""What a number printed by a method told, when an earlier release is read again."""

from hub.disclosure.methods.perturbation import perturbation_table
from hub.disclosure.methods.reach import Reach
from hub.disclosure.policy import Method, Policy
from hub.disclosure.table import Cell


def told_by_method(
    policy: Policy, cell: Cell, printed: int, *, relaxed: bool = False
) -> tuple[int, int]:
    """The counts that a reader of ``printed`` must think possible, ends included.

    ``relaxed`` says that rounding had moved the cell one step beyond its reach, and said so.
    """
    if policy.method is Method.CELL_KEY:
        return perturbation_table(policy.perturbation, policy).interval(printed)
    rule = Reach.of(policy.base, policy)
    return (rule.relaxed() if relaxed else rule).interval(cell, printed)
