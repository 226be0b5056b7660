"""The release's counts through disclosure control: one linked table in, a proven pattern out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from hub.disclosure import (
    Cell,
    Past,
    Policy,
    Protection,
    State,
    attack,
    known_to,
    protect,
    published_table,
    relations_of,
    rounded,
    sensitive_cells,
)
from hub.errors import DisclosureError
from hub.protected.figures import FigureStatus
from hub.protected.observations import Observation
from hub.release.collation import RawCell
from hub.release.drafts import ReportLine
from hub.vocabulary import CellKey, Vocabulary

Progress = Callable[[str, int, int], None]

_ROLES = {State.PRIMARY: "PRIMARY", State.SECONDARY: "SECONDARY"}


@dataclass(frozen=True)
class Protected:
    """The decision on every count of a release."""

    protection: Protection = field(repr=False)
    hidden: frozenset[CellKey]

    def rounded(self, key: CellKey, value: Decimal) -> Decimal:
        """Round a shown count as the policy wants it; other figures stay as they are."""
        place = self.protection.table.index.get(key)
        if place is None or not self.protection.table.cells[place].people:
            return value
        return Decimal(rounded(int(value), self.protection.policy.base))

    def report(self, shown: Mapping[CellKey, Observation]) -> tuple[ReportLine, ...]:
        """Say for the steward why each hidden cell is hidden, and how far it stays open."""
        table, intervals = self.protection.table, self.protection.intervals()
        lines = []
        for key in sorted(self.hidden):
            place = table.index[key]
            role = _ROLES[self.protection.pattern[place]]
            low, high = intervals.get(place, (None, None))
            forced = self.protection.forced_by.get(place, ())
            origins = dict.fromkeys(table.knowledge[relation].origin for relation in forced)
            lines.append(ReportLine(shown[key], role, _rule(role), low, high, "; ".join(origins)))
        return tuple(lines)


def _rule(role: str) -> str:
    return "SMALL_COUNT" if role == "PRIMARY" else "WOULD_REVEAL"


def protect_counts(
    raw: Mapping[CellKey, RawCell],
    words: Vocabulary,
    policy: Policy,
    history: Sequence[Observation],
    progress: Progress | None,
) -> Protected:
    """Protect every count of a release over every relation, and attack the result.

    Raises:
        DisclosureError: something cannot be protected, or the attack broke the result.
    """
    before = {item.key: item for item in history}
    cells = [
        _cell(cell, words, before.get(key))
        for key, cell in sorted(raw.items())
        if _is_count(cell, words)
    ]
    table = relations_of(words, cells)
    protection = protect(table, policy, progress=progress)
    _withstand(protection, policy)
    hidden = {
        cell.key
        for cell, state in zip(protection.table.cells, protection.pattern, strict=True)
        if state in _ROLES and isinstance(cell.key, CellKey)
    }
    return Protected(protection, frozenset(hidden))


def _is_count(cell: RawCell, words: Vocabulary) -> bool:
    return cell.value is not None and words.indicator(cell.key.indicator).kind.is_count


def _cell(cell: RawCell, words: Vocabulary, before: Observation | None) -> Cell:
    indicator = words.indicator(cell.key.indicator)
    return Cell(
        cell.key,
        int(cell.value or 0),
        people=indicator.sensitive,
        zero=indicator.zero,
        parts=tuple((agency, int(amount)) for agency, amount in cell.parts),
        past=_past(cell, before),
    )


def _past(cell: RawCell, before: Observation | None) -> Past:
    """What the release before told of this very count; a revised count is a new one."""
    if before is None:
        return Past.NEW
    if before.status is FigureStatus.SUPPRESSED:
        return Past.HIDDEN
    return Past.SHOWN if before.value == cell.value else Past.NEW


def _withstand(protection: Protection, policy: Policy) -> None:
    """Attack what will be published, as a stranger and as each contributing agency."""
    table = protection.table
    told = published_table(protection)
    small = sensitive_cells(table, policy)
    agencies = sorted({agency for cell in table.cells for agency, _ in cell.parts})
    for observer in (None, *agencies):
        known = known_to(table, observer) if observer else {}
        targets = [place for place in small if place not in known]
        report = attack(told, table.knowledge, policy, targets, known=known)
        if not report.is_safe:
            who = observer or "a reader"
            names = ", ".join(finding.name for finding in report.broken[:5])
            raise DisclosureError(
                f"The release's own attack, as {who}, was not held off at {names}; it is not kept."
            )
