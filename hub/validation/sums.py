"""Rules on parts and wholes in one place: partitions sum, options do not exceed (trap T25)."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from hub.returns import Finding, Reported, Severity
from hub.validation.context import Context, amount
from hub.validation.findings import RuleCode, finding, place
from hub.vocabulary import Breakdown

Family = tuple[str, str, str, Breakdown, str]
"""The address of a total, and the dimension that it is broken down by."""


def check_sums(context: Context) -> Iterator[Finding]:
    """Compare the categories of each dimension with the total they break down."""
    withheld = {family for item in context.observations if item.status for family in _wholes(item)}
    for family, parts in _families(context).items():
        code, area, period, rest, dimension = family
        total = context.figures.get((code, area, period, rest))
        if total is None:
            continue
        if context.words.dimensions[dimension].partition:
            is_open = family in withheld or len(parts) == 1
            yield from _check_partition(context, total, dimension, parts, is_open)
        else:
            yield from _check_options(total, dimension, parts)


def _families(context: Context) -> dict[Family, list[Reported]]:
    """By total and dimension, the figures that break the total down by that dimension alone."""
    found: dict[Family, list[Reported]] = defaultdict(list)
    counts = {code for code, one in context.indicators.items() if one.kind.is_count}
    for (code, area, period, breakdown), item in context.figures.items():
        if breakdown and code in counts:
            for rest, dimension in _cuts(breakdown):
                if dimension in context.words.dimensions:
                    found[code, area, period, rest, dimension].append(item)
    return found


def _wholes(item: Reported) -> Iterator[Family]:
    """The totals a figure is part of, and by which dimension."""
    for rest, dimension in _cuts(item.breakdown):
        yield item.indicator, item.area, item.period, rest, dimension


@lru_cache(maxsize=4096)
def _cuts(breakdown: Breakdown) -> tuple[tuple[Breakdown, str], ...]:
    """Each dimension of a breakdown, with what is left without it."""
    return tuple(
        (tuple(pair for pair in breakdown if pair[0] != dimension), dimension)
        for dimension, _ in breakdown
    )


def _check_partition(
    context: Context, total: Reported, dimension: str, parts: list[Reported], is_open: bool
) -> Iterator[Finding]:
    """Compare the sum; in an open family (a part alone, a part withheld) it may fall short."""
    summed = sum(map(amount, parts), Decimal(0))
    if summed == amount(total) or (is_open and summed < amount(total)):
        return
    if summed > amount(total):
        code, severity = RuleCode.PARTS_EXCEED, Severity.ERROR
        message = "sum to more than the total. Categories of a partition exclude one another."
    elif len(parts) == len(context.words.categories[dimension]):
        code, severity = RuleCode.PARTS_MISMATCH, Severity.ERROR
        message = "sum to less than the total."
    else:
        code, severity = RuleCode.PARTS_SHORT, Severity.QUERY
        message = "do not reach the total, and some are not returned. Send the rest, or say why."
    rows = ", ".join(place(part) for part in parts[:10])
    yield finding(
        severity, code, f"The categories of {dimension} {message} Parts: {rows}.", total, "value"
    )


def _check_options(total: Reported, dimension: str, parts: list[Reported]) -> Iterator[Finding]:
    for part in parts:
        if amount(part) > amount(total):
            yield finding(
                Severity.ERROR,
                RuleCode.OPTION_EXCEEDS,
                f"An option of {dimension} exceeds its base, {place(total)}.",
                part,
                "value",
            )
