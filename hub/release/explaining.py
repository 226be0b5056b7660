"""Why a release cannot be made: what a reader could prove of the counts it stopped at.

For the steward who must decide what to withdraw. It holds counts, as much as a reader could have
worked out and no more, so it travels apart from the message and is shown to stewards only.
"""

from collections.abc import Iterable, Sequence

from hub.disclosure import (
    AttackReport,
    CountTable,
    Observer,
    Policy,
    PublishedTable,
    attack_each,
    observers,
    told_of,
    with_parts,
)
from hub.errors import DisclosureError

MOST = 10
"""Cells that are explained; the message names as many."""


def explained(error: DisclosureError, table: CountTable, policy: Policy) -> DisclosureError:
    """The same refusal with the reason why nothing that may still be hidden helps.

    Everything that is not known already is taken to be hidden: what a reader proves even so
    follows from earlier releases and from what everyone knows.
    """
    if not error.cells:
        return error
    whole = with_parts(table)
    told = tuple(told_of(cell, policy, shown=False) for cell in whole.cells)
    published = PublishedTable(tuple(cell.key for cell in whole.cells), told)
    attackers = list(observers(whole, error.cells[:MOST]))
    reports = attack_each(
        published,
        whole.knowledge,
        policy,
        [Observer(tuple(targets), known) for _, known, targets in attackers],
    )
    words = tuple(told_by((name for name, *_ in attackers), reports))
    return DisclosureError(error.message, code=error.code, cells=error.cells, explanations=words)


def told_by(names: Iterable[str | None], reports: Sequence[AttackReport]) -> Iterable[str]:
    """What each observer could prove, the reader first; each cell once, ``MOST`` in all."""
    told: dict[int, str] = {}
    for name, report in zip(names, reports, strict=True):
        for finding in report.broken:
            who = f"For {name}: " if name else ""
            told.setdefault(finding.place, f"{who}{finding.explanation}")
    return list(told.values())[:MOST]
