"""A measure over its financial year: each month or quarter, the year to date, the planned level.

Months after the last one observed have a planned level and no figure; nothing is carried forward
into them (trap T16).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.protected.figures import Figure, FigureStatus, missing
from hub.protected.observations import NOT_RETURNED, Cells
from hub.statistics.targets import profile_at
from hub.views.comparison import figure_at
from hub.vocabulary import CellKey, Period, PeriodKind, Vocabulary, parse_period, period_of
from hub.vocabulary.rows import Area, Measure

YEAR, APRIL = 12, 3
"""Months of a year, and the first of a financial year, counted from January as 0."""
LENGTHS = {PeriodKind.MONTH: 1, PeriodKind.FINANCIAL_QUARTER: 3}
NO_TARGET = "Monitoring only: there is no target."
NO_LEVEL = "No planned level was returned for these months."
NOT_YET = "After the last month observed; nothing is carried forward."


@dataclass(frozen=True, slots=True)
class Outlook:
    """A month or quarter: its own figure, the year to its end, and the level planned by then."""

    period: Period
    actual: Figure
    cumulative: Figure
    profile: Figure


def financial_year(as_at: Period) -> tuple[int, int]:
    """First month and end (not included) of the financial year in which ``as_at`` ends."""
    start = (as_at.end - 1 - APRIL) // YEAR * YEAR + APRIL
    return start, start + YEAR


def outlook_of(
    rule: Measure, area: Area, as_at: Period, observed: Period | None, cells: Cells, w: Vocabulary
) -> tuple[Outlook, ...]:
    """Lay out the financial year of ``as_at``, by the shortest periods that are returned.

    ``observed`` is the year to date as far as it has been observed.
    """
    first, end = financial_year(as_at)
    kind = _kind(rule, cells)
    step = LENGTHS[kind]
    periods = [period_of(kind, start, start + step) for start in range(first, end, step)]
    known = observed.end if observed else first
    return tuple(
        Outlook(
            period=period,
            actual=_seen(rule.indicator, area, period, known, cells, w),
            cumulative=_to_date(rule.indicator, area, first, period.end, known, cells, w),
            profile=level_at(rule, area, (first, period.end), cells, w),
        )
        for period in periods
    )


def observed_at(
    indicator: str, area: Area, months: tuple[int, int], cells: Cells, words: Vocabulary
) -> Figure:
    """The published figure over these months, the year to date first where two differ (T20)."""
    period = same_months(indicator, months, cells)
    if period is None:
        unit = words.indicator(indicator).unit
        return missing(FigureStatus.NOT_RETURNED, unit, NOT_RETURNED)
    return figure_at(CellKey(indicator, area.code, period.id), cells, words)


def level_at(
    rule: Measure, area: Area, months: tuple[int, int], cells: Cells, words: Vocabulary
) -> Figure:
    """The level planned over these months, as listed or on a straight line."""
    indicator = words.indicator(rule.indicator)
    if rule.target is None:
        return missing(FigureStatus.NOT_APPLICABLE, indicator.unit, NO_TARGET)
    if same_months(rule.target, months, cells):
        return observed_at(rule.target, area, months, cells, words)
    values = {key: item.value for key, item in cells.items() if item.value is not None}
    level = profile_at(rule, area.code, period_of(PeriodKind.YEAR_TO_DATE, *months), values)
    if level is None:
        return missing(FigureStatus.NOT_RETURNED, indicator.unit, NO_LEVEL)
    return Figure(FigureStatus.PUBLISHED, indicator.unit, level, decimals=indicator.decimals)


def same_months(indicator: str, months: tuple[int, int], cells: Cells) -> Period | None:
    """The period of a total over exactly these months; the year to date before other kinds."""
    fitting = [item for item in periods_of(indicator, cells) if item.months == months]
    return max(fitting, key=_rank) if fitting else None


def periods_of(indicator: str, cells: Cells) -> Iterable[Period]:
    """The periods of an indicator's totals, published or not."""
    return [
        parse_period(key.period)
        for key in cells
        if key.indicator == indicator and not key.breakdown
    ]


def _rank(item: Period) -> tuple[bool, str]:
    return item.kind is PeriodKind.YEAR_TO_DATE, item.id


def _kind(rule: Measure, cells: Cells) -> PeriodKind:
    """Months where any month was returned, quarters where only quarters were."""
    kinds = {period.kind for period in periods_of(rule.indicator, cells)}
    quarters = PeriodKind.FINANCIAL_QUARTER in kinds and PeriodKind.MONTH not in kinds
    return PeriodKind.FINANCIAL_QUARTER if quarters else PeriodKind.MONTH


def _seen(
    code: str, area: Area, period: Period, known: int, cells: Cells, words: Vocabulary
) -> Figure:
    if period.end > known:
        return missing(FigureStatus.NOT_RETURNED, words.indicator(code).unit, NOT_YET)
    return figure_at(CellKey(code, area.code, period.id), cells, words)


def _to_date(
    code: str, area: Area, first: int, end: int, known: int, cells: Cells, words: Vocabulary
) -> Figure:
    if end > known:
        return missing(FigureStatus.NOT_RETURNED, words.indicator(code).unit, NOT_YET)
    return observed_at(code, area, (first, end), cells, words)
