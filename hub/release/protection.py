"""The release's counts through disclosure control: one linked table in, a proven pattern out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

from hub.disclosure import (
    Cell,
    CountTable,
    Method,
    Observer,
    Policy,
    Progress,
    Protection,
    State,
    attack_each,
    observers,
    protect,
    published_table,
    relations_of,
    rounded,
    sensitive_cells,
)
from hub.disclosure.processes import each
from hub.errors import DisclosureError
from hub.protected.figures import FigureStatus
from hub.protected.observations import Cells, Observation
from hub.release.collation import RawCell
from hub.release.drafts import ReportLine
from hub.release.explaining import explained, told_by
from hub.release.methods import Printed, print_by, told_before, withstand_together
from hub.release.shares import Behind, behind, too_telling
from hub.release.stack import Layer, Stack, Work, stack, with_past, work_of
from hub.vocabulary import CellKey, Vocabulary

Raw = Mapping[CellKey, RawCell]


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier release of the same audience: what it was made from, and what it showed.

    ``report`` is its steward's report: the part that nothing has touched since is kept.
    """

    release: str
    policy_version: str
    vocabulary_version: str
    raw: Raw = field(repr=False)
    shown: Cells = field(repr=False)
    report: tuple[ReportLine, ...] = field(default=(), repr=False)
    policy: Policy | None = None
    """The policy it was made under; None is suppression."""
    then: tuple[Raw, Vocabulary] | None = field(default=None, repr=False)
    """The same under the vocabulary of its time, if that was another one."""

    def layers(self, words: Vocabulary) -> Iterable[Layer]:
        """What it tells, in the words of its time and in today's: both sets of sums are known."""
        for raw, vocabulary in (*((self.then,) if self.then else ()), (self.raw, words)):
            yield self._layer(table_of(raw, vocabulary, told=self._told()))

    def _layer(self, table: CountTable) -> Layer:
        if self.policy is None or self.policy.method is Method.SUPPRESSION:
            return Layer(self.release, table, {key for key in self.shown if self.is_shown(key)})
        told = told_before(table, self.policy, self.shown)
        exact = {
            cell.key
            for cell in table.cells
            if isinstance(cell.key, CellKey) and not cell.people and self.is_shown(cell.key)
        }
        return Layer(self.release, replace(table, relations=(*table.relations, *told)), exact)

    def _told(self) -> set[CellKey]:
        """Figures shown as they were stated."""
        return {k for k, item in self.shown.items() if self.is_shown(k) and not item.derived}

    def is_like(self, other: "Earlier") -> bool:
        """Whether both were made by suppression in today's words, from the same figures."""
        methods = {one.policy.method for one in (self, other) if one.policy is not None}
        if self.then or other.then or methods - {Method.SUPPRESSION}:
            return False
        return self.raw is other.raw or _figures(self.raw) == _figures(other.raw)

    def is_shown(self, key: CellKey) -> bool:
        """Whether its readers were told this count."""
        return key in self.shown and self.shown[key].status is FigureStatus.PUBLISHED


@dataclass(frozen=True)
class Protected:
    """The decision on every count of a release."""

    policy: Policy
    hidden: Mapping[CellKey, ReportLine] = field(repr=False)
    stacked: CountTable = field(repr=False)
    """This release's counts first, then those of all earlier ones."""
    printed: Printed | None = None
    """What another method than suppression prints."""
    anew: Collection[str] | None = None
    """The indicators that were decided; None is all."""

    def is_anew(self, key: CellKey) -> bool:
        """Whether a cell's family was decided, and not left as the last release had it."""
        return self.anew is None or key.indicator in self.anew

    def rounded(self, value: Decimal, *, people: bool) -> Decimal:
        """Round a shown count as the policy wants it; counts of no person stay as they are."""
        return Decimal(rounded(int(value), self.policy.base)) if people else value

    def number(self, cell: RawCell, *, people: bool) -> Decimal:
        """What is printed of a shown cell."""
        value = cell.value or Decimal(0)
        if self.printed is not None and cell.key in self.printed.numbers:
            return Decimal(self.printed.numbers[cell.key])
        return self.rounded(value, people=people)

    def marks(self, key: CellKey) -> str:
        """What the method did to a shown cell, as a letter beside it."""
        return "" if self.printed is None else self.printed.marks.get(key, "")

    @property
    def public(self) -> dict[str, str]:
        """The method and its settings, as published with the release."""
        if self.printed is not None:
            return dict(self.printed.public)
        policy = self.policy
        return {
            "threshold": str(policy.threshold),
            "method": policy.method.value,
            "base": str(policy.base),
        }

    def narrowing(self, told: Behind, figures: Collection[CellKey]) -> frozenset[CellKey]:
        """The stated figures that would tell too much beside the counts.

        Raises:
            DisclosureError: figures that were shown before do.
        """
        cells = self.stacked.cells

        def is_shown(place: int) -> bool:
            key = cells[place].key if place < len(cells) else None
            return key is not None and cells[place].published and key not in self.hidden

        return too_telling(self.stacked, self.policy, is_shown, told, figures)

    @property
    def report(self) -> tuple[ReportLine, ...]:
        """Why each hidden cell is hidden, and how far it stays open; for the steward."""
        return tuple(self.hidden[key] for key in sorted(self.hidden))


def protect_counts(
    raw: Raw,
    words: Vocabulary,
    policy: Policy,
    past: Sequence[Earlier] = (),
    partner: Cells | None = None,
    progress: Progress | None = None,
    secret: bytes = b"",
    *,
    anew: Collection[str] | None = None,
    processes: int = 1,
    table: CountTable | None = None,
    explain: bool = False,
) -> Protected:
    """Protect every count of a release over every relation and every earlier release.

    ``past`` are the earlier releases of the audience, oldest first. With ``partner``, the
    partners' release that this one is made from, what it hides is hidden here too. The result
    is attacked as a stranger and as each contributing agency. ``secret`` is for the methods that
    draw. With ``anew`` only these indicators are decided, whole families of them: the others stay
    as the last release had them, and ``past`` need not hold them. At most ``processes`` are used;
    ``table`` is given where the counts were linked before; with ``explain`` a refusal says what
    a reader could prove.

    Raises:
        DisclosureError: something cannot be protected, or the attack broke the result.
    """
    open_ = {key: cell for key, cell in raw.items() if anew is None or key.indicator in anew}
    table = table or table_of(open_, words, partner)
    stacked = stack_of(table, words, past, policy)
    if policy.method is not Method.SUPPRESSION:
        return _by_method(table, stacked.table, policy, secret, bool(past))
    work = work_of(stacked)
    protection = _decided(work, policy, processes, progress, explain=explain)
    withstand(protection, policy, processes=processes, progress=progress)
    decided = {
        cell.key: place
        for place, cell in enumerate(work.table.cells)
        if isinstance(cell.key, CellKey) and cell.key in raw
    }
    hidden = {key: line for key, line in _kept(past, raw).items() if key not in decided}
    hidden |= {line.key: line for line in _lines(protection, decided)}
    return Protected(policy, hidden, stacked.table, anew=anew)


def _decided(
    work: Work, policy: Policy, processes: int, progress: Progress | None, *, explain: bool
) -> Protection:
    try:
        return protect(work.table, policy, keep=work.kept, processes=processes, progress=progress)
    except DisclosureError as error:
        raise explained(error, work.table, policy) if explain else error from None


def _by_method(
    table: CountTable, stacked: CountTable, policy: Policy, secret: bytes, has_past: bool
) -> Protected:
    printed, result = print_by(table, policy, secret)
    if has_past:
        withstand_together(stacked, result)
    small = set(sensitive_cells(table, policy))
    hidden = {}
    for place, cell in enumerate(table.cells):
        key = cell.key
        if not isinstance(key, CellKey) or key in printed.numbers:
            continue
        role = "PRIMARY" if place in small else "SECONDARY"
        rule = "WOULD_REVEAL" if key in printed.withheld else "HIDDEN_FROM_PARTNERS"
        hidden[key] = ReportLine(key, role, rule, None, None, None)
    return Protected(policy, hidden, stacked, printed)


def stack_of(
    table: CountTable, words: Vocabulary, past: Sequence[Earlier], policy: Policy
) -> Stack:
    """Put a release on top of all earlier ones.

    Under another policy or another vocabulary than the last release's, everything is decided
    anew (what was shown stays known).
    """
    layers = [layer for one in _merged(past) for layer in one.layers(words)]
    now = CountTable(with_past(table.cells, layers), table.relations)
    stacked = stack(now, layers)
    versions = {(one.policy_version, one.vocabulary_version) for one in past[-1:]}
    if versions == {(policy.version, words.version)}:
        return stacked
    return Stack(stacked.table, frozenset(range(len(stacked.table.cells))), is_anew=True)


def _merged(past: Sequence[Earlier]) -> list[Earlier]:
    """Releases in a row with the same figures are one that shows what any of them did."""
    found: list[Earlier] = []
    for one in past:
        if found and found[-1].is_like(one):
            before = {k: item for k, item in found[-1].shown.items() if found[-1].is_shown(k)}
            found[-1] = replace(one, shown={**one.shown, **before})
        else:
            found.append(one)
    return found


def _figures(raw: Raw) -> dict[CellKey, tuple[object, ...]]:
    return {key: (cell.value, cell.base, cell.parts) for key, cell in raw.items()}


def table_of(
    raw: Raw,
    words: Vocabulary,
    partner: Cells | None = None,
    told: Collection[CellKey] = (),
) -> CountTable:
    """All counts with their relations, those behind stated figures too.

    ``partner`` is what the partners' release shows; ``told`` are stated figures that were shown.
    """
    cells = [
        _cell(cell, words, partner) for key, cell in sorted(raw.items()) if is_count(cell, words)
    ]
    known = behind(raw, words)
    cells += [replace(_cell(cell, words, None), published=False) for cell in known.unprinted]
    table = relations_of(words, cells)
    return replace(table, relations=(*table.relations, *known.relations(table, told)))


def is_count(cell: RawCell, words: Vocabulary) -> bool:
    """Whether a cell holds a count, so that it is protected with all that it is linked with."""
    return cell.value is not None and words.indicator(cell.key.indicator).kind.is_count


def _cell(cell: RawCell, words: Vocabulary, partner: Cells | None) -> Cell:
    indicator = words.indicator(cell.key.indicator)
    return Cell(
        cell.key,
        int(cell.value or 0),
        published=partner is None or _tells(partner.get(cell.key)),
        people=indicator.sensitive,
        zero=indicator.zero,
        parts=tuple((agency, int(amount)) for agency, amount in cell.parts),
    )


def _tells(item: Observation | None) -> bool:
    return item is not None and item.status is FigureStatus.PUBLISHED


def _kept(past: Sequence[Earlier], raw: Raw) -> dict[CellKey, ReportLine]:
    """What the last release hid of the counts that are still there."""
    return {line.key: line for one in past[-1:] for line in one.report if line.key in raw}


def _lines(protection: Protection, decided: Mapping[CellKey, int]) -> Iterable[ReportLine]:
    table, intervals = protection.table, protection.intervals()
    small = set(sensitive_cells(table, protection.policy))
    for key, place in decided.items():
        state = protection.pattern[place]
        if state is State.PUBLISHED:
            continue
        role = "PRIMARY" if place in small else "SECONDARY"
        low, high = intervals.get(place, (None, None))
        forced = protection.forced_by.get(place, ())
        origins = dict.fromkeys(table.knowledge[relation].origin for relation in forced)
        yield ReportLine(key, role, _rule(state, role), low, high, "; ".join(origins) or None)


def _rule(state: State, role: str) -> str:
    if state is State.VIRTUAL:
        return "HIDDEN_FROM_PARTNERS"
    return "SMALL_COUNT" if role == "PRIMARY" else "WOULD_REVEAL"


def withstand(
    protection: Protection,
    policy: Policy,
    *,
    processes: int = 1,
    progress: Progress | None = None,
) -> None:
    """Attack what will be published, as a stranger and as each contributing agency.

    An agency attacks what it had no part in: of a count that it shares, the others' parts.

    Raises:
        DisclosureError: some count could be told more closely than the policy promises; the
            message names the cells and no count.
    """
    table = protection.table
    attackers = list(observers(table, sensitive_cells(table, policy)))
    reports = attack_each(
        published_table(protection),
        table.knowledge,
        policy,
        [Observer(tuple(targets), known) for _, known, targets in attackers],
        start=protection.values,
        spread=partial(each, processes=processes, step="attack", progress=progress),
    )
    for (name, *_), report in zip(attackers, reports, strict=True):
        if not report.is_safe:
            who = name or "a reader"
            cells = ", ".join(finding.name for finding in report.broken[:5])
            raise DisclosureError(
                f"The release's own attack, as {who}, was not held off at {cells}; it is not kept.",
                explanations=tuple(told_by((one for one, *_ in attackers), reports)),
            )
