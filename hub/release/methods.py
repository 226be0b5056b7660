"""The release's counts by another method than suppression, and what such a release tells later.

The method attacks its own result. What it prints is then attacked once more together with every
earlier release of the audience: a method that follows another one, or its own earlier numbers,
is refused unless the promise holds for all of them at once.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from hub.disclosure import (
    CountTable,
    Method,
    Observer,
    Policy,
    PublishedTable,
    Relation,
    attack_each,
    observers,
    sensitive_cells,
    told_of,
    with_parts,
)
from hub.disclosure.methods import (
    MethodParameters,
    MethodResult,
    Telling,
    perturbation_table,
    protect_by,
    told_by_method,
)
from hub.disclosure.methods.averaging import averaged_variances
from hub.disclosure.methods.cell_key import noise_of
from hub.errors import DisclosureError
from hub.protected.observations import Cells
from hub.release.explaining import told_by
from hub.vocabulary import CellKey

RELAXED = "u"
"""The mark (low reliability) on a number that rounding had to move one step beyond its reach."""
ESTIMATED = "e"
"""The mark (estimate) on a number that holds noise."""


@dataclass(frozen=True)
class Printed:
    """What a method prints of each count. ``withheld`` are counts that it could not print."""

    numbers: Mapping[CellKey, int] = field(repr=False)
    marks: Mapping[CellKey, str]
    withheld: Collection[CellKey]
    public: Mapping[str, str]
    """The settings that are published with the release."""


def print_by(table: CountTable, policy: Policy, secret: bytes) -> tuple[Printed, MethodResult]:
    """Protect a table by the policy's method.

    Raises:
        DisclosureError: the method cannot keep the promise, or its own attack broke it.
    """
    result = protect_by(policy.method, table, policy, MethodParameters.of(policy, secret))
    relaxed = {result.table.cells[place].key for place in result.relaxed}
    numbers, marks, withheld = {}, {}, set()
    for told in result.cells:
        if not isinstance(told.key, CellKey) or told.telling is Telling.UNPRINTED:
            continue
        if told.value is None:
            withheld.add(told.key)
            continue
        numbers[told.key] = told.value
        if told.telling is Telling.PERTURBED:
            marks[told.key] = ESTIMATED
        elif told.key in relaxed:
            marks[told.key] = RELAXED
    public = {"threshold": str(policy.threshold), **result.public}
    return Printed(numbers, marks, frozenset(withheld), public), result


def withstand_together(stacked: CountTable, result: MethodResult) -> None:
    """Attack a method's numbers together with all that earlier releases told.

    ``stacked`` has the release's cells first, in the order of ``result``.

    Raises:
        DisclosureError: together they tell a small count; the message names cells, no count.
    """
    policy, table = result.policy, with_parts(stacked)
    now = {cell.key: cell.interval for cell in result.cells}
    told = tuple(
        told_of(cell, policy, shown=False)
        if cell.is_known or cell.key not in now
        else now[cell.key]
        for cell in table.cells
    )
    published = PublishedTable(tuple(cell.key for cell in table.cells), told)
    attackers = list(observers(table, sensitive_cells(table, policy)))
    reports = attack_each(
        published,
        table.knowledge,
        policy,
        [Observer(tuple(targets), known) for _, known, targets in attackers],
    )
    for (observer, *_), report in zip(attackers, reports, strict=True):
        if not report.is_safe:
            names = ", ".join(finding.name for finding in report.broken[:5])
            raise DisclosureError(
                f"Together with earlier releases, {policy.method.replace('_', ' ')} would tell "
                f"{observer or 'a reader'} too much of {names}. Keep the method of the earlier "
                "releases, or take a wider one.",
                code="METHOD_CHANGE",
                explanations=tuple(told_by((one for one, *_ in attackers), reports)),
            )
    if policy.method is Method.CELL_KEY:
        _withstand_averaging(stacked, result)


def _withstand_averaging(stacked: CountTable, result: MethodResult) -> None:
    """Noise is averaged over releases too: each revision of a total draws new noise for it, and
    so tells an unrevised part once more.

    Every count of an earlier release is taken to have been printed with noise like this one's:
    the stronger attacker.
    """
    policy, table = result.policy, with_parts(stacked)
    noise = perturbation_table(policy.perturbation, policy)
    now = {cell.key: cell.value for cell in result.cells}
    printed = [
        cell.value if cell.key not in now and place < len(stacked.cells) else now.get(cell.key)
        for place, cell in enumerate(table.cells)
    ]
    variances = noise_of(table, printed, noise)
    for observer, known, mine in observers(table, sensitive_cells(table, policy)):
        left = averaged_variances(table, variances, mine, known=known)
        low = sorted(place for place, one in left.items() if one < policy.least_variance)
        if low:
            names = ", ".join(str(table.cells[place].key) for place in low[:5])
            raise DisclosureError(
                f"Averaged over all releases, too little noise is left for {observer or 'a reader'}"
                f" on {len(low)} cells, such as {names}. Withhold what was revised often, or take "
                "a perturbation table of more variance.",
                code="NOISE_AVERAGED",
            )


def told_before(table: CountTable, policy: Policy, shown: Cells) -> Iterator[Relation]:
    """What the numbers of an earlier release, printed by its method, tell of its counts."""
    for place, cell in enumerate(table.cells):
        item = shown.get(cell.key) if isinstance(cell.key, CellKey) else None
        if item is None or item.value is None or not cell.people:
            continue
        low, high = told_by_method(policy, cell, int(item.value), relaxed=RELAXED in item.marks)
        origin = f"{cell.key}: as printed before"
        yield Relation(((place, 1),), "<=", high, origin)
        if low > cell.lower:
            yield Relation(((place, -1),), "<=", -low, origin)
