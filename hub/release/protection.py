"""The release's counts through disclosure control: one linked table in, a proven pattern out."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from itertools import groupby

from hub.disclosure import (
    Cell,
    CountTable,
    Observer,
    Policy,
    Protection,
    State,
    attack_each,
    known_to,
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
from hub.release.stack import Layer, Stack, stack, with_past, work_of
from hub.vocabulary import CellKey, Vocabulary

Progress = Callable[[str, int, int], None]
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

    def is_shown(self, key: CellKey) -> bool:
        """Whether its readers were told this count."""
        return key in self.shown and self.shown[key].status is FigureStatus.PUBLISHED


@dataclass(frozen=True)
class Protected:
    """The decision on every count of a release."""

    policy: Policy
    hidden: Mapping[CellKey, ReportLine] = field(repr=False)

    def rounded(self, value: Decimal, *, people: bool) -> Decimal:
        """Round a shown count as the policy wants it; counts of no person stay as they are."""
        return Decimal(rounded(int(value), self.policy.base)) if people else value

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
    anew: Collection[str] | None = None,
    *,
    processes: int = 1,
) -> Protected:
    """Protect every count of a release over every relation and every earlier release.

    ``past`` are the earlier releases of the audience, oldest first. With ``partner``, the
    partners' release that this one is made from, what it hides is hidden here too. With ``anew``
    only these indicators are decided, whole families of them: the others stay as the last
    release had them, and ``past`` need not hold them. The result is attacked as a stranger and
    as each contributing agency, in up to ``processes`` processes.

    Raises:
        DisclosureError: something cannot be protected, or the attack broke the result.
    """
    open_ = {key: cell for key, cell in raw.items() if anew is None or key.indicator in anew}
    stacked = stack_of(_table(open_, words, partner), words, past, policy)
    work = work_of(stacked)
    protection = protect(work.table, policy, keep=work.kept, processes=processes, progress=progress)
    withstand(protection, policy, processes=processes, progress=progress)
    decided = {
        cell.key: place
        for place, cell in enumerate(work.table.cells)
        if isinstance(cell.key, CellKey)
    }
    hidden = {key: line for key, line in _kept(past, raw).items() if key not in decided}
    hidden |= {line.key: line for line in _lines(protection, decided)}
    return Protected(policy, hidden)


def stack_of(
    table: CountTable, words: Vocabulary, past: Sequence[Earlier], policy: Policy
) -> Stack:
    """Put a release on top of all earlier ones.

    Under another policy or another vocabulary than the last release's, everything is decided
    anew (what was shown stays known).
    """
    layers = list(_layers(past, words))
    now = CountTable(with_past(table.cells, layers), table.relations)
    stacked = stack(now, layers)
    versions = {(one.policy_version, one.vocabulary_version) for one in past[-1:]}
    if versions == {(policy.version, words.version)}:
        return stacked
    return Stack(stacked.table, frozenset(range(len(stacked.table.cells))), is_anew=True)


def _layers(past: Sequence[Earlier], words: Vocabulary) -> Iterable[Layer]:
    """One layer for each run of releases with the same counts: it shows what any of them did."""
    for _, run in groupby(past, lambda one: _counts(one.raw, words)):
        alike = list(run)
        shown = {key for one in alike for key in one.shown if one.is_shown(key)}
        yield Layer(alike[-1].release, _table(alike[-1].raw, words), shown)


def _counts(raw: Raw, words: Vocabulary) -> dict[CellKey, tuple[object, ...]]:
    return {key: (c.value, c.parts) for key, c in raw.items() if is_count(c, words)}


def _table(raw: Raw, words: Vocabulary, partner: Cells | None = None) -> CountTable:
    cells = [
        _cell(cell, words, partner) for key, cell in sorted(raw.items()) if is_count(cell, words)
    ]
    return relations_of(words, cells)


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
    agencies = sorted({agency for cell in table.cells for agency, _ in cell.parts})
    small = sensitive_cells(table, policy)
    names = (None, *agencies)
    reports = attack_each(
        published_table(protection),
        table.knowledge,
        policy,
        [_observer(table, small, name) for name in names],
        start=protection.values,
        spread=partial(each, processes=processes, step="attack", progress=progress),
    )
    for name, report in zip(names, reports, strict=True):
        if not report.is_safe:
            who = name or "a reader"
            cells = ", ".join(finding.name for finding in report.broken[:5])
            raise DisclosureError(
                f"The release's own attack, as {who}, was not held off at {cells}; it is not kept."
            )


def _observer(table: CountTable, small: Iterable[int], agency: str | None) -> Observer:
    targets = tuple(
        place
        for place in small
        if all(contributor != agency for contributor, _ in table.cells[place].parts)
    )
    return Observer(targets, known_to(table, agency) if agency else {})
