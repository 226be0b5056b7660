"""Rules that ask rather than refuse: percents that do not reproduce, answers beyond clients.

What should hold but may honestly not is data: ``data/plausibility.csv`` (``at_most``: left is at
most right; ``implies``: left above 0 needs right above 0; ``parts``: stated percents add to the
right side, or to 100 when it is empty).
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.resources import files
from typing import Literal, cast

from hub.returns import Finding, Reported, Severity
from hub.validation.context import Context, amount
from hub.validation.findings import RuleCode, finding
from hub.validation.relations import total
from hub.vocabulary import Term
from hub.vocabulary.cells import parse_sum
from hub.vocabulary.rows import Formula, Indicator

QUERY = Severity.QUERY


@dataclass(frozen=True, slots=True)
class Expectation:
    """One row of ``plausibility.csv``; an empty ``right`` of ``parts`` stands for 100."""

    code: str
    rule: Literal["at_most", "implies", "parts"]
    left: tuple[Term, ...]
    right: tuple[Term, ...]
    note: str


@cache
def expectations() -> tuple[Expectation, ...]:
    """The rows shipped with the hub, read once."""
    text = (files("hub.validation") / "data" / "plausibility.csv").read_text(encoding="utf-8")
    return tuple(
        Expectation(
            row["code"],
            cast(Literal["at_most", "implies", "parts"], row["rule"]),
            parse_sum(row["left"]),
            parse_sum(row["right"]),
            row["note"],
        )
        for row in csv.DictReader(text.splitlines(), strict=True)
    )


def check_expectations(context: Context) -> Iterator[Finding]:
    """Every expectation whose terms were all returned at a place."""
    about: dict[str, list[Expectation]] = defaultdict(list)
    for expected in expectations():
        if all(term.indicator in context.indicators for term in (*expected.left, *expected.right)):
            about[expected.left[0].indicator].append(expected)
    if not about:
        return
    for (area, period), codes in context.places.items():
        for code in codes:
            for expected in about.get(code, ()):
                yield from _check_expectation(context, expected, area, period)


def _check_expectation(
    context: Context, expected: Expectation, area: str, period: str
) -> Iterator[Finding]:
    left = total(context, expected.left, area, period)
    right = total(context, expected.right, area, period)
    if left is not None and (right is not None or not expected.right):
        side = expected.right or expected.left
        item = context.figures[side[-1].indicator, area, period, side[-1].breakdown]
        yield from _check(expected, left, right, item)


def _check(
    expected: Expectation, left: Decimal, right: Decimal | None, item: Reported
) -> Iterator[Finding]:
    if expected.rule == "parts":
        yield from _check_parts(expected, left - (Decimal(100) if right is None else right), item)
    elif right is None:
        return
    elif expected.rule == "at_most" and left > right:
        message = f"{_sum(expected.left)} exceeds {_sum(expected.right)}. {expected.note}"
        yield finding(QUERY, RuleCode.RESPONSES_EXCEED, message, item, "value")
    elif expected.rule == "implies" and left > 0 and right == 0:
        message = (
            f"{_sum(expected.right)} is nought while {_sum(expected.left)} is not. {expected.note} "
            "If it was not recorded, send status x instead of 0."
        )
        yield finding(QUERY, RuleCode.ZERO_CONTRADICTED, message, item, "value")


def _check_parts(expected: Expectation, apart: Decimal, item: Reported) -> Iterator[Finding]:
    """Rounding puts each of n printed figures up to half of its last digit off."""
    if apart == 0:
        return
    step = Decimal(1).scaleb(min(int(amount(item).as_tuple().exponent), 0))
    terms = len(expected.left) + len(expected.right)
    rest = f"{_sum(expected.right) or '100'}. {expected.note}"
    if abs(apart) <= step * terms / 2:
        message = f"The printed parts differ from {rest} The difference is within rounding."
        yield finding(Severity.NOTICE, RuleCode.PERCENT_ROUNDING, message, item, "value")
    else:
        message = f"The parts do not add to {rest}"
        yield finding(QUERY, RuleCode.PERCENT_PARTS, message, item, "value")


def check_stated(context: Context) -> Iterator[Finding]:
    """A stated ratio agrees with the counts beside it, at the precision it is printed with."""
    stated = {
        code: one
        for code, one in context.indicators.items()
        if one.stated and one.numerator and one.denominator and one.formula in _COMPUTABLE
    }
    if not stated:
        return
    for item in context.observations:
        indicator = stated.get(item.indicator)
        if indicator is None or item.value is None or item.breakdown:
            continue
        found = _computed(context, item, indicator)
        if found is not None and not _reproduces(item.value, found):
            terms = f"{_sum(indicator.numerator)} over {_sum(indicator.denominator)}"
            message = f"It does not reproduce from {terms}, rounded half up. Which one holds?"
            yield finding(QUERY, RuleCode.PERCENT_REPRODUCE, message, item, "value")


_COMPUTABLE = (Formula.RETURNED, Formula.RATIO)


def _computed(context: Context, item: Reported, indicator: Indicator) -> Decimal | None:
    """The ratio from the counts of the same return, or from its numerator and the base given."""
    over = _found(context, indicator.numerator, item)
    under = _found(context, indicator.denominator, item) or item.base
    if over is None or not under:
        return None
    return Decimal(str(indicator.per)) * over / under


def _found(context: Context, terms: tuple[Term, ...], item: Reported) -> Decimal | None:
    """The sum of the terms, or of what an identity says each of them equals."""
    values = [_term(context, term, item) for term in terms]
    given = [value for value in values if value is not None]
    return sum(given, Decimal(0)) if len(given) == len(values) else None


def _term(context: Context, term: Term, item: Reported) -> Decimal | None:
    value = context.value(term, item.area, item.period)
    if value is not None:
        return value
    for identity in context.words.identities:
        if identity.relation == "=" and identity.right == (term,):
            value = total(context, identity.left, item.area, item.period)
            if value is not None:
                return value
    return None


def _reproduces(printed: Decimal, exact: Decimal) -> bool:
    step = Decimal(1).scaleb(min(int(printed.as_tuple().exponent), 0))
    return exact.quantize(step, ROUND_HALF_UP) == printed


def _sum(terms: tuple[Term, ...]) -> str:
    return " + ".join(str(term) for term in terms)
