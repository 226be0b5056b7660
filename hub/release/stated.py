"""Figures returned as printed, without their counts: what they tell about the counts behind them.

A share printed to one decimal over a known base is an interval on its numerator. It is shown only
if that interval keeps the promise: the numerator is plainly not small, or plainly zero, or it may
be anything from 1 up to the threshold. The same must hold for what is left over of the base, and
for the base itself. Where one category of a partition must be withheld, another is too: the rest
would add up to it. Where the release hides a count that the share is made of, the share goes too.
What several shares and counts tell together is judged by :mod:`hub.release.shares`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from hub.disclosure import Policy
from hub.errors import PeriodError
from hub.release.collation import RawCell
from hub.vocabulary import Breakdown, CellKey, Term, Vocabulary, parse_period
from hub.vocabulary.rows import Formula, Indicator, Kind

Raw = Mapping[CellKey, RawCell]


def is_stated(cell: RawCell, words: Vocabulary) -> bool:
    """Whether a cell holds a figure as its agency printed it."""
    return cell.value is not None and not words.indicator(cell.key.indicator).kind.is_count


def withheld(
    raw: Raw, words: Vocabulary, policy: Policy, hidden: Collection[CellKey]
) -> frozenset[CellKey]:
    """Every stated figure that may not be shown, given which counts the release hides."""
    groups: dict[tuple[object, ...], list[CellKey]] = defaultdict(list)
    unfit = set[CellKey]()
    for key, cell in raw.items():
        if is_stated(cell, words):
            for group in _partitions(key, words):
                groups[group].append(key)
            if not _fits(cell, raw, words, policy, hidden):
                unfit.add(key)
    before = -1
    while len(unfit) > before:
        before = len(unfit)
        for keys in groups.values():
            unfit |= _complement(keys, unfit, raw, words, policy)
    return frozenset(unfit)


def _complement(
    keys: Collection[CellKey],
    unfit: Collection[CellKey],
    raw: Raw,
    words: Vocabulary,
    policy: Policy,
) -> set[CellKey]:
    """The smallest further categories to withhold, so that what is missing from the whole does
    not tell a withheld category: at least two of them, together well above the threshold."""
    gone = {key for key in keys if key in unfit}
    if not gone:
        return set()
    shares = {key: _count(raw[key], raw, words) for key in keys}
    for key in sorted(set(keys) - gone, key=lambda key: (shares[key], key)):
        if len(gone) > 1 and sum(shares[one] for one in gone) >= policy.high + 1:
            break
        gone.add(key)
    return gone


def _count(cell: RawCell, raw: Raw, words: Vocabulary) -> Decimal:
    """About how many the share stands for; nothing if its base is not known."""
    base = _base(cell, raw, words) or Decimal(0)
    return _times(words.indicator(cell.key.indicator), cell.value or Decimal(0)) * base


def _partitions(key: CellKey, words: Vocabulary) -> Iterable[tuple[object, ...]]:
    """The partitions that a figure is one category of: by its own breakdown, or because it is
    the share of one category (an indicator for each referral source, say)."""
    indicator = words.indicator(key.indicator)
    place = key.area, key.period
    yield from _cuts((key.indicator, *place), key.breakdown, words)
    if len(indicator.numerator) == 1:
        term = indicator.numerator[0]
        name = (term.indicator, indicator.denominator, key.breakdown, *place)
        yield from _cuts(name, term.breakdown, words)


def _cuts(
    name: tuple[object, ...], breakdown: Breakdown, words: Vocabulary
) -> Iterable[tuple[object, ...]]:
    for dimension, _ in breakdown:
        if words.dimensions[dimension].partition:
            rest = tuple(pair for pair in breakdown if pair[0] != dimension)
            yield (*name, rest, dimension)


def _fits(
    cell: RawCell, raw: Raw, words: Vocabulary, policy: Policy, hidden: Collection[CellKey]
) -> bool:
    indicator, key = words.indicator(cell.key.indicator), cell.key
    if not indicator.sensitive:
        return True
    if any(part in hidden for part in (*above(indicator, key), *below(indicator, key))):
        return False
    return may_be_shown(indicator, cell.value or Decimal(0), _base(cell, raw, words), policy)


def above(indicator: Indicator, key: CellKey) -> list[CellKey]:
    """The counts that a figure is a share of its base of; this year's, of a change."""
    return _at(indicator.numerator, key)


def below(indicator: Indicator, key: CellKey) -> list[CellKey]:
    """The counts that a figure is over; last year's, of a change."""
    if indicator.formula is not Formula.CHANGE:
        return _at(indicator.denominator, key)
    try:
        before = parse_period(key.period).year_before().id
    except PeriodError:
        return []
    return _at(indicator.numerator, replace(key, period=before))


def known_sum(parts: Sequence[CellKey], raw: Raw) -> Decimal | None:
    """The sum of counts, if all of them were returned."""
    values = [raw[part].value if part in raw else None for part in parts]
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(values) else None


def _base(cell: RawCell, raw: Raw, words: Vocabulary) -> Decimal | None:
    """The base printed with the figure, or the count that it is a share of, or else what the
    count above it gives it away to be."""
    indicator, value = words.indicator(cell.key.indicator), cell.value or Decimal(0)
    if cell.base is not None:
        return cell.base
    base = known_sum(below(indicator, cell.key), raw)
    if base is not None:
        return base
    top, times = known_sum(above(indicator, cell.key), raw), _times(indicator, value)
    return top / times if top is not None and times > 0 else None


def _times(indicator: Indicator, value: Decimal) -> Decimal:
    """What the base is multiplied with to give the count above it."""
    part = value / Decimal(str(indicator.per))
    return part + 1 if indicator.formula is Formula.CHANGE else part


def interval(indicator: Indicator, value: Decimal, base: Decimal) -> tuple[Decimal, Decimal]:
    """Between which counts the one above the base lies, half a unit of the last decimal allowed
    to both sides, ends included."""
    half = Decimal(5).scaleb(-indicator.decimals - 1)
    low, high = (_times(indicator, end) * base for end in (value - half, value + half))
    return max(Decimal(0), low), high


def _at(terms: Iterable[Term], key: CellKey) -> list[CellKey]:
    """The counts behind a figure, by the figure's own breakdown too."""
    return [
        CellKey(
            term.indicator,
            key.area,
            key.period,
            tuple(sorted({**dict(key.breakdown), **dict(term.breakdown)}.items())),
        )
        for term in terms
    ]


def may_be_shown(
    indicator: Indicator, value: Decimal, base: Decimal | None, policy: Policy
) -> bool:
    """Whether a stated figure may be shown under the policy, judged by itself."""
    if not indicator.sensitive or base is None:
        return True
    if 0 < base < policy.threshold:
        return False
    if not tells_a_count(indicator):
        return True
    low, high = interval(indicator, value, base)
    if indicator.kind is not Kind.PERCENT or indicator.formula is Formula.CHANGE:
        return _is_open(low, high, policy)
    left = max(Decimal(0), base - high), max(Decimal(0), base - low)
    return _is_open(low, high, policy) and _is_open(*left, policy)


def tells_a_count(indicator: Indicator) -> bool:
    """Whether a figure times its base is a count of people or cases: of a mean, only if what is
    averaged is one (a mean age times the clients is nobody)."""
    if indicator.kind is Kind.MEAN:
        return bool(indicator.numerator)
    return indicator.kind in (Kind.PERCENT, Kind.RATE)


def _is_open(low: Decimal, high: Decimal, policy: Policy) -> bool:
    not_small = low >= policy.threshold
    zero = high < 1 and not policy.zeros_sensitive
    wide = low <= policy.low and high >= policy.high
    return not_small or zero or wide
