"""The attack as a whole: read, split, solve, report."""

import math
from collections.abc import Mapping, Sequence

from hub.disclosure.attack.bounds import PartAttack
from hub.disclosure.attack.reading import ImpossibleError, Reading, parts, read
from hub.disclosure.attack.report import AttackReport, Finding, Verdict
from hub.disclosure.policy import Policy
from hub.disclosure.published import PublishedTable
from hub.disclosure.table import Relation
from hub.errors import DisclosureError


def attack(
    published: PublishedTable,
    relations: Sequence[Relation],
    policy: Policy,
    targets: Sequence[int],
    *,
    known: Mapping[int, int] | None = None,
    start: Sequence[int] | None = None,
    whole: bool = True,
    seconds: float = 60.0,
) -> AttackReport:
    """Try to prove more about the ``targets`` (places of hidden cells) than the policy allows.

    ``known`` are counts that the attacker has from elsewhere, by place: an agency's own.
    ``start`` is a table, the true one say, from which to look for others. It only saves time: it
    counts for nothing unless it agrees with all that is published.
    ``whole`` asks for a table of whole counts at each end of the promise; without it, fractions
    will do, which is much faster on large families and enough where witnesses prove the rest.
    ``seconds`` limits each single program; what is not decided by then counts as broken.

    Raises:
        DisclosureError: what is published contradicts itself, so that nothing follows from it.
    """
    try:
        reading = read(published, relations, known or {})
    except ImpossibleError:
        raise DisclosureError("What is published contradicts its own relations.") from None
    wanted = set(targets)
    findings = {
        cell: _settled(published, relations, reading, cell, policy)
        for cell in wanted
        if reading.low[cell] == reading.high[cell]
    }
    programs = 0
    for part in parts(reading, relations):
        mine = [cell for cell in part.cells if cell in wanted]
        if mine:
            work = PartAttack(reading, relations, part, policy, mine, seconds, start, whole=whole)
            work.run()
            programs += work.programs
            for cell in mine:
                findings[cell] = _finding(published, relations, reading, work, cell)
    return AttackReport(tuple(findings[cell] for cell in sorted(findings)), programs)


def _settled(
    published: PublishedTable,
    relations: Sequence[Relation],
    reading: Reading,
    cell: int,
    policy: Policy,
) -> Finding:
    """A cell that plain arithmetic gives away."""
    count = int(reading.low[cell])
    verdict = Verdict.OPEN if count <= policy.low and count >= policy.high else Verdict.BROKEN
    words = _because(relations, reading.reasons[cell])
    name = str(published.keys[cell])
    return Finding(cell, name, verdict, count, count, f"{name} is {count} because {words}.")


def _finding(
    published: PublishedTable,
    relations: Sequence[Relation],
    reading: Reading,
    work: PartAttack,
    cell: int,
) -> Finding:
    verdict, name = work.verdicts[cell], str(published.keys[cell])
    if verdict is Verdict.OPEN:
        lowest, highest = work.reached(cell)
        return Finding(cell, name, verdict, int(lowest), int(highest))
    low, high = work.limits[cell]
    top = None if math.isinf(high) else int(high)
    words = _because(relations, work.proofs.get(cell, set()) | reading.reasons[cell])
    range_ = f"is {int(low)}" if low == high else f"lies between {int(low)} and {top}"
    explanation = f"{name} {range_} because {words}."
    if verdict is Verdict.UNDECIDED:
        explanation = f"{name} was not shown to be safe within the limits of the attack."
    return Finding(cell, name, verdict, int(low), top, explanation)


def _because(relations: Sequence[Relation], numbers: set[int]) -> str:
    origins = dict.fromkeys(relations[number].origin or "a relation" for number in sorted(numbers))
    return "; ".join(origins) or "it is known"
