"""Rules on the figure itself: value or status, whole numbers, percents and their bases."""

from collections.abc import Iterator
from decimal import Decimal

from hub.returns import Finding, Reported, Severity, each
from hub.validation.context import Context
from hub.validation.findings import RuleCode, finding
from hub.vocabulary.rows import Formula, Indicator, Kind

ERROR = Severity.ERROR
_WHOLE, _HUNDRED = Decimal(1), Decimal(100)
_RATIOS = (Kind.PERCENT, Kind.RATE, Kind.MEAN)


def check_values(context: Context) -> Iterator[Finding]:
    """Every row holds exactly one of value and status, in the form its indicator takes."""
    one = context.columns
    yield from context.judged(
        lambda item: _check_value(context, item),
        one.indicator,
        one.status,
        one.reason,
        each(_form, one.value),
        each(_form, one.base),
    )


def check_numbers(context: Context) -> Iterator[Finding]:
    """The numbers of rows of which other cells could not be read: what is missing is not judged."""
    for item in context.observations:
        indicator = context.words.indicators.get(item.indicator)
        if indicator is not None:
            yield from _check_number(context, item, indicator)


def _form(number: Decimal | None) -> tuple[object, ...] | None:
    """All that the rules here ask of a number; that it is whole is how it is written, too."""
    if number is None:
        return None
    return number.same_quantum(_WHOLE), number.is_signed(), bool(number), number > _HUNDRED


def _check_value(context: Context, item: Reported) -> Iterator[Finding]:
    yield from _check_presence(item)
    indicator = context.words.indicators.get(item.indicator)
    if indicator and item.value is not None:
        yield from _check_number(context, item, indicator)
        yield from _check_base(item, indicator)
    elif item.value is None and item.base is not None:
        message = "A base without a value. Leave it empty."
        yield finding(ERROR, RuleCode.BASE_UNEXPECTED, message, item, "base")


def _check_presence(item: Reported) -> Iterator[Finding]:
    if (item.value is None) == (item.status is None):
        what = "neither a value nor a status" if item.value is None else "a value and a status"
        yield finding(
            ERROR,
            RuleCode.VALUE_OR_STATUS,
            f"The row has {what}. Give exactly one: a number (0 if it is nought), or x or z.",
            item,
            "value",
        )
    if item.status is None and item.reason is not None:
        message = "A reason goes with a status only."
        yield finding(ERROR, RuleCode.REASON_STATUS, message, item, "reason")
    elif item.status is not None and item.reason is None:
        yield finding(
            Severity.NOTICE,
            RuleCode.REASON_MISSING,
            "The status has no reason code and is kept as 'no reason given'.",
            item,
            "reason",
        )


def _check_number(context: Context, item: Reported, indicator: Indicator) -> Iterator[Finding]:
    value = item.value
    if value is None:
        return
    if value < 0:
        message = "The value is negative. Counts and stated figures are 0 or more."
        yield finding(ERROR, RuleCode.VALUE_NEGATIVE, message, item, "value")
    elif value.as_tuple().exponent != 0 and not indicator.stated:
        yield finding(
            ERROR,
            RuleCode.VALUE_FRACTION,
            f"{indicator.code} takes whole numbers, without a decimal point.",
            item,
            "value",
        )
    if value > 100 and _is_share(indicator, context):
        yield finding(
            ERROR,
            RuleCode.PERCENT_RANGE,
            f"{indicator.code} is a percent. Send a count under its own indicator.",
            item,
            "value",
            "0 to 100",
        )


def _is_share(indicator: Indicator, context: Context) -> bool:
    """A percent of a whole; changes and achievements against a target may exceed 100."""
    bases = [context.words.indicators.get(term.indicator) for term in indicator.denominator]
    is_achievement = any(base is not None and base.kind is Kind.TARGET for base in bases)
    is_change = indicator.formula is Formula.CHANGE
    return indicator.kind is Kind.PERCENT and not is_change and not is_achievement


def _check_base(item: Reported, indicator: Indicator) -> Iterator[Finding]:
    is_ratio = indicator.stated and indicator.kind in _RATIOS
    if item.base is None:
        if is_ratio:
            # A share without its base cannot be read; what a printed rate, mean or change rests
            # on is often not printed, so the agency may say so in a note instead.
            is_share = indicator.kind is Kind.PERCENT and indicator.formula is not Formula.CHANGE
            severity = ERROR if is_share else Severity.QUERY
            message = f"{indicator.code} is a stated figure: give the number it is based on."
            yield finding(severity, RuleCode.BASE_MISSING, message, item, "base")
        return
    if not is_ratio:
        message = f"{indicator.code} is a count and has no base."
        yield finding(ERROR, RuleCode.BASE_UNEXPECTED, message, item, "base")
    if item.base.as_tuple().exponent != 0 or item.base < 0:
        message = "The base is a number of people, cases or answers: a whole number."
        yield finding(ERROR, RuleCode.BASE_WHOLE, message, item, "base")
    elif item.base == 0:
        message = "A figure of nothing. Where the base is 0, leave both empty and send status z."
        yield finding(ERROR, RuleCode.BASE_ZERO, message, item, "base")
