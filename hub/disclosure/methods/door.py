"""The one door to every method: a table and a policy in, what readers are told out.

Whatever the method, the result has withstood its own attack, by a reader and by each agency that
knows its own counts; otherwise there is no result.
"""

from collections.abc import Mapping, Sequence

from hub.disclosure.attack import AttackReport, attack
from hub.disclosure.contributors import with_parts
from hub.disclosure.methods.averaging import averaged_variances
from hub.disclosure.methods.cell_key import noise_of, perturb, told_of
from hub.disclosure.methods.cell_key_attack import interval_attack
from hub.disclosure.methods.controlled_rounding import Rounding, round_table
from hub.disclosure.methods.parameters import Method, MethodParameters
from hub.disclosure.methods.result import MethodResult, Telling, ToldCell
from hub.disclosure.methods.rounding_attack import rounding_attack
from hub.disclosure.methods.withholding import withhold
from hub.disclosure.policy import Policy
from hub.disclosure.primary import sensitive_cells
from hub.disclosure.protect import protect
from hub.disclosure.published import Told, known_to, published_table
from hub.disclosure.rounding import rounded
from hub.disclosure.table import Cell, CountTable
from hub.errors import DisclosureError

Reports = dict[str | None, AttackReport]
MOST_ROUNDS = 20


def protect_by(
    method: Method,
    table: CountTable,
    policy: Policy,
    parameters: MethodParameters | None = None,
    seed: int = 0,
) -> MethodResult:
    """Protect a table by a method and attack the result.

    The same arguments always give the same result. ``seed`` varies the search for suppressions
    and the draws of rounding; the noise of a cell key depends on the secret alone.

    Raises:
        DisclosureError: the method cannot keep the policy's promise on this table, or the attack
            broke it; the message names cells and no count.
    """
    parameters = parameters or MethodParameters()
    table = with_parts(table)
    if method is Method.SUPPRESSION:
        return _suppressed(table, policy, parameters, seed)
    if method is Method.CONTROLLED_ROUNDING:
        return _rounded(table, policy, parameters, seed)
    return _perturbed(table, policy, parameters)


def _suppressed(
    table: CountTable, policy: Policy, parameters: MethodParameters, seed: int
) -> MethodResult:
    protection = protect(table, policy, seed=seed)
    table, told = protection.table, published_table(protection)
    reports: Reports = {}
    for observer, known, targets in _observers(table, policy):
        reports[observer] = attack(
            told, table.knowledge, policy, targets, known=known, seconds=parameters.seconds
        )
    _withstood(reports)
    base = policy.base
    telling = Telling.EXACT if base == 1 else Telling.ROUNDED
    cells = tuple(
        _exact(cell)
        if cell.published and not cell.people
        else _told(cell, telling, rounded(cell.value or 0, base), limits)
        if protection.is_published(cell.key)
        else _told(cell, Telling.SUPPRESSED, None, limits)
        for cell, limits in zip(table.cells, told.told, strict=True)
    )
    public = {"method": Method.SUPPRESSION.value, "base": str(base)}
    return MethodResult(
        Method.SUPPRESSION, policy, table, cells, public, reports, protection=protection
    )


def _rounded(
    table: CountTable, policy: Policy, parameters: MethodParameters, seed: int
) -> MethodResult:
    rounding = round_table(table, policy, parameters, seed)
    relaxed = set(rounding.relaxed)
    usual, further = rounding.rule.reach, rounding.rule.relaxed().reach
    reaches = [further if at in relaxed else usual for at in range(len(table.cells))]
    reports: Reports = {}
    for observer, known, targets in _observers(table, policy):
        reports[observer] = rounding_attack(
            table,
            rounding.printed,
            reaches,
            policy,
            targets,
            known=known,
            seconds=parameters.seconds,
        )
    _withstood(reports)
    public = {
        "method": Method.CONTROLLED_ROUNDING.value,
        "base": str(parameters.base),
        "reach": str(usual),
        "reach of relaxed cells": str(further),
    }
    return MethodResult(
        Method.CONTROLLED_ROUNDING,
        policy,
        table,
        tuple(_of_rounding(cell, at, rounding) for at, cell in enumerate(table.cells)),
        public,
        reports,
        relaxed=rounding.relaxed,
        unequal=rounding.unequal,
    )


def _of_rounding(cell: Cell, place: int, rounding: Rounding) -> ToldCell:
    printed = rounding.printed[place]
    if printed is None:
        return _exact(cell)
    if cell.value is None:
        return _told(cell, Telling.UNPRINTED, None, (cell.lower, cell.upper))
    rule = rounding.rule.relaxed() if place in rounding.relaxed else rounding.rule
    low, high = (cell.value, cell.value) if cell.is_known else rule.interval(cell, printed)
    limits = max(low, cell.lower), high if cell.upper is None else min(high, cell.upper)
    return _told(cell, Telling.ROUNDED, printed, limits)


def _perturbed(table: CountTable, policy: Policy, parameters: MethodParameters) -> MethodResult:
    whole = perturb(table, policy, parameters)
    observers = _observers(table, policy)
    withheld: set[int] = set()
    for _ in range(MOST_ROUNDS):
        printed = whole.without(sorted(withheld))
        told = [told_of(c, n, whole.noise) for c, n in zip(table.cells, printed, strict=True)]
        reports: Reports = {}
        more: set[int] = set()
        for observer, known, targets in observers:
            report = interval_attack(
                table,
                printed,
                whole.noise,
                policy,
                targets,
                known=known,
                seconds=parameters.seconds,
            )
            reports[observer] = report
            broken = [finding.place for finding in report.broken]
            more |= withhold(table, printed, told, broken, policy, known)
        if not more:
            break
        withheld |= more
    _withstood(reports)
    variances = noise_of(table, printed, whole.noise)
    left = _least_variance(table, variances, observers, parameters)
    public = {
        "method": Method.CELL_KEY.value,
        "perturbation table": whole.noise.name,
        **whole.noise.published(),
    }
    cells = tuple(
        _exact(cell)
        if cell.published and not cell.people
        else _told(cell, Telling.SUPPRESSED, None, limits)
        if number is None
        else _told(cell, Telling.PERTURBED, number, limits, whole.noise.largest_variance(number))
        for cell, number, limits in zip(table.cells, printed, told, strict=True)
    )
    return MethodResult(Method.CELL_KEY, policy, table, cells, public, reports, least_variance=left)


def _least_variance(
    table: CountTable,
    variances: Sequence[float | None],
    observers: Sequence[tuple[str | None, Mapping[int, int], list[int]]],
    parameters: MethodParameters,
) -> float | None:
    least: float | None = None
    for _, known, targets in observers:
        left = averaged_variances(table, variances, targets, known=known)
        low = [place for place, found in left.items() if found < parameters.least_variance]
        if low:
            names = ", ".join(str(table.cells[place].key) for place in sorted(low)[:5])
            raise DisclosureError(
                f"Averaging leaves too little noise on {len(low)} cells, such as {names}. Take a "
                "perturbation table of more variance, or release fewer linked figures."
            )
        least = min([*left.values(), *([] if least is None else [least])], default=None)
    return least


def _observers(
    table: CountTable, policy: Policy
) -> list[tuple[str | None, Mapping[int, int], list[int]]]:
    """A reader, and each agency, with what they know and what is to be kept from them."""
    small = sensitive_cells(table, policy)
    agencies = sorted({agency for cell in table.cells for agency, _ in cell.parts})
    found: list[tuple[str | None, Mapping[int, int], list[int]]] = [(None, {}, list(small))]
    for agency in agencies:
        known = known_to(table, agency)
        found.append((agency, known, [place for place in small if place not in known]))
    return found


def _withstood(reports: Reports) -> None:
    for observer, report in reports.items():
        if not report.is_safe:
            names = ", ".join(finding.name for finding in report.broken[:5])
            raise DisclosureError(
                f"The method's own attack, as {observer or 'a reader'}, was not held off at "
                f"{len(report.broken)} cells, such as {names}; nothing is published."
            )


def _exact(cell: Cell) -> ToldCell:
    if not cell.published or cell.value is None:
        return _told(cell, Telling.UNPRINTED, None, (cell.lower, cell.upper))
    return _told(cell, Telling.EXACT, cell.value, (cell.value, cell.value))


def _told(
    cell: Cell, telling: Telling, value: int | None, limits: Told, variance: float | None = None
) -> ToldCell:
    if not cell.published:
        return ToldCell(cell.key, Telling.UNPRINTED, None, limits)
    return ToldCell(cell.key, telling, value, limits, variance)
