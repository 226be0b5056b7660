"""Figures computed from two published figures: a share, a difference, a change in per cent.

Nothing is summed here. A figure computed from parts is there only when every part is published;
otherwise it is withheld, with the status of the part that is missing.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from hub.protected.figures import Figure, FigureStatus, missing
from hub.protected.observations import NOT_RETURNED, Cells, Observation, figure_of
from hub.statistics.formulas import change, ratio
from hub.vocabulary import CellKey, Vocabulary
from hub.vocabulary.rows import Formula, Indicator

NO_ZERO = "Nothing can be divided by zero."
PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A figure set against another, which is named: last year, or the level planned to date.

    ``difference`` is in the unit of the two, ``percent`` per hundred of ``other``: two fields, so
    that a count never stands in a row of percentages (trap T18).
    """

    other: Figure
    difference: Figure
    percent: Figure


def figure_at(key: CellKey, cells: Cells, words: Vocabulary) -> Figure:
    """The published figure at an address, with both its parts if the hub divided it.

    What is not in the release is *not returned*, never zero.
    """
    item = cells.get(key)
    indicator = words.indicator(key.indicator)
    if item is None:
        return missing(FigureStatus.NOT_RETURNED, indicator.unit, NOT_RETURNED)
    return _with_parts(figure_of(item, words), item, indicator, cells, words)


def share(count: Figure, base: Figure, unit: str = PERCENT, decimals: int = 1) -> Figure:
    """``count`` per hundred of ``base``, with both; withheld when either is missing."""
    if count.value is None or base.value is None:
        return withheld(unit, count, base)
    value = ratio(count.value, base.value, Decimal(100))
    if value is None:
        return missing(FigureStatus.NOT_APPLICABLE, unit, NO_ZERO)
    return _published(unit, value, decimals, count, base)


def compare(figure: Figure, other: Figure) -> Comparison:
    """Set a figure against another of the same unit."""
    if figure.value is None or other.value is None:
        gone = withheld(figure.unit, figure, other)
        return Comparison(other, gone, replace(gone, unit=PERCENT))
    decimals = max(figure.decimals, other.decimals)
    difference = Figure(
        FigureStatus.PUBLISHED, figure.unit, figure.value - other.value, decimals=decimals
    )
    percent = change(figure.value, other.value)
    if percent is None:
        return Comparison(other, difference, missing(FigureStatus.NOT_APPLICABLE, PERCENT, NO_ZERO))
    return Comparison(other, difference, _published(PERCENT, percent, 1, figure, other))


def withheld(unit: str, *parts: Figure) -> Figure:
    """A figure that cannot be computed, with the status and reason of a missing part.

    Suppression goes before every other reason.
    """
    gone = [part for part in parts if part.value is None]
    first = next((one for one in gone if one.status is FigureStatus.SUPPRESSED), gone[0])
    return missing(first.status, unit, first.reason or "")


def _published(
    unit: str, value: Decimal, decimals: int, numerator: Figure, denominator: Figure
) -> Figure:
    return Figure(
        FigureStatus.PUBLISHED,
        unit,
        value,
        decimals=decimals,
        numerator=numerator,
        denominator=denominator,
    )


def _with_parts(
    figure: Figure, item: Observation, indicator: Indicator, cells: Cells, words: Vocabulary
) -> Figure:
    """Attach numerator and denominator where the hub computed a ratio of one term over one."""
    terms = (*indicator.numerator, *indicator.denominator)
    if not item.derived or indicator.formula is not Formula.RATIO or len(terms) != 2:
        return figure
    found = [cells.get(term.at(item.key.area, item.key.period)) for term in terms]
    top, bottom = (figure_of(part, words) if part else None for part in found)
    return replace(figure, numerator=top, denominator=bottom)
