"""Rules that compare a return with what the agency sent before: changes, removals, outliers.

They ask, they never refuse: a correction is a change too. Differences of less than
:data:`LEAST` are never asked about, so that small counts, which jump about by nature, do not
flood an agency with questions.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import fmean, median

from hub.returns import Address, Finding, Past, Reported, Severity, address_of
from hub.validation.findings import RuleCode, finding
from hub.vocabulary import Breakdown

TOLERANCE = Decimal("0.2")
"""A figure may differ from the revision before by this share of it without being asked about."""
LEAST = 10
"""Differences in units that are never asked about."""
CUTOFF = 3.5
"""Modified z-scores beyond it are outliers (Iglewicz and Hoaglin, 1993, page 11)."""
FEWEST = 6
"""Fewest earlier values that say what is usual."""

Values = Sequence[float] | Sequence[Decimal]
Place = tuple[str, str, Breakdown, int]
"""Indicator, area, breakdown and length of the period in months."""
Usual = Mapping[Place, Values]
"""Earlier values, each series and length by itself."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the agency sent before: the revision to compare with, and the periods before."""

    revision: Past = field(default_factory=dict, repr=False)
    series: Usual = field(default_factory=dict, repr=False)


def check_earlier(
    observations: Iterable[Reported], earlier: Earlier, lengths: Mapping[str, int]
) -> Iterator[Finding]:
    """Ask about every figure that is unlike what was sent before.

    ``lengths`` gives the months of each period that the observations name.
    """
    items = tuple(observations)
    if earlier.revision:
        before = _by_address(earlier.revision)
        yield from _changed(items, before)
        yield from _removed(items, before)
    yield from _outliers(items, earlier.series, lengths)


def _outliers(
    items: Sequence[Reported], usual: Usual, lengths: Mapping[str, int]
) -> Iterator[Finding]:
    bounds = _Known(usual)
    for item in items if usual else ():
        if item.value is None:
            continue
        bound = bounds[item.indicator, item.area, item.breakdown, lengths.get(item.period, 0)]
        if bound is not None and bound.is_outlier(item.value):
            message = (
                "It is far from what you returned for earlier periods (modified z-score beyond "
                f"{CUTOFF}). If it is right, say why in a note."
            )
            yield finding(Severity.QUERY, RuleCode.OUTLIER, message, item, "value")


def _by_address(past: Past) -> Mapping[Address, Decimal | None]:
    """By address; of a file that holds an address twice, the last value counts."""
    found: dict[Address, Decimal | None] = {}
    for (code, area, breakdown), dated in past.items():
        for period, value in dated:
            where = (code, area, period, breakdown)
            if value is not None or where not in found:
                found[where] = value
    return found


def _changed(
    items: Sequence[Reported], before: Mapping[Address, Decimal | None]
) -> Iterator[Finding]:
    for item in items:
        was = before.get(address_of(item))
        if was is None or item.value is None or was == item.value:
            continue
        apart = abs(item.value - was)
        if apart >= LEAST and apart > TOLERANCE * was:
            message = (
                f"It differs from the revision before by more than {TOLERANCE:.0%}. "
                "If it is right, say why in a note."
            )
            yield finding(Severity.QUERY, RuleCode.REVISION_CHANGE, message, item, "value")


def _removed(
    items: Sequence[Reported], before: Mapping[Address, Decimal | None]
) -> Iterator[Finding]:
    if items and not before.keys() <= set(map(address_of, items)):
        message = (
            "Figures that the revision before held are left out; they count as not returned. "
            "Is that right?"
        )
        yield finding(Severity.NOTICE, RuleCode.REVISION_REMOVED, message)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is usual, by earlier values: the modified z-score of others against them.

    ``0.6745 * (x - median) / MAD``, with MAD the median absolute deviation; where more than half
    of the values are equal and MAD is 0, ``(x - median) / (1.253314 * mean absolute deviation)``
    stands in for it. Source: Iglewicz and Hoaglin, How to detect and handle outliers, 1993.
    """

    middle: float = field(repr=False)
    spread: float = field(repr=False)

    @classmethod
    def of(cls, earlier: Values) -> "Bounds | None":
        """Work them out; too few values say nothing."""
        if len(earlier) < FEWEST:
            return None
        values = list(map(float, earlier))
        middle = median(values)
        deviations = [abs(one - middle) for one in values]
        return cls(middle, median(deviations) / 0.6745 or 1.253314 * fmean(deviations))

    def is_outlier(self, value: Decimal) -> bool:
        """Say whether a value is far from the earlier ones."""
        apart = abs(float(value) - self.middle)
        if apart < LEAST:
            return False
        return self.spread == 0 or apart / self.spread > CUTOFF


class _Known(dict[Place, Bounds | None]):
    """What is usual at each place that is asked about, worked out once."""

    def __init__(self, usual: Usual) -> None:
        super().__init__()
        self._usual = usual

    def __missing__(self, place: Place) -> Bounds | None:
        found = self[place] = Bounds.of(self._usual.get(place, ()))
        return found
