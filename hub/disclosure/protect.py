"""The chain of steps from a raw table to a protected one."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from hub.disclosure.completion import complete
from hub.disclosure.contributors import with_parts
from hub.disclosure.family import Decision, Family, decide
from hub.disclosure.policy import Policy
from hub.disclosure.processes import are_worth, each
from hub.disclosure.protection import Progress, Protection, State
from hub.disclosure.system import components, system_of
from hub.disclosure.table import CountTable
from hub.disclosure.witness import check_witnesses
from hub.errors import DisclosureError


def protect(
    table: CountTable,
    policy: Policy,
    *,
    seed: int = 0,
    keep: Collection[int] = (),
    processes: int = 1,
    progress: Progress | None = None,
) -> Protection:
    """Decide which counts to hide so that every sensitive one keeps the policy's promise.

    The same table, policy and ``seed`` always give the same decision. The result carries its own
    proof and has been checked against it. ``keep`` are places of cells that were hidden before:
    they stay hidden wherever a witness uses them, and are not searched for anything cheaper.
    Families of a large table are decided in up to ``processes`` processes, with the same result.

    Raises:
        DisclosureError: some sensitive cell cannot be protected, because what was published
            before or what everyone knows gives it away; the message names the cells.
    """
    table = with_parts(table)
    values = complete(table)
    families = []
    for part in components(table):
        system = system_of(table, values, part, policy)
        if system.sensitive:
            kept = tuple(at for at, place in enumerate(system.places) if place in keep)
            families.append(Family(system, policy, seed, kept))
    sizes = [family.system.size for family in families]
    told = progress
    if not are_worth(sizes, processes):
        # In one process each family tells of its own steps.
        families, told = [replace(family, progress=progress) for family in families], None
    decisions = each(decide, families, sizes, processes=processes, step="protect", progress=told)
    protection = _protection(table, policy, values, decisions)
    problems = check_witnesses(table, protection)
    if problems:
        raise DisclosureError("The proof does not hold: " + "; ".join(problems[:10]))
    return protection


def _protection(
    table: CountTable, policy: Policy, values: tuple[int, ...], decisions: Sequence[Decision]
) -> Protection:
    pattern = [State.PUBLISHED if cell.published else State.VIRTUAL for cell in table.cells]
    forced: dict[int, tuple[int, ...]] = {}
    for decision in decisions:
        forced.update(decision.forced_by)
        for place, state in decision.hidden.items():
            pattern[place] = state
    return Protection(
        table=table,
        policy=policy,
        pattern=tuple(pattern),
        witnesses=tuple(witness for decision in decisions for witness in decision.witnesses),
        values=values,
        forced_by=forced,
    )
