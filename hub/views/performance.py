"""Measures against targets: the exception report of a partnership, as at a month.

In-period figures and figures of the year to date stand apart (trap T17), last year and the
planned level are two comparisons with names (T21), the year to date ends with the last month
observed (T22), and months to come are never computed (T16).
"""

from dataclasses import dataclass

from hub.protected.figures import Figure, FigureStatus, missing
from hub.protected.observations import NOT_RETURNED, Cells
from hub.statistics.targets import WORDS, Standing, judge, last_observed
from hub.views.comparison import Comparison, compare, figure_at
from hub.views.outlook import (
    LENGTHS,
    YEAR,
    Outlook,
    financial_year,
    level_at,
    observed_at,
    outlook_of,
    periods_of,
    same_months,
)
from hub.vocabulary import CellKey, Period, Vocabulary, parse_period, period_of
from hub.vocabulary.rows import Area, Indicator, Measure

ORDER = (Standing.RED, Standing.AMBER, Standing.UNKNOWN, Standing.GREEN, Standing.MONITORING)
"""Exceptions first."""
HIDDEN = "the figure of the year to date is suppressed"
OBSERVED = frozenset({FigureStatus.PUBLISHED, FigureStatus.SUPPRESSED})


@dataclass(frozen=True, slots=True)
class MeasureView:
    """A measure of an area at a date.

    ``period`` is the year to date and ``last`` the last month or quarter observed in it, both
    nothing where no figure was returned. ``actual`` is the figure of ``last`` alone, ``cumulative``
    that of ``period``; each is compared with the same months of last year, and the year to date
    with the level planned for it. ``outlook`` is the year in months or quarters.
    """

    measure: Measure
    indicator: Indicator
    standing: Standing
    words: str
    reason: str
    period: Period | None
    last: Period | None
    actual: Figure
    actual_last_year: Comparison
    cumulative: Figure
    profile: Comparison
    last_year: Comparison
    year_target: Figure
    outlook: tuple[Outlook, ...]


@dataclass(frozen=True, slots=True)
class Performance:
    """Every measure that somebody reports on in an area, exceptions first."""

    area: Area
    as_at: Period
    release: str
    measures: tuple[MeasureView, ...]


def performance_terms(words: Vocabulary) -> set[str]:
    """Name every indicator the report may need, so that one query fetches them all."""
    rules = words.measures.values()
    return {rule.indicator for rule in rules} | {rule.target for rule in rules if rule.target}


def performance_of(
    area: Area, as_at: Period, release: str, cells: Cells, words: Vocabulary
) -> Performance:
    """Judge the measures of an area at the end of ``as_at``.

    ``cells`` holds the release's observations of that area. A measure that no agency of the area
    returns is left out; one that an agency could return and did not is said to be missing.
    """
    rules = sorted(words.measures.values(), key=lambda rule: rule.order)
    views = [
        measure_of(rule, area, as_at, cells, words)
        for rule in rules
        if _is_reported(rule, area, cells, words)
    ]
    ordered = sorted(views, key=lambda view: ORDER.index(view.standing))
    return Performance(area, as_at, release, tuple(ordered))


def _of_rule(rule: Measure, cells: Cells) -> Cells:
    """The observations a rule is about, so that no search runs over all of them."""
    codes = (rule.indicator, rule.target)
    return {key: item for key, item in cells.items() if key.indicator in codes}


def _is_reported(rule: Measure, area: Area, cells: Cells, words: Vocabulary) -> bool:
    """Whether somebody there returns the measure and, where it has one, its target."""
    codes = [code for code in (rule.indicator, rule.target) if code]
    return all(_is_returned(code, area, cells, words) for code in codes)


def _is_returned(code: str, area: Area, cells: Cells, words: Vocabulary) -> bool:
    datasets = [words.dataset(name) for name in words.indicator(code).datasets]
    kinds = {kind for dataset in datasets for kind in dataset.agency_kinds}
    return any(key.indicator == code for key in cells) or any(
        agency.kind in kinds and words.within(area.code, agency.areas)
        for agency in words.agencies.values()
    )


def measure_of(
    rule: Measure, area: Area, as_at: Period, held: Cells, words: Vocabulary
) -> MeasureView:
    """Judge one measure of an area at the end of ``as_at``; ``held`` are the area's cells."""
    code, cells = rule.indicator, _of_rule(rule, held)
    period = last_observed(_observed(code, cells), as_at)
    last = _last_part(code, period, cells)
    first, end = financial_year(as_at)
    standing, reason = _standing(rule, area, period, as_at, cells, words)
    # With nothing observed there is nothing over an empty run of months: not returned.
    to_date = period.months if period else (first, first)
    before = last.year_before() if last else None
    cumulative = observed_at(code, area, to_date, cells, words)
    actual = _own(code, area, last, cells, words)
    level = level_at(rule, area, period.months if period else (first, as_at.end), cells, words)
    return MeasureView(
        measure=rule,
        indicator=words.indicator(code),
        standing=standing,
        words=WORDS[standing],
        reason=reason,
        period=period,
        last=last,
        actual=actual,
        actual_last_year=compare(actual, _own(code, area, before, cells, words)),
        cumulative=cumulative,
        profile=compare(cumulative, level),
        last_year=compare(cumulative, _year_before(code, area, to_date, cells, words)),
        year_target=level_at(rule, area, (first, end), cells, words),
        outlook=outlook_of(rule, area, as_at, period, cells, words),
    )


def _observed(code: str, cells: Cells) -> list[Period]:
    """The periods with a figure, shown or suppressed: a suppressed month has been observed."""
    return [
        parse_period(key.period)
        for key, item in cells.items()
        if key.indicator == code and not key.breakdown and item.status in OBSERVED
    ]


def _standing(
    rule: Measure, area: Area, period: Period | None, as_at: Period, cells: Cells, w: Vocabulary
) -> tuple[Standing, str]:
    """Judge by the rule; a suppressed figure is not judged, and no earlier one stands in."""
    chosen = same_months(rule.indicator, period.months, cells) if period else None
    if chosen and cells[CellKey(rule.indicator, area.code, chosen.id)].value is None:
        return Standing.UNKNOWN, f"{WORDS[Standing.UNKNOWN]}: {HIDDEN}."
    values = {key: item.value for key, item in cells.items() if item.value is not None}
    found = judge(rule, area.code, period or as_at, values, w)
    return found.standing, found.reason


def _year_before(
    code: str, area: Area, months: tuple[int, int], cells: Cells, words: Vocabulary
) -> Figure:
    return observed_at(code, area, (months[0] - YEAR, months[1] - YEAR), cells, words)


def _own(code: str, area: Area, period: Period | None, cells: Cells, words: Vocabulary) -> Figure:
    """The figure of a month or quarter itself."""
    if period is None:
        return missing(FigureStatus.NOT_RETURNED, words.indicator(code).unit, NOT_RETURNED)
    return figure_at(CellKey(code, area.code, period.id), cells, words)


def _last_part(code: str, whole: Period | None, cells: Cells) -> Period | None:
    """The last month of a year to date, or its last quarter where months are not returned.

    Only a period of those kinds: a year to date of three months is no figure of a quarter (T17).
    """
    if whole is None:
        return None
    known = set(periods_of(code, cells))
    ends = [(kind, whole.end - size) for kind, size in LENGTHS.items()]
    fitting = (
        period_of(kind, start, whole.end)
        for kind, start in ends
        if (start - whole.start) % (whole.end - start) == 0
    )
    return next((period for period in fitting if period in known), None)
