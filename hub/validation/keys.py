"""The rule on addresses: one figure, one row (trap T19)."""

from collections.abc import Iterator

from hub.returns import Address, Finding, Reported, Severity
from hub.validation.context import Context
from hub.validation.findings import RuleCode, finding, place


def check_keys(context: Context) -> Iterator[Finding]:
    """No two rows hold the same indicator, area, period and breakdown."""
    if len(set(context.addresses)) == len(context.observations):
        return
    first: dict[Address, Reported] = {}
    for where, item in zip(context.addresses, context.observations, strict=True):
        earlier = first.setdefault(where, item)
        if earlier is not item:
            yield finding(
                Severity.ERROR,
                RuleCode.DUPLICATE_KEY,
                f"The same indicator, area, period and breakdown as {place(earlier)}. "
                "Keep one of the two.",
                item,
            )
