"""What stated figures and shown counts tell together: stated figures in the one linked system.

A share over a known base is an interval on the counts above it. Counts that nobody returned stand
in the system as virtual cells with the count that the share gives (to within its rounding). Every
stated figure that passed by itself is then an inequality more, and the whole is attacked; the
figure nearest to a count that can be told too closely is withheld, until nothing can.
"""

import math
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from hub.disclosure import (
    Bound,
    CountTable,
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
from hub.errors import DisclosureError
from hub.release.collation import RawCell
from hub.release.stack import linked
from hub.release.stated import (
    Raw,
    above,
    below,
    interval,
    is_stated,
    known_sum,
    tells_a_count,
)
from hub.vocabulary import CellKey, Vocabulary
from hub.vocabulary.rows import Indicator


@dataclass(frozen=True, slots=True)
class Telling:
    """The sum of ``parts`` lies between ``low`` and ``high``, for whoever sees ``figure``."""

    figure: CellKey
    parts: tuple[CellKey, ...]
    low: Fraction = field(repr=False)
    high: Fraction = field(repr=False)

    def holds(self, counts: Mapping[CellKey, int]) -> bool:
        """Whether the counts, all of which must be given, fit."""
        return self.low <= sum(counts[part] for part in self.parts) <= self.high


@dataclass(frozen=True)
class Behind:
    """The counts behind stated figures: ``unprinted`` are those that nobody returned."""

    tellings: tuple[Telling, ...]
    unprinted: tuple[RawCell, ...] = field(repr=False)

    def relations(self, table: CountTable, shown: Collection[CellKey]) -> Iterator[Relation]:
        """What the shown figures tell, between the cells of a table."""
        for telling in self.tellings:
            places = [table.index.get(part) for part in telling.parts]
            if telling.figure in shown and None not in places:
                terms = tuple((place, 1) for place in places if place is not None)
                yield from _relations(telling, terms)


def _relations(telling: Telling, terms: tuple[tuple[int, int], ...]) -> Iterable[Relation]:
    return Bound(terms, telling.low, telling.high, f"{telling.figure}: as printed").relations()


def behind(raw: Raw, words: Vocabulary) -> Behind:
    """Everything that stated figures tell of counts. A figure that contradicts returned counts
    tells nothing here; it is judged by itself all the same."""
    found = {
        key: int(cell.value)
        for key, cell in raw.items()
        if cell.value is not None and words.indicator(key.indicator).kind.is_count
    }
    tellings, unprinted = [], []
    told = (t for cell in raw.values() for t in _tellings(cell, raw, words))
    for telling in sorted(told, key=lambda one: (one.high - one.low, one.figure, one.parts)):
        missing = [part for part in telling.parts if part not in found]
        if len(missing) > 1:
            continue
        for part in missing:
            count = _estimate(telling, found)
            if count is not None:
                found[part] = count
                unprinted.append(_unprinted(part, count, raw[telling.figure]))
        if all(part in found for part in telling.parts) and telling.holds(found):
            tellings.append(telling)
    return Behind(tuple(tellings), tuple(unprinted))


def _estimate(telling: Telling, found: Mapping[CellKey, int]) -> int | None:
    """The whole count nearest to the middle of what is told; None if there is none."""
    rest = sum(found.get(part, 0) for part in telling.parts)
    low, high = math.ceil(telling.low - rest), math.floor(telling.high - rest)
    if high < max(low, 0):
        return None
    middle = round((telling.low + telling.high) / 2 - rest)
    return min(max(middle, low, 0), high)


def _unprinted(part: CellKey, count: int, figure: RawCell) -> RawCell:
    """The agencies that returned the figure know the count."""
    value = Decimal(count)
    parts = tuple((agency, value) for agency, _ in figure.parts[:1])
    return RawCell(part, value, parts=parts, derived=True)


def _tellings(cell: RawCell, raw: Raw, words: Vocabulary) -> Iterator[Telling]:
    indicator, key = words.indicator(cell.key.indicator), cell.key
    if not is_stated(cell, words) or not indicator.sensitive or not tells_a_count(indicator):
        return
    top, bottom = above(indicator, key), below(indicator, key)
    value = cell.value or Decimal(0)
    base = known_sum(bottom, raw) if cell.base is None else cell.base
    if base is not None and _are_counts(top, words):
        low, high = interval(indicator, value, base)
        yield Telling(key, tuple(top), Fraction(low), Fraction(high))
    elif base is None and _are_counts(bottom, words):
        known = known_sum(top, raw)
        if known is not None:
            yield from _of_base(indicator, key, value, known, bottom)


def _of_base(
    indicator: Indicator, key: CellKey, value: Decimal, top: Decimal, bottom: Sequence[CellKey]
) -> Iterator[Telling]:
    """A printed count and its share tell the base."""
    least, most = (Fraction(end) for end in interval(indicator, value, Decimal(1)))
    if least > 0:
        yield Telling(key, tuple(bottom), Fraction(top) / most, Fraction(top) / least)


def _are_counts(parts: Sequence[CellKey], words: Vocabulary) -> bool:
    known = [words.indicator(part.indicator) for part in parts]
    return bool(known) and all(word.kind.is_count and word.sensitive for word in known)


Shown = Callable[[int], bool]


def too_telling(
    table: CountTable, policy: Policy, is_shown: Shown, told: Behind, figures: Collection[CellKey]
) -> frozenset[CellKey]:
    """The stated figures, of those to be shown, that must be withheld.

    ``table`` is everything ever released with the counts of this release first; ``is_shown``
    says of a place whether this release shows it.

    Raises:
        DisclosureError: a count can be told too closely even without any of them.
    """
    table = with_parts(table)
    left = {
        figure: relations
        for figure in sorted(figures)
        if (relations := tuple(told.relations(table, {figure})))
    }
    gone: set[CellKey] = set()
    work = _Work(table, policy, is_shown)
    while left:
        broken = work.broken([one for relations in left.values() for one in relations])
        if not broken:
            break
        for place, words in broken.items():
            near = work.nearest(place, left)
            if near is None:
                name = table.cells[place].key
                raise DisclosureError(
                    f"Stated figures shown before give {name} away.", explanations=(words,)
                )
            gone.add(near)
        left = {figure: found for figure, found in left.items() if figure not in gone}
    return frozenset(gone)


class _Work:
    """The attack on counts and stated figures together, where there are any."""

    def __init__(self, table: CountTable, policy: Policy, is_shown: Shown) -> None:
        self.table, self.policy = table, policy
        told = tuple(
            told_of(cell, policy, shown=is_shown(place)) for place, cell in enumerate(table.cells)
        )
        self.published = PublishedTable(tuple(cell.key for cell in table.cells), told)
        self.open = [low != high for low, high in told]
        self.ties = [self._tie(relation) for relation in table.relations]

    def _tie(self, relation: Relation) -> list[int]:
        return [cell for cell, _ in relation.terms if self.open[cell]]

    def broken(self, more: Sequence[Relation]) -> dict[int, str]:
        """Small counts, linked with a stated figure, that can be told too closely; with why."""
        touched = {cell for relation in more for cell in self._tie(relation)}
        ties = [*self.ties, *map(self._tie, more)]
        groups = linked((at for at, loose in enumerate(self.open) if loose), filter(None, ties))
        near = {place for group in groups if not touched.isdisjoint(group) for place in group}
        targets = [place for place in sensitive_cells(self.table, self.policy) if place in near]
        knowledge = [*self.table.knowledge, *more]
        attackers = [Observer(tuple(m), known) for _, known, m in observers(self.table, targets)]
        reports = attack_each(self.published, knowledge, self.policy, attackers)
        found = {one.place: one.explanation for report in reports for one in report.broken}
        return dict(sorted(found.items()))

    def nearest(self, place: int, left: Mapping[CellKey, Sequence[Relation]]) -> CellKey | None:
        """The figure fewest relations away from a count."""
        naming: dict[int, list[int]] = {}
        for number, tie in enumerate(self.ties):
            for cell in tie:
                naming.setdefault(cell, []).append(number)
        of: dict[int, CellKey] = {}
        for figure, relations in left.items():
            for cell in (cell for relation in relations for cell in self._tie(relation)):
                of.setdefault(cell, figure)
        seen, queue = {place}, deque([place])
        while queue:
            at = queue.popleft()
            if at in of:
                return of[at]
            for cell in (c for number in naming.get(at, ()) for c in self.ties[number]):
                if cell not in seen:
                    seen.add(cell)
                    queue.append(cell)
        return None
