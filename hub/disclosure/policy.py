"""What counts as small, for whom, and how far it must stay open. Versioned data, not code."""

from dataclasses import dataclass
from enum import StrEnum

from hub.errors import DisclosureError

SMALLEST_THRESHOLD = 5
"""No policy may call 5 small enough to show 4: the usual local rule is the floor."""


class Audience(StrEnum):
    """Who a release is meant for. Each sees what the one below it sees."""

    PUBLIC = "public"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True)
class Policy:
    """One audience's rule, valid from birth.

    Counts of people from 1 to ``threshold - 1`` are *sensitive*. The promise: whatever an
    attacker can prove about a sensitive count still allows ``low`` or less and ``high`` or more.
    Counts that are shown are rounded to multiples of ``base`` (1 is no rounding).

    Raises:
        DisclosureError: the policy would protect less than the floor.
    """

    version: str
    audience: Audience
    threshold: int = SMALLEST_THRESHOLD
    base: int = 1
    zeros_sensitive: bool = False
    low: int = 1
    high: int = 0
    """At least this much must stay possible; 0 means the threshold itself."""

    def __post_init__(self) -> None:
        if self.threshold < SMALLEST_THRESHOLD:
            raise DisclosureError(f"The threshold may not be below {SMALLEST_THRESHOLD}.")
        if self.low not in (0, 1):
            raise DisclosureError("The promise must leave 1 or less possible.")
        if self.base < 1:
            raise DisclosureError("The rounding base must be 1 or more.")
        if self.high == 0:
            object.__setattr__(self, "high", self.threshold)
        if self.high < self.threshold:
            raise DisclosureError("The promise must leave the threshold possible.")


PARTNER = Policy("partner-1", Audience.PARTNER)
"""Named analysts of the partnership: 1 to 4 are sensitive, other counts exact, zeros shown."""

PUBLIC = Policy("public-1", Audience.PUBLIC, threshold=10, base=5)
"""Anyone: 1 to 9 are sensitive, other counts rounded to 5 from the protected release."""
