"""Figures returned as printed, without their counts: what they tell about the counts behind them.

A share printed to one decimal over a known base is an interval on its numerator. It is shown only
if that interval keeps the promise: the numerator is plainly not small, or plainly zero, or it may
be anything from 1 up to the threshold. The same must hold for what is left over of the base.
"""

from decimal import Decimal

from hub.disclosure import Policy
from hub.vocabulary.rows import Indicator, Kind


def may_be_shown(
    indicator: Indicator, value: Decimal, base: Decimal | None, policy: Policy
) -> bool:
    """Whether a stated figure may be shown under the policy."""
    if indicator.kind is not Kind.PERCENT or not indicator.sensitive or base is None:
        return True
    half = Decimal(5).scaleb(-indicator.decimals - 1)
    per = Decimal(str(indicator.per))
    low = max(Decimal(0), (value - half) * base / per)
    high = (value + half) * base / per
    left = max(Decimal(0), base - high), max(Decimal(0), base - low)
    return _is_open(low, high, policy) and _is_open(*left, policy)


def _is_open(low: Decimal, high: Decimal, policy: Policy) -> bool:
    not_small = low >= policy.threshold
    zero = high < 1 and not policy.zeros_sensitive
    wide = low <= policy.low and high >= policy.high
    return not_small or zero or wide
