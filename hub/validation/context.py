"""What every rule looks at: the return, the words, today, and each observation resolved once."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from hub.errors import PeriodError
from hub.returns import Reported, Return
from hub.vocabulary import Breakdown, CellKey, Period, Vocabulary, parse_period
from hub.vocabulary.rows import Indicator

Place = tuple[str, str]
"""Area and period of a figure."""


@dataclass(frozen=True)
class Context:
    """One return under judgement. ``previous`` is the same agency's return a period earlier."""

    return_: Return = field(repr=False)
    words: Vocabulary = field(repr=False)
    today: date
    previous: Return | None = field(default=None, repr=False)

    @property
    def observations(self) -> tuple[Reported, ...]:
        """Every observation, in the order it came."""
        return self.return_.observations

    @cached_property
    def period(self) -> Period | None:
        """The return's own period, or ``None`` when it cannot be read."""
        return readable_period(self.return_.period)

    def known(self) -> Iterator[tuple[Reported, Indicator]]:
        """Observations of indicators the vocabulary knows, with the indicator."""
        for item in self.observations:
            indicator = self.words.indicators.get(item.indicator)
            if indicator is not None:
                yield item, indicator

    @cached_property
    def figures(self) -> Mapping[CellKey, Reported]:
        """The observations that hold a value, by address; the first of a duplicate counts."""
        found: dict[CellKey, Reported] = {}
        for item in self.observations:
            if item.value is not None:
                found.setdefault(item.key, item)
        return found

    @cached_property
    def places(self) -> Mapping[Place, tuple[Reported, ...]]:
        """The figures of each area and period."""
        found: dict[Place, list[Reported]] = defaultdict(list)
        for item in self.figures.values():
            found[item.area, item.period].append(item)
        return {place: tuple(items) for place, items in found.items()}

    @cached_property
    def series(self) -> Mapping[tuple[str, str, Breakdown], tuple[tuple[Period, Reported], ...]]:
        """The figures of each indicator, area and breakdown over time, by start and end."""
        found: dict[tuple[str, str, Breakdown], list[tuple[Period, Reported]]] = defaultdict(list)
        for item in self.figures.values():
            period = readable_period(item.period)
            if period:
                found[item.indicator, item.area, item.breakdown].append((period, item))
        return {
            key: tuple(sorted(items, key=lambda pair: pair[0].months))
            for key, items in found.items()
            if len(items) > 1
        }

    def value(self, key: CellKey) -> Decimal | None:
        """The value at an address, if one was given."""
        item = self.figures.get(key)
        return item.value if item else None


def readable_period(text: str) -> Period | None:
    """The period a string names, or ``None``; the period rules say what is wrong with it."""
    try:
        return parse_period(text)
    except PeriodError:
        return None


def amount(item: Reported) -> Decimal:
    """The value of a figure that holds one."""
    return item.value if item.value is not None else Decimal(0)
