"""The first attack on perturbed counts: noise has a largest size, so every number is an interval.

Only what is published is read: the numbers, the perturbation table, the relations.
"""

from collections.abc import Mapping, Sequence

from hub.disclosure.attack import AttackReport, attack
from hub.disclosure.methods.perturbation import PerturbationTable
from hub.disclosure.policy import Policy
from hub.disclosure.published import PublishedTable, Told
from hub.disclosure.table import Cell, CountTable


def interval_attack(
    table: CountTable,
    printed: Sequence[int | None],
    noise: PerturbationTable,
    policy: Policy,
    targets: Sequence[int],
    *,
    known: Mapping[int, int] | None = None,
    seconds: float = 60.0,
) -> AttackReport:
    """Put the intervals of all printed numbers together over all relations.

    Raises:
        DisclosureError: the printed numbers contradict the relations.
    """
    told = tuple(_told(cell, n, noise) for cell, n in zip(table.cells, printed, strict=True))
    published = PublishedTable(tuple(cell.key for cell in table.cells), told)
    # What it breaks is withheld and attacked again, so nobody needs to be told why.
    return attack(
        published, table.knowledge, policy, targets, known=known, seconds=seconds, explained=0
    )


def determined(report: AttackReport) -> tuple[int, ...]:
    """The attacked cells (by place) whose count is no secret any more."""
    return tuple(f.place for f in report.broken if f.low == f.high)


def _told(cell: Cell, printed: int | None, noise: PerturbationTable) -> Told:
    """Walk outwards from the printed number as long as its row has that difference."""
    if cell.is_known and cell.value is not None:
        return cell.value, cell.value
    if printed is None:
        return cell.lower, cell.upper
    reached = [
        count
        for count in range(printed + noise.noise, -1, -1)
        if (printed - count) in dict.fromkeys(noise.row(count).differences)
    ]
    top = reached[0] if cell.upper is None else min(reached[0], cell.upper)
    return max(reached[-1], cell.lower), top
