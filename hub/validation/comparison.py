"""Rules that compare a return with what the agency sent before: changes, removals, outliers.

They ask, they never refuse: a correction is a change too. Differences of less than
:data:`LEAST` are never asked about, so that small counts, which jump about by nature, do not
flood an agency with questions.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import fmean, median

from hub.returns import Finding, Reported, Severity
from hub.validation.findings import RuleCode, finding
from hub.vocabulary import Breakdown, CellKey

TOLERANCE = Decimal("0.2")
"""A figure may differ from the revision before by this share of it without being asked about."""
LEAST = 10
"""Differences in units that are never asked about."""
CUTOFF = 3.5
"""Modified z-scores beyond it are outliers (Iglewicz and Hoaglin, 1993, page 11)."""
FEWEST = 6
"""Fewest earlier values that say what is usual."""

Values = Sequence[float] | Sequence[Decimal]
Series = Mapping[tuple[str, str, Breakdown, int], Values]
"""Earlier values by indicator, area, breakdown and length of the period in months."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the agency sent before: the revision to compare with, and the periods before."""

    revision: Sequence[Reported] = field(default=(), repr=False)
    series: Series = field(default_factory=dict, repr=False)


def check_earlier(
    observations: Iterable[Reported], earlier: Earlier, lengths: Mapping[str, int]
) -> Iterator[Finding]:
    """Ask about every figure that is unlike what was sent before.

    ``lengths`` gives the months of each period that the observations name.
    """
    items = tuple(observations)
    yield from _changed(items, earlier.revision)
    yield from _removed(items, earlier.revision)
    for item in items:
        length = lengths.get(item.period, 0)
        values = earlier.series.get((item.indicator, item.area, item.breakdown, length), ())
        if item.value is not None and is_outlier(item.value, values):
            message = (
                "It is far from what you returned for earlier periods (modified z-score beyond "
                f"{CUTOFF}). If it is right, say why in a note."
            )
            yield finding(Severity.QUERY, RuleCode.OUTLIER, message, item, "value")


def _changed(items: Sequence[Reported], before: Sequence[Reported]) -> Iterator[Finding]:
    old: dict[CellKey, Decimal] = {
        item.key: item.value for item in before if item.value is not None
    }
    for item in items:
        was = old.get(item.key)
        if was is None or item.value is None:
            continue
        apart = abs(item.value - was)
        if apart >= LEAST and apart > TOLERANCE * was:
            message = (
                f"It differs from the revision before by more than {TOLERANCE:.0%}. "
                "If it is right, say why in a note."
            )
            yield finding(Severity.QUERY, RuleCode.REVISION_CHANGE, message, item, "value")


def _removed(items: Sequence[Reported], before: Sequence[Reported]) -> Iterator[Finding]:
    gone = len({item.key for item in before} - {item.key for item in items})
    if gone and items:
        message = (
            "Figures that the revision before held are left out; they count as not returned. "
            "Is that right?"
        )
        yield finding(Severity.NOTICE, RuleCode.REVISION_REMOVED, message)


def is_outlier(value: Decimal, earlier: Values) -> bool:
    """Say whether a value is far from earlier ones, by its modified z-score.

    ``0.6745 * (x - median) / MAD``, with MAD the median absolute deviation; where more than half
    of the values are equal and MAD is 0, ``(x - median) / (1.253314 * mean absolute deviation)``
    stands in for it. Source: Iglewicz and Hoaglin, How to detect and handle outliers, 1993.
    """
    if len(earlier) < FEWEST:
        return False
    values = [float(one) for one in earlier]
    middle = median(values)
    apart = abs(float(value) - middle)
    if apart < LEAST:
        return False
    deviations = [abs(one - middle) for one in values]
    spread = median(deviations) / 0.6745 or 1.253314 * fmean(deviations)
    return spread == 0 or apart / spread > CUTOFF
