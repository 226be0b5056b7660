"""Rounding of what is shown to the public, and what a rounded count still tells."""

from hub.disclosure.policy import Policy


def rounded(count: int, base: int) -> int:
    """The nearest multiple of ``base``, halves up. Zero stays zero."""
    return (2 * count + base) // (2 * base) * base


def told_by(count: int, policy: Policy) -> tuple[int, int]:
    """The counts that a reader who sees ``count`` rounded must think possible, ends included.

    The reader knows the policy: a count from 1 to ``threshold - 1`` would not have been shown, so
    a shown multiple other than zero tells of the threshold or more.
    """
    if policy.base == 1 or count == 0:
        return count, count
    shown, half = rounded(count, policy.base), policy.base // 2
    low = shown - half
    high = shown + half - (policy.base % 2 == 0)
    return max(low, policy.threshold if count >= policy.threshold else 1), high
