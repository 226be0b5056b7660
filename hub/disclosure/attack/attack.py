"""The attack as a whole: read, split, solve, report."""

import math
from collections.abc import Collection, Mapping, Sequence

from hub.disclosure.attack.bounds import FAR, PartAttack
from hub.disclosure.attack.explanation import EXPLAINED, Explainer
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
    explained: int = EXPLAINED,
) -> AttackReport:
    """Try to prove more about the ``targets`` (places of hidden cells) than the policy allows.

    ``known`` are counts that the attacker has from elsewhere, by place: an agency's own.
    ``start`` is a table, the true one say, from which to look for others. It only saves time: it
    counts for nothing unless it agrees with all that is published.
    ``whole`` asks for a table of whole counts at each end of the promise; without it, fractions
    will do, which is much faster on large families and enough where witnesses prove the rest.
    ``seconds`` limits each single program; what is not decided by then counts as broken. For so
    many cells as ``explained`` the relations given are just those that are needed.

    Raises:
        DisclosureError: what is published contradicts itself, so that nothing follows from it.
    """
    try:
        reading = read(published, relations, known or {})
    except ImpossibleError:
        raise DisclosureError("What is published contradicts its own relations.") from None
    wanted = set(targets)
    why = Explainer(published, relations, known or {}, reading, explained)
    findings = {
        cell: _settled(published, reading, why, cell, policy)
        for cell in sorted(wanted)
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
                findings[cell] = _finding(published, why, work, cell)
    return AttackReport(tuple(findings[cell] for cell in sorted(findings)), programs)


def _settled(
    published: PublishedTable, reading: Reading, why: Explainer, cell: int, policy: Policy
) -> Finding:
    """A cell that plain arithmetic gives away."""
    count, name = int(reading.low[cell]), str(published.keys[cell])
    if count <= policy.low and count >= policy.high:
        return Finding(cell, name, Verdict.OPEN, count, count)
    return _broken(name, why, cell, (count, count), (), ())


def _finding(published: PublishedTable, why: Explainer, work: PartAttack, cell: int) -> Finding:
    verdict, name = work.verdicts[cell], str(published.keys[cell])
    if verdict is Verdict.OPEN:
        lowest, highest = work.reached(cell)
        return Finding(cell, name, verdict, int(lowest), int(highest))
    low, high = work.limits[cell]
    high = math.inf if high >= FAR else high
    if verdict is Verdict.BROKEN:
        held_by = work.proofs.get(cell, set())
        return _broken(name, why, cell, (low, high), held_by, work.part.relations)
    words = f"{name} was not shown to be safe within the limits of the attack."
    return Finding(cell, name, verdict, int(low), _whole(high), words)


def _broken(
    name: str,
    why: Explainer,
    cell: int,
    limits: tuple[float, float],
    held_by: Collection[int],
    part: Collection[int],
) -> Finding:
    """Nothing outside ``limits`` is possible: with the relations that say so."""
    grounds = why.grounds(cell, limits, held_by, part)
    words, (low, high) = why.text(cell, limits, grounds), limits
    return Finding(cell, name, Verdict.BROKEN, int(low), _whole(high), words, grounds)


def _whole(high: float) -> int | None:
    return None if math.isinf(high) else int(high)
