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


class Method(StrEnum):
    """How small counts are kept from readers. Suppression unless a policy says otherwise."""

    SUPPRESSION = "suppression"
    CONTROLLED_ROUNDING = "controlled_rounding"
    CELL_KEY = "cell_key"


@dataclass(frozen=True, slots=True)
class Policy:
    """One audience's rule, valid from birth.

    Counts of people from 1 to ``threshold - 1`` are *sensitive*. The promise: whatever an
    attacker can prove about a sensitive count still allows ``low`` or less and ``high`` or more.
    Counts that are shown are rounded to multiples of ``base`` (1 is no rounding); controlled
    rounding prints every count as one. ``perturbation`` names the perturbation table of the
    cell-key method and ``least_variance`` what averaging must leave of its noise.

    Raises:
        DisclosureError: the policy would protect less than the floor, or names settings that its
            method does not have.
    """

    version: str
    audience: Audience
    threshold: int = SMALLEST_THRESHOLD
    base: int = 1
    zeros_sensitive: bool = False
    low: int = 1
    high: int = 0
    """At least this much must stay possible; 0 means the threshold itself."""
    method: Method = Method.SUPPRESSION
    perturbation: str = ""
    least_variance: float = 1.0

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
        self._check_method()

    def _check_method(self) -> None:
        if self.method is Method.CONTROLLED_ROUNDING and self.base < 2:
            raise DisclosureError("Controlled rounding needs a base of 2 or more.")
        if self.method is Method.CELL_KEY and self.base != 1:
            raise DisclosureError("Cell keys perturb counts and do not round: the base must be 1.")
        if (self.method is Method.CELL_KEY) != bool(self.perturbation):
            raise DisclosureError(
                "The cell-key method needs a perturbation table, such as D6V4J4; others have none."
            )
        if self.least_variance <= 0:
            raise DisclosureError("The variance that must be left has to be above zero.")


PARTNER = Policy("partner-1", Audience.PARTNER)
"""Named analysts of the partnership: 1 to 4 are sensitive, other counts exact, zeros shown."""

PUBLIC = Policy("public-1", Audience.PUBLIC, threshold=10, base=5)
"""Anyone: 1 to 9 are sensitive, other counts rounded to 5 from the protected release."""
