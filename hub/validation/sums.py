"""Rules on parts and wholes in one place: partitions sum, options do not exceed (trap T25)."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from hub.returns import Finding, Reported, Severity
from hub.validation.context import Context, amount
from hub.validation.findings import RuleCode, finding, place
from hub.vocabulary import CellKey


def check_sums(context: Context) -> Iterator[Finding]:
    """Compare the categories of each dimension with the total they break down."""
    for (whole, dimension), parts in _families(context).items():
        total = context.figures.get(whole)
        if total is None:
            continue
        if context.words.dimensions[dimension].partition:
            yield from _check_partition(context, total, dimension, parts)
        else:
            yield from _check_options(total, dimension, parts)


def _families(context: Context) -> dict[tuple[CellKey, str], list[Reported]]:
    """By total and dimension, the figures that break the total down by that dimension alone."""
    found: dict[tuple[CellKey, str], list[Reported]] = defaultdict(list)
    for item in context.figures.values():
        indicator = context.words.indicators.get(item.indicator)
        if indicator is None or not indicator.kind.is_count:
            continue
        for dimension, _ in item.breakdown:
            if dimension in context.words.dimensions:
                rest = tuple(pair for pair in item.breakdown if pair[0] != dimension)
                whole = CellKey(item.indicator, item.area, item.period, rest)
                found[whole, dimension].append(item)
    return found


def _check_partition(
    context: Context, total: Reported, dimension: str, parts: list[Reported]
) -> Iterator[Finding]:
    summed = sum(map(amount, parts), Decimal(0))
    if summed == amount(total):
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


def _check_options(
    total: Reported, dimension: str, parts: list[Reported]
) -> Iterator[Finding]:
    for part in parts:
        if amount(part) > amount(total):
            yield finding(
                Severity.ERROR,
                RuleCode.OPTION_EXCEEDS,
                f"An option of {dimension} exceeds its base, {place(total)}.",
                part,
                "value",
            )
