"""What every rule looks at: the return, the words, today, and each observation resolved once."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import compress

from hub.errors import PeriodError
from hub.returns import Address, Columns, Finding, Past, Reported, Return, Series, series_of
from hub.vocabulary import Period, PeriodKind, Term, Vocabulary, parse_period
from hub.vocabulary.rows import Indicator

Place = tuple[str, str]
"""Area and period of a figure."""


@dataclass(frozen=True)
class Context:
    """One return under judgement. ``previous`` is the same agency's return a period earlier.

    A return says few things thousands of times: rules look at each thing once.
    """

    return_: Return = field(repr=False)
    words: Vocabulary = field(repr=False)
    today: date
    previous: Past | None = field(default=None, repr=False)

    @property
    def observations(self) -> tuple[Reported, ...]:
        """Every observation, in the order it came."""
        return self.return_.observations

    @cached_property
    def period(self) -> Period | None:
        """The return's own period, or ``None`` when it cannot be read."""
        return readable_period(self.return_.period)

    @property
    def columns(self) -> Columns:
        """The same, field by field."""
        return self.return_.columns

    def judged(
        self,
        judge: Callable[[Reported], Iterator[Finding]],
        *fields: Sequence[Hashable],
    ) -> Iterator[Finding]:
        """Judge every observation that may be at fault, in the order they came.

        ``fields`` are, as columns, all of an observation that decides whether ``judge`` finds
        something. One of each kind is judged; the others only where that one is at fault.
        """
        kinds = list(zip(*fields, strict=True))
        examples = dict(zip(kinds, self.observations, strict=True))
        faults = {kind: tuple(judge(item)) for kind, item in examples.items()}
        if not any(faults.values()):
            return
        for kind, item in zip(kinds, self.observations, strict=True):
            if faults[kind]:
                yield from faults[kind] if item is examples[kind] else judge(item)

    @cached_property
    def indicators(self) -> Mapping[str, Indicator]:
        """The indicators that the return names and the vocabulary knows."""
        named = set(self.columns.indicator)
        known = self.words.indicators
        return {code: known[code] for code in named if code in known}

    @cached_property
    def areas(self) -> frozenset[str]:
        """The areas that the return names."""
        return frozenset(self.columns.area)

    @cached_property
    def periods(self) -> Mapping[str, Period]:
        """The periods that the return names and that can be read."""
        named = set(self.columns.period)
        found = {text: readable_period(text) for text in named}
        return {text: period for text, period in found.items() if period is not None}

    @cached_property
    def figures(self) -> Mapping[Address, Reported]:
        """The observations that hold a value, by address; the first of a duplicate counts."""
        valued = [value is not None for value in self.columns.value]
        items = list(compress(self.observations, valued))
        places = list(compress(self.addresses, valued))
        found = dict(zip(places, items, strict=True))
        if len(found) < len(items):
            for place, item in zip(reversed(places), reversed(items), strict=True):
                found[place] = item
        return found

    @cached_property
    def addresses(self) -> Sequence[Address]:
        """The address of each observation."""
        one = self.columns
        return list(zip(one.indicator, one.area, one.period, one.breakdown, strict=True))

    @cached_property
    def places(self) -> Mapping[Place, Collection[str]]:
        """The indicators with figures in each area and period, in the order they came."""
        found: dict[Place, dict[str, None]] = defaultdict(dict)
        for indicator, area, period, _ in self.figures:
            found[area, period][indicator] = None
        return found

    @cached_property
    def series(self) -> Mapping[Series, tuple[tuple[Period, Reported], ...]]:
        """The figures of each series over time, by start and end.

        Left out are series of months alone: nothing in them fills, or runs up to, another.
        """
        longer = {text for text, one in self.periods.items() if one.kind is not PeriodKind.MONTH}
        if not longer:
            return {}
        found: dict[Series, list[tuple[Period, Reported]]] = defaultdict(list)
        reaching: set[Series] = set()
        for item in self.figures.values():
            period = self.periods.get(item.period)
            if period is not None:
                where = series_of(item)
                found[where].append((period, item))
                if item.period in longer:
                    reaching.add(where)
        return {
            where: tuple(sorted(items, key=lambda pair: pair[0].months))
            for where, items in found.items()
            if len(items) > 1 and where in reaching
        }

    def value(self, term: Term, area: str, period: str) -> Decimal | None:
        """The value of a term at a place, if one was given."""
        item = self.figure(term, area, period)
        return item.value if item else None

    def figure(self, term: Term, area: str, period: str) -> Reported | None:
        """The observation of a term at a place, if it holds a value."""
        return self.figures.get((term.indicator, area, period, term.breakdown))


def readable_period(text: str) -> Period | None:
    """The period a string names, or ``None``; the period rules say what is wrong with it."""
    try:
        return parse_period(text)
    except PeriodError:
        return None


def amount(item: Reported) -> Decimal:
    """The value of a figure that holds one."""
    return item.value if item.value is not None else Decimal(0)
