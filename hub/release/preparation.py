"""From signed-off returns to a protected release: a pure chain of steps, ending with an attack."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from hub.disclosure import Policy, rounded
from hub.protected.figures import FigureStatus
from hub.protected.observations import Observation, Provenance
from hub.release.collation import RawCell, collate, return_periods
from hub.release.derivation import derived
from hub.release.drafts import ReportLine, cell_columns
from hub.release.protection import Protected, protect_counts
from hub.release.stated import may_be_shown
from hub.statistics.rollup import roll_up
from hub.submissions.revisions import SignedOff
from hub.vocabulary import CellKey, Vocabulary

Progress = Callable[[str, int, int], None]

_STATUS = {"x": FigureStatus.NOT_AVAILABLE, "z": FigureStatus.NOT_APPLICABLE}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A release ready to be judged: its content and the steward's report."""

    cells: tuple[Observation, ...]
    report: tuple[ReportLine, ...] = field(repr=False)

    @property
    def content_hash(self) -> str:
        """SHA-256 over the content in its stored order."""
        rows = [cell_columns(cell) for cell in self.cells]
        text = json.dumps(rows, sort_keys=True, default=str, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def prepare(
    signed: Sequence[SignedOff],
    words: Vocabulary,
    policy: Policy,
    history: Sequence[Observation] = (),
    progress: Progress | None = None,
) -> Prepared:
    """Collate, roll up, protect, derive; the protection attacks its own result.

    Raises:
        ConflictError: returns contradict each other.
        DisclosureError: something cannot be protected, or the attack broke the result.
    """
    raw = rolled_up(collate(signed, words), return_periods(signed), words)
    protected = protect_counts(raw, words, policy, history, progress)
    shown = {key: _observation(cell, protected, words, policy) for key, cell in raw.items()}
    cells = sorted(derived(shown, words).values(), key=_order)
    return Prepared(tuple(cells), protected.report(shown))


def _order(item: Observation) -> tuple[object, ...]:
    key = item.key
    return key.area, key.period, key.breakdown, key.indicator


def rolled_up(
    raw: Mapping[CellKey, RawCell], periods: set[str], words: Vocabulary
) -> dict[CellKey, RawCell]:
    """Add every lossless sum, each with the parts its agencies contributed."""
    counts = {
        key: cell.value
        for key, cell in raw.items()
        if cell.value is not None and words.indicator(key.indicator).kind.is_count
    }
    values, parts = roll_up(counts, words, wanted=periods)
    return dict(raw) | {key: _sum(key, values[key], parts[key], raw) for key in parts}


def _sum(
    key: CellKey, value: Decimal, parts: Sequence[CellKey], raw: Mapping[CellKey, RawCell]
) -> RawCell:
    shares: dict[str, Decimal] = {}
    sources: set[Provenance] = set()
    for part in parts:
        sources |= set(raw[part].sources)
        for agency, amount in raw[part].parts:
            shares[agency] = shares.get(agency, Decimal(0)) + amount
    ordered = tuple(sorted(sources, key=str))
    return RawCell(key, value, parts=tuple(sorted(shares.items())), sources=ordered, derived=True)


def _observation(
    cell: RawCell, protected: Protected, words: Vocabulary, policy: Policy
) -> Observation:
    """Show a cell as the protection allows; readers learn suppressed, never which kind."""
    key, sources, made = cell.key, cell.sources, cell.derived
    if cell.value is None:
        status = _STATUS[cell.status or "x"]
        return Observation(key, status, reason=cell.reason, provenance=sources, derived=made)
    indicator = words.indicator(key.indicator)
    is_stated = indicator.stated and not indicator.kind.is_count
    unfit = is_stated and not may_be_shown(indicator, cell.value, cell.base, policy)
    if unfit or key in protected.hidden:
        return Observation(key, FigureStatus.SUPPRESSED, provenance=sources, derived=made)
    return Observation(
        key,
        FigureStatus.PUBLISHED,
        protected.rounded(key, cell.value),
        base=_base(cell, words, policy) if is_stated else None,
        provenance=sources,
        derived=made,
    )


def _base(cell: RawCell, words: Vocabulary, policy: Policy) -> Decimal | None:
    """The base of a stated figure, rounded where the policy rounds counts of people: the same
    count stands rounded beside it, and the two must not differ."""
    below = [
        words.indicator(term.indicator) for term in words.indicator(cell.key.indicator).denominator
    ]
    if cell.base is None or (below and not any(word.sensitive for word in below)):
        return cell.base
    return Decimal(rounded(int(cell.base), policy.base))
