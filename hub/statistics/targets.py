"""How figures stand against their targets: red, amber and green by a rule that is data.

The rule is a :class:`hub.vocabulary.rows.Measure`: which indicator, which target, which way is
good, where the level to date comes from, and how far off is still amber. What the rule leaves no
room for: a figure above its ceiling is not met, however near (F-15); the comparison is with the
target and not with last year (T21); the year to date ends with the last month that was observed
(T22), never with one carried forward (T16).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from hub.statistics.formulas import Published, change
from hub.vocabulary import CellKey, Period, PeriodKind, Vocabulary, parse_period, period_of
from hub.vocabulary.rows import Direction, Measure, Profile

_YEAR = 12
_FIRST_MONTH = 3
"""April, counted from January as 0: measures run over financial years."""


class Standing(StrEnum):
    """Where a figure stands. ``UNKNOWN``: there is a target, but no figure or no level to date."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    MONITORING = "monitoring"
    UNKNOWN = "unknown"


WORDS = {
    Standing.GREEN: "Generally satisfied",
    Standing.AMBER: "Some concerns",
    Standing.RED: "Significant concern",
    Standing.MONITORING: "Monitoring only",
    Standing.UNKNOWN: "Not judged",
}
"""What the partnership's report calls each standing."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A figure against another: what it is compared with, and how far apart they are.

    ``difference`` is in the indicator's unit, ``percent`` per hundred of ``other`` (nothing when
    that is zero). Two fields, so that a count can never stand in a row of percentages (T18).
    """

    other: Decimal = field(repr=False)
    difference: Decimal = field(repr=False)
    percent: Decimal | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A measure at a date: the year to date, against its profile and against last year.

    ``period`` is the year to date up to the last month observed. ``in_period`` is the figure of
    ``last`` alone (the last month or quarter), where the indicator is returned for one; it is kept
    apart from the year to date (T17).
    """

    measure: str
    standing: Standing
    reason: str
    period: Period | None = None
    actual: Decimal | None = field(default=None, repr=False)
    profile: Gap | None = None
    last_year: Gap | None = None
    last: Period | None = None
    in_period: Decimal | None = field(default=None, repr=False)


def gap(actual: Decimal, other: Decimal) -> Gap:
    """Set a figure against another."""
    return Gap(other, actual - other, change(actual, other))


def is_met(direction: Direction, actual: Decimal, profile: Decimal) -> bool:
    """Whether a figure is on the good side of its profile; on it is met."""
    return actual <= profile if direction is Direction.LOWER else actual >= profile


def stand(rule: Measure, actual: Decimal, profile: Decimal) -> Standing:
    """Judge a figure: met is green, missed by up to the tolerance amber, by more red."""
    if is_met(rule.direction, actual, profile):
        return Standing.GREEN
    percent = change(actual, profile)
    within = percent is not None and abs(percent) <= Decimal(str(rule.tolerance))
    return Standing.AMBER if within else Standing.RED


def judge(
    rule: Measure, area: str, as_at: Period, published: Published, words: Vocabulary
) -> Judgement:
    """Judge a measure of an area at the end of ``as_at``, from published figures only."""
    series = _series(rule.indicator, area, published)
    period = last_observed(series, as_at)
    if period is None:
        why = "no figure has been published for the year to date"
        return Judgement(rule.code, Standing.UNKNOWN, _reason(Standing.UNKNOWN, why))
    actual = series[period]
    level = profile_at(rule, area, period, published)
    standing, why = _judged(rule, actual, level)
    before = _same_months(series, period.start - _YEAR, period.end - _YEAR)
    last = _last_part(series, period)
    return Judgement(
        rule.code,
        standing,
        _reason(standing, f"{why}, to {period.title.rpartition(' to ')[2]}"),
        period,
        actual,
        None if level is None else gap(actual, level),
        None if before is None else gap(actual, series[before]),
        last,
        series[last] if last else None,
    )


def last_observed(periods: Iterable[Period], as_at: Period) -> Period | None:
    """The year to date that reaches furthest without passing the end of ``as_at``.

    Any published period that begins in April will do (April itself, the first quarter, the year).
    """
    april = (as_at.end - 1 - _FIRST_MONTH) // _YEAR * _YEAR + _FIRST_MONTH
    fitting = [item for item in periods if item.start == april and item.end <= as_at.end]
    return max(fitting, key=_rank) if fitting else None


def profile_at(rule: Measure, area: str, period: Period, published: Published) -> Decimal | None:
    """The planned level over the months of ``period``: as listed, or on a straight line."""
    if rule.target is None:
        return None
    series = _series(rule.target, area, published)
    listed = _same_months(series, *period.months)
    if rule.profile is Profile.LISTED or listed is not None:
        return series[listed] if listed else None
    year = _same_months(series, period.start, period.start + _YEAR)
    return series[year] * period.length / _YEAR if year else None


def _judged(rule: Measure, actual: Decimal, level: Decimal | None) -> tuple[Standing, str]:
    if rule.target is None:
        return Standing.MONITORING, "there is no target"
    if level is None:
        return Standing.UNKNOWN, "there is no level to date to compare with"
    standing = stand(rule, actual, level)
    return standing, _why(rule, standing)


def _why(rule: Measure, standing: Standing) -> str:
    """The rule that gave the standing, in words and without a number of the agencies'."""
    ceiling = rule.direction is Direction.LOWER
    if standing is Standing.GREEN:
        return f"at or {'below the ceiling' if ceiling else 'above the level'} planned to date"
    side = "above the ceiling" if ceiling else "short of the level"
    within = "within" if standing is Standing.AMBER else "by more than"
    return f"{side} planned to date, {within} {rule.tolerance:g} per cent of it"


def _reason(standing: Standing, why: str) -> str:
    return f"{WORDS[standing]}: {why}."


def _series(indicator: str, area: str, published: Published) -> dict[Period, Decimal]:
    """The published totals of an indicator in an area, by period."""
    return {
        parse_period(key.period): value
        for key, value in published.items()
        if key == CellKey(indicator, area, key.period)
    }


def _same_months(series: Iterable[Period], start: int, end: int) -> Period | None:
    """The period over these months; the year to date first, where the year differs (T20)."""
    fitting = [item for item in series if item.months == (start, end)]
    return max(fitting, key=_rank) if fitting else None


def _rank(item: Period) -> tuple[int, bool, str]:
    return item.end, item.kind is PeriodKind.YEAR_TO_DATE, item.id


def _last_part(series: Iterable[Period], whole: Period) -> Period | None:
    """The last month of a year to date, or its last quarter where months are not returned."""
    lengths = {PeriodKind.MONTH: 1, PeriodKind.FINANCIAL_QUARTER: 3}
    known = set(series)
    parts = (
        period_of(kind, whole.end - length, whole.end)
        for kind, length in lengths.items()
        if (whole.end - whole.start) % length == 0
    )
    return next((part for part in parts if part in known), None)
