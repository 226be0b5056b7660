"""The rule on addresses: one figure, one row (trap T19)."""

from collections.abc import Iterator

from hub.returns import Finding, Reported, Severity
from hub.validation.context import Context
from hub.validation.findings import RuleCode, finding, place
from hub.vocabulary import CellKey


def check_keys(context: Context) -> Iterator[Finding]:
    """No two rows hold the same indicator, area, period and breakdown."""
    first: dict[CellKey, Reported] = {}
    for item in context.observations:
        earlier = first.setdefault(item.key, item)
        if earlier is not item:
            yield finding(
                Severity.ERROR,
                RuleCode.DUPLICATE_KEY,
                f"The same indicator, area, period and breakdown as {place(earlier)}. "
                "Keep one of the two.",
                item,
            )
