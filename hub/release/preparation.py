"""From signed-off returns to a protected release: a pure chain of steps, ending with an attack."""

import hashlib
import json
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import TypeAlias

from hub.disclosure import Method, Policy, Progress
from hub.protected.figures import FigureStatus
from hub.protected.observations import Observation, Provenance
from hub.release.collation import RawCell, collate, return_periods
from hub.release.derivation import derived
from hub.release.drafts import ReportLine, cell_columns
from hub.release.families import changed_indicators, only_of
from hub.release.protection import Earlier, Protected, protect_counts
from hub.release.shares import behind
from hub.release.stated import is_stated, withheld
from hub.returns import Reported
from hub.statistics.rollup import roll_up
from hub.submissions.revisions import SignedOff
from hub.vocabulary import CellKey, Vocabulary
from hub.vocabulary.rows import Indicator

_STATUS = {"x": FigureStatus.NOT_AVAILABLE, "z": FigureStatus.NOT_APPLICABLE}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A release ready to be judged: its content and the steward's report."""

    cells: tuple[Observation, ...]
    report: tuple[ReportLine, ...] = field(repr=False)
    public: Mapping[str, str] = field(default_factory=dict)
    """The method and its settings, as published with the release."""
    content_hash: str = field(init=False)
    """SHA-256 over the content in its stored order; worked out where the release is prepared."""

    def __post_init__(self) -> None:
        rows = [cell_columns(cell) for cell in self.cells]
        text = json.dumps(rows, sort_keys=True, default=str, separators=(",", ":"))
        object.__setattr__(self, "content_hash", hashlib.sha256(text.encode()).hexdigest())


@dataclass(frozen=True)
class Vintage:
    """An earlier release of the audience as the stores keep it."""

    release: str
    policy_version: str
    vocabulary_version: str
    signed: tuple[SignedOff, ...] = field(repr=False)
    shown: tuple[Observation, ...] = field(repr=False)
    report: tuple[ReportLine, ...] = field(default=(), repr=False)
    policy: Policy | None = None
    words: Vocabulary | None = field(default=None, repr=False)
    """The vocabulary of its time, if it is known and another than today's."""

    @cached_property
    def values(self) -> dict[CellKey, Decimal]:
        """What it showed."""
        return {item.key: item.value for item in self.shown if item.value is not None}

    @cached_property
    def revised(self) -> frozenset[CellKey]:
        """What it marked as revised."""
        return frozenset(item.key for item in self.shown if "r" in item.marks)


def prepare(
    signed: Sequence[SignedOff],
    words: Vocabulary,
    policy: Policy,
    history: Sequence[Vintage] = (),
    partner: Sequence[Observation] | None = None,
    progress: Progress | None = None,
    secret: bytes = b"",
    *,
    processes: int = 1,
) -> Prepared:
    """Collate, roll up, protect, derive; the protection attacks its own result.

    ``history`` are the earlier releases of the audience, oldest first: the last one whole, of
    the others only the indicators of :func:`to_decide` are used. ``partner`` is what the
    partners' release shows that a public one is made from; ``secret`` is for methods that draw.
    At most ``processes`` are used.

    Raises:
        ConflictError: returns contradict each other.
        DisclosureError: something cannot be protected, or the attack broke the result.
    """
    raw = raw_of(signed, words)
    seen = None if partner is None else {item.key: item for item in partner}
    anew = to_decide(signed, words, policy, history)
    past = earlier_ones(history, words, anew)
    protected = protect_counts(
        raw,
        words,
        policy,
        past,
        seen,
        progress,
        secret,
        anew=anew,
        processes=processes,
        explain=True,
    )
    gone = _withheld(raw, words, protected, seen) | _still_withheld(history, anew)
    shown = {key: _observation(cell, protected, gone, words) for key, cell in raw.items()}
    cells = [_marked(item, history, anew) for item in derived(shown, words).values()]
    return Prepared(tuple(sorted(cells, key=_order)), protected.report, protected.public)


def _withheld(
    raw: Mapping[CellKey, RawCell],
    words: Vocabulary,
    protected: Protected,
    seen: Mapping[CellKey, Observation] | None,
) -> frozenset[CellKey]:
    """What is not shown besides hidden counts: stated figures that tell too much, by themselves
    or with all the rest, and whatever partners do not see."""
    policy = protected.policy
    gone = set(withheld(raw, words, policy, protected.hidden))
    if seen is not None:
        gone |= {
            key for key in raw if key not in seen or seen[key].status is FigureStatus.SUPPRESSED
        }
    stated = {key for key, cell in raw.items() if is_stated(cell, words)} - gone
    stated = {key for key in stated if protected.is_anew(key)}
    if protected.printed is not None:
        return frozenset(gone | {key for key in stated if words.indicator(key.indicator).sensitive})
    open_ = {key: cell for key, cell in raw.items() if protected.is_anew(key)}
    return frozenset(gone | protected.narrowing(behind(open_, words), stated))


def _still_withheld(history: Sequence[Vintage], anew: Collection[str] | None) -> frozenset[CellKey]:
    """What the last release withheld of the families that nobody has touched since."""
    return frozenset(
        item.key
        for one in history[-1:]
        for item in one.shown
        if anew is not None
        and item.key.indicator not in anew
        and item.status is FigureStatus.SUPPRESSED
    )


def to_decide(
    signed: Sequence[SignedOff], words: Vocabulary, policy: Policy, history: Sequence[Vintage]
) -> frozenset[str] | None:
    """The indicators to be decided anew; None is all, as under another policy or vocabulary."""
    last = history[-1] if history else None
    if last is None or policy.method is not Method.SUPPRESSION:
        return None
    if (last.policy_version, last.vocabulary_version) != (policy.version, words.version):
        return None
    known = [words, *(one.words for one in history if one.words is not None)]
    return changed_indicators(signed, last.signed, known)


def earlier_ones(
    history: Sequence[Vintage], words: Vocabulary, anew: Collection[str] | None = None
) -> list[Earlier]:
    """Earlier releases as far as what is decided anew can be linked with them (None is all).

    Most releases in a row are made from the same returns of a family: they share one table.
    """
    tables: dict[Hashable, tuple[_Raw, tuple[_Raw, Vocabulary] | None]] = {}
    found = []
    for one in history:
        signed = list(one.signed) if anew is None else only_of(one.signed, anew)
        name = one.vocabulary_version, _content(signed)
        if name not in tables:
            tables[name] = _tables(signed, one.words, words)
        raw, then = tables[name]
        shown = {item.key: item for item in one.shown}
        found.append(
            Earlier(
                one.release,
                one.policy_version,
                one.vocabulary_version,
                raw,
                shown,
                one.report,
                one.policy,
                then,
            )
        )
    return found


_Raw: TypeAlias = Mapping[CellKey, RawCell]


def _tables(
    signed: Sequence[SignedOff], then: Vocabulary | None, words: Vocabulary
) -> tuple[_Raw, tuple[_Raw, Vocabulary] | None]:
    """Everything on one table in today's words, and in those of its time if they were others."""
    if then is None:
        return raw_of(signed, words), None
    return raw_of(_in_words(signed, words), words), (raw_of(signed, then), then)


def _content(signed: Sequence[SignedOff]) -> Hashable:
    """What the table of these returns is made from."""
    used = (one.revision for one in signed if one.observations)
    return frozenset(return_periods(signed)), tuple((one.return_id, one.number) for one in used)


def _in_words(signed: Sequence[SignedOff], words: Vocabulary) -> list[SignedOff]:
    """What today's vocabulary can still say of earlier returns."""
    return [
        replace(one, observations=tuple(item for item in one.observations if _known(item, words)))
        for one in signed
    ]


def _known(item: Reported, words: Vocabulary) -> bool:
    key = item.key
    return (
        key.indicator in words.indicators
        and key.area in words.areas
        and all(category in words.categories.get(d, {}) for d, category in key.breakdown)
    )


def raw_of(signed: Sequence[SignedOff], words: Vocabulary) -> dict[CellKey, RawCell]:
    """Everything signed off on one table, sums included, before protection."""
    return rolled_up(collate(signed, words), return_periods(signed), words)


def _marked(
    item: Observation, history: Sequence[Vintage], anew: Collection[str] | None
) -> Observation:
    """Mark a figure that some earlier release showed with another value as revised.

    Only what is shown now and was shown then: that a hidden figure changed tells about it. What
    nobody has touched since the last release is marked as it was there.
    """
    if item.value is None:
        return item
    if anew is None or item.key.indicator in anew:
        shown = (one.values.get(item.key) for one in history)
        is_revised = any(value is not None and value != item.value for value in shown)
    else:
        is_revised = item.key in history[-1].revised
    return replace(item, marks="".join(sorted({*item.marks, "r"}))) if is_revised else item


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
    sources = {
        key: {str(source): source for source in raw[key].sources}
        for key in {part for found in parts.values() for part in found}
    }
    return dict(raw) | {key: _sum(key, values[key], parts[key], raw, sources) for key in parts}


def _sum(
    key: CellKey,
    value: Decimal,
    parts: Sequence[CellKey],
    raw: Mapping[CellKey, RawCell],
    sources: Mapping[CellKey, Mapping[str, Provenance]],
) -> RawCell:
    """A sum with what each agency added to it. ``sources`` are those of each part, by their text:
    that is what they are put in order by, and sums over hundreds of parts share them."""
    shares: dict[str, Decimal] = {}
    behind_it: dict[str, Provenance] = {}
    for part in parts:
        behind_it |= sources[part]
        for agency, amount in raw[part].parts:
            shares[agency] = shares.get(agency, Decimal(0)) + amount
    ordered = tuple(behind_it[text] for text in sorted(behind_it))
    return RawCell(key, value, parts=tuple(sorted(shares.items())), sources=ordered, derived=True)


def _observation(
    cell: RawCell,
    protected: Protected,
    gone: Collection[CellKey],
    words: Vocabulary,
) -> Observation:
    """Show a cell as the protection allows; readers learn suppressed, never which kind."""
    key, sources, made = cell.key, cell.sources, cell.derived
    if cell.value is None:
        status = _STATUS[cell.status or "x"]
        return Observation(key, status, reason=cell.reason, provenance=sources, derived=made)
    if key in protected.hidden or key in gone:
        return Observation(key, FigureStatus.SUPPRESSED, provenance=sources, derived=made)
    indicator, base = words.indicator(key.indicator), None
    people = indicator.sensitive and indicator.kind.is_count
    if is_stated(cell, words) and cell.base is not None:
        base = protected.rounded(cell.base, people=_base_is_people(indicator, words))
    value, marks = protected.number(cell, people=people), protected.marks(key)
    return Observation(
        key, FigureStatus.PUBLISHED, value, marks, None, base, provenance=sources, derived=made
    )


def _base_is_people(indicator: Indicator, words: Vocabulary) -> bool:
    """Whether a stated share's base counts people: then it stands rounded beside the share."""
    below = [words.indicator(term.indicator) for term in indicator.denominator]
    return not below or any(word.sensitive for word in below)
