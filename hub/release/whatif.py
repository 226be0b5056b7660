"""What another policy or coarser tables would cost, before anyone chooses them.

Pure: the raw table is protected again under each alternative, on top of everything published
before and with the attack on the result, as preparing it would; only the numbers of cells shown
and hidden are kept. An alternative that cannot follow the releases already published, or that the
attack breaks, is called impossible.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import zip_longest

from hub.disclosure import CountTable, Method, Policy, Progress
from hub.errors import DisclosureError
from hub.protected.observations import Cells
from hub.release.coarsening import Raw, lossy_dimensions, merged, whole_years, without
from hub.release.protection import Earlier, is_count, protect_counts, table_of
from hub.vocabulary import CellKey, Vocabulary

Seconds = Callable[[], float]

SECONDS = 45.0
"""How long a comparison may take in all."""

CUSTOM = ((5, 1), (8, 5), (10, 5))
"""Thresholds and rounding bases worth knowing the cost of: the usual local rule, the NHS's and
OpenSAFELY's (7 and below withheld, rounded to 5), and the hub's own for the public."""

MOST_DIMENSIONS = 5


class Outcome(StrEnum):
    """How measuring an alternative ended."""

    DONE = "DONE"
    NOT_FINISHED = "NOT_FINISHED"
    IMPOSSIBLE = "IMPOSSIBLE"
    """Nothing keeps the promise: not beside the earlier releases, or not against the attack."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to release the same returns. ``shown`` and ``hidden`` are numbers of cells, None
    unless the outcome is done."""

    title: str
    outcome: Outcome
    shown: int | None = None
    hidden: int | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    title: str
    policy: Policy
    raw: Raw = field(repr=False)
    words: Vocabulary = field(repr=False)


class _LateError(Exception):
    """The time is up."""


@dataclass
class _Watch:
    """Stops the work at the deadline; the protection calls it at every step."""

    deadline: float
    seconds: Seconds

    def check(self, *_: object) -> None:
        if self.seconds() > self.deadline:
            raise _LateError


def alternatives(
    raw: Raw,
    words: Vocabulary,
    policy: Policy,
    *,
    past: Sequence[Earlier] = (),
    partner: Cells | None = None,
    limit: float = SECONDS,
    seconds: Seconds = time.monotonic,
    progress: Progress | None = None,
) -> tuple[Alternative, ...]:
    """Measure the policy in force; then other policies, and coarser tables under the one in force,
    in turn.

    ``raw`` is everything signed off on one table, sums included; ``past`` are the earlier releases
    of the audience; ``partner`` what the partners' release shows, when the release is a public
    one. Methods other than suppression are not measured. After ``limit`` seconds the alternatives
    left are named and not measured. ``progress`` is told how many of them are done.
    """
    watch = _Watch(seconds() + limit, seconds)
    work = _Comparison(words, past, partner, watch)
    cases = list(_policies(raw, words, policy))
    found = [work.measure(case) for case in cases[:1]]
    cases[1:] = _in_turn(cases[1:], list(_coarser(raw, words, policy, work.hidden)))
    for done, case in enumerate(cases[1:], start=1):
        if progress is not None:
            progress("compare", done, len(cases))
        found.append(work.measure(case))
    if progress is not None:
        progress("compare", len(cases), len(cases))
    return tuple(found)


def _in_turn(first: Sequence[_Case], second: Sequence[_Case]) -> list[_Case]:
    """One of each in turn, so that a comparison cut short has measured some of both kinds."""
    pairs = zip_longest(first, second)
    return [case for pair in pairs for case in pair if case is not None]


def _policies(raw: Raw, words: Vocabulary, policy: Policy) -> Iterator[_Case]:
    own = "The policy of this release"
    if policy.method is not Method.SUPPRESSION:
        own = "Suppression instead"
        policy = replace(policy, version="what-if", method=Method.SUPPRESSION, perturbation="")
    yield _Case(f"{own}: {_rule(policy)}", policy, raw, words)
    for threshold, base in CUSTOM:
        other = replace(policy, version="what-if", threshold=threshold, base=base, high=0)
        if (threshold, base) != (policy.threshold, policy.base):
            yield _Case(f"Another policy: {_rule(other)}", other, raw, words)
    turned = replace(policy, version="what-if", zeros_sensitive=not policy.zeros_sensitive)
    yield _Case(f"Another policy: {_rule(turned)}", turned, raw, words)


def _rule(policy: Policy) -> str:
    rounding = "others exact" if policy.base == 1 else f"others rounded to {policy.base}"
    zeros = ", zeros hidden too" if policy.zeros_sensitive else ""
    return f"1 to {policy.threshold - 1} hidden{zeros}, {rounding}"


def _coarser(
    raw: Raw, words: Vocabulary, policy: Policy, hidden: frozenset[CellKey]
) -> Iterator[_Case]:
    """Coarser tables, only where cells are hidden now."""
    for dimension in lossy_dimensions(hidden)[:MOST_DIMENSIONS]:
        known = words.dimensions.get(dimension)
        title = known.title if known else dimension
        union = merged(raw, words, dimension)
        if union is not None:
            name = f"Coarser: neighbouring bands of “{title}” put together"
            yield _Case(name, policy, union.raw, union.words)
        yield _Case(f"Coarser: no breakdown by “{title}”", policy, without(raw, dimension), words)
    years = whole_years(raw)
    if hidden - years.keys():
        yield _Case("Coarser: whole years only, no months or quarters", policy, years, words)


@dataclass
class _Comparison:
    """Measures one case after another. ``hidden`` are the cells that the first one hides."""

    words: Vocabulary
    past: Sequence[Earlier]
    partner: Cells | None
    watch: _Watch
    hidden: frozenset[CellKey] = frozenset()
    _table: tuple[Raw, CountTable] | None = None

    def measure(self, case: _Case) -> Alternative:
        """Protect and attack one case, and count."""
        with suppress(_LateError):
            self.watch.check()
            try:
                made = protect_counts(
                    case.raw,
                    case.words,
                    case.policy,
                    self._past(case),
                    self.partner,
                    self.watch.check,
                    table=self._table_of(case),
                )
            except DisclosureError:
                return Alternative(case.title, Outcome.IMPOSSIBLE)
            return self._count(case, frozenset(made.hidden))
        return Alternative(case.title, Outcome.NOT_FINISHED)

    def _table_of(self, case: _Case) -> CountTable:
        """The linked table; policies alone do not change it, so it is made once for them all."""
        if self._table is not None and self._table[0] is case.raw:
            return self._table[1]
        made = table_of(case.raw, case.words, self.partner)
        self._table = self._table or (case.raw, made)
        self.watch.check()
        return made

    def _past(self, case: _Case) -> list[Earlier]:
        """Under coarser words, what was published keeps the sums of the finer ones."""
        if case.words is self.words:
            return list(self.past)
        return [replace(one, then=one.then or (one.raw, self.words)) for one in self.past]

    def _count(self, case: _Case, gone: frozenset[CellKey]) -> Alternative:
        cells = sum(is_count(cell, case.words) for cell in case.raw.values())
        self.hidden = self.hidden or gone
        return Alternative(case.title, Outcome.DONE, cells - len(gone), len(gone))
