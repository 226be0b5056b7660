"""Rules on periods: typed, of a kind that fits, inside the return's period, and over."""

from collections.abc import Iterator
from datetime import date

from hub.errors import PeriodError
from hub.returns import Finding, Reported, Severity
from hub.validation.context import Context
from hub.validation.findings import RuleCode, finding
from hub.vocabulary import Period, parse_period
from hub.vocabulary.rows import Indicator, Kind

ERROR = Severity.ERROR


def check_return_period(context: Context) -> Iterator[Finding]:
    """The return's own period is typed and of a kind its dataset is returned for."""
    try:
        period = parse_period(context.return_.period)
    except PeriodError as error:
        yield finding(ERROR, RuleCode.PERIOD_FORMAT, readings(error, context.return_.period))
        return
    dataset = context.words.datasets.get(context.return_.dataset)
    if dataset and period.kind not in dataset.period_kinds:
        yield finding(
            ERROR,
            RuleCode.PERIOD_DATASET,
            "This dataset is not returned for a period of this kind.",
            allowed=", ".join(dataset.period_kinds),
        )


def check_periods(context: Context) -> Iterator[Finding]:
    """Every observation's period is typed, fits its indicator and its return, and has ended."""
    one = context.columns
    yield from context.judged(lambda item: _check_period(context, item), one.indicator, one.period)


def _check_period(context: Context, item: Reported) -> Iterator[Finding]:
    if not item.period:
        return  # it could not be read, which the loader has said
    try:
        period = parse_period(item.period)
    except PeriodError as error:
        message = readings(error, item.period)
        yield finding(ERROR, RuleCode.PERIOD_FORMAT, message, item, "period")
        return
    indicator = context.words.indicators.get(item.indicator)
    if indicator:
        yield from _check_kind(item, period, indicator)
        yield from _check_time(context, item, period, indicator)


def readings(error: PeriodError, text: str) -> str:
    """The error's message with the likely readings, without the text that was sent."""
    for shown in (repr(text), repr(text[:40])):
        if error.message.startswith(shown):
            return "The period" + error.message.removeprefix(shown)
    return error.message


def _check_kind(item: Reported, period: Period, indicator: Indicator) -> Iterator[Finding]:
    if period.kind not in indicator.period_kinds:
        yield finding(
            ERROR,
            RuleCode.PERIOD_INDICATOR,
            f"{indicator.code} is not counted over a period of this kind.",
            item,
            "period",
            ", ".join(indicator.period_kinds),
        )


def _check_time(
    context: Context, item: Reported, period: Period, indicator: Indicator
) -> Iterator[Finding]:
    if indicator.kind is Kind.TARGET:
        return
    if not has_ended(period, context.today):
        yield finding(
            ERROR,
            RuleCode.PERIOD_FUTURE,
            "The period is not over. Send it when it has ended; leave future months out.",
            item,
            "period",
        )
    if (
        indicator.kind is not Kind.SNAPSHOT
        and context.period
        and not context.period.takes_in(period)
    ):
        yield finding(
            ERROR,
            RuleCode.PERIOD_OUTSIDE,
            "The period lies outside the return's period. Send it with its own return.",
            item,
            "period",
            context.period.id,
        )


def has_ended(period: Period, today: date) -> bool:
    """Whether every day of the period lies before ``today``."""
    return period.end <= 12 * today.year + today.month - 1
