"""What reading a body gives: the rows that could be read, and what is wrong with the others."""

from dataclasses import dataclass, field

from hub.returns import Finding, Past, Reported, Return, Severity

MAX_ROWS = 10_000
"""Most observations in one return, in every format (security requirement U3)."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the address of a push says: whose return, of what, for when."""

    dataset: str
    agency: str
    period: str

    def make(self, observations: list[Reported], note: str | None = None) -> Return:
        """Put the rows into a return."""
        return Return(self.dataset, self.agency, self.period, tuple(observations), note)


@dataclass(frozen=True, slots=True)
class Loaded:
    """One body, read. Rows in = observations of ``readable`` + rows that a finding names.

    ``readable`` serves to report on the good rows as well as on the bad ones; store only
    :attr:`return_`, which exists when every row could be read.
    """

    readable: Return | None = field(repr=False)
    findings: tuple[Finding, ...]
    received: int
    """How many rows (or list items) the body holds, good and bad; the header is none."""
    partial: tuple[Reported, ...] = field(default=(), repr=False)
    """Rows that could be read in part: what was read of them is judged too, so that a row with two
    faults hears of both at once. A code that could not be read is empty. Never stored."""
    earlier: Past | None = field(default=None, repr=False)
    """What the same page says of the year before the return, to compare with. Never stored."""

    @property
    def is_whole(self) -> bool:
        """Whether every row could be read."""
        return self.readable is not None and not any(
            finding.severity is Severity.ERROR for finding in self.findings
        )

    @property
    def return_(self) -> Return | None:
        """The whole return, or ``None`` when any part of it could not be read."""
        return self.readable if self.is_whole else None
