"""Which method a release uses, and with which settings. Valid from birth."""

from dataclasses import dataclass, field

from hub.disclosure.policy import Method, Policy
from hub.errors import DisclosureError

__all__ = ["SHORTEST_SECRET", "Method", "MethodParameters"]

SHORTEST_SECRET = 32
"""Bytes. A shorter key could be tried out until the published noise fits."""


@dataclass(frozen=True, slots=True)
class MethodParameters:
    """The settings of the methods. All but ``secret`` are published with the release.

    ``base`` is what controlled rounding rounds to. ``perturbation`` names a perturbation table of
    the cell-key method (see :func:`perturbation_table`). ``least_variance`` is what must be left
    of the noise of a sensitive count after every relation was used to average it away (in counts
    squared). ``secret`` decides every random draw; the same secret gives the same release again,
    so it is kept as long as its releases are. ``seconds`` limits each single program.

    Raises:
        DisclosureError: a setting that could not protect anything.
    """

    base: int = 5
    perturbation: str = "D6V4J4"
    least_variance: float = 1.0
    secret: bytes = field(default=b"", repr=False)
    seconds: float = 60.0

    def __post_init__(self) -> None:
        if self.base < 2:
            raise DisclosureError("Controlled rounding needs a base of 2 or more.")
        if self.least_variance <= 0:
            raise DisclosureError("The variance that must be left has to be above zero.")
        if self.secret and len(self.secret) < SHORTEST_SECRET:
            raise DisclosureError(f"The secret key needs at least {SHORTEST_SECRET} bytes.")
        if self.seconds <= 0:
            raise DisclosureError("The time limit has to be above zero.")

    @classmethod
    def of(cls, policy: Policy, secret: bytes) -> "MethodParameters":
        """The settings that a policy names, with the hub's secret."""
        if policy.method is Method.CONTROLLED_ROUNDING:
            return cls(base=policy.base, secret=secret)
        name, least = policy.perturbation or "D6V4J4", policy.least_variance
        return cls(perturbation=name, least_variance=least, secret=secret)

    def key(self) -> bytes:
        """The secret, for methods that draw.

        Raises:
            DisclosureError: there is none.
        """
        if not self.secret:
            raise DisclosureError("This method needs a secret key; suppression does not.")
        return self.secret
