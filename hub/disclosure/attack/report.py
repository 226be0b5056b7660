"""What an attack found. For the steward: a finding holds what a reader could have proved."""

from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """How an attack on one cell ended."""

    OPEN = "open"
    """Whole-number tables exist at both ends of the promise."""
    BROKEN = "broken"
    """The provable interval is narrower than promised."""
    UNDECIDED = "undecided"
    """A limit was reached first. Counts as broken: nobody has shown that it is safe."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One attacked cell.

    For an open cell ``low`` and ``high`` were reached by whole-number tables (more may be
    possible); for the others nothing outside them is possible. ``explanation`` is in plain words
    and may hold counts: it is for the steward only, and so left out of the ``repr``. ``grounds``
    are the relations, by number, that it rests on: for a broken cell, enough to prove both ends.
    """

    place: int
    name: str
    verdict: Verdict
    low: int = field(repr=False)
    high: int | None = field(repr=False)
    explanation: str = field(default="", repr=False)
    grounds: tuple[int, ...] = ()

    @property
    def is_safe(self) -> bool:
        """Whether the promise is shown to hold."""
        return self.verdict is Verdict.OPEN


@dataclass(frozen=True, slots=True)
class AttackReport:
    """The whole attack: one finding for each target, and how much work it took."""

    findings: tuple[Finding, ...]
    programs: int
    """How many linear and integer programs were solved."""

    @property
    def broken(self) -> tuple[Finding, ...]:
        """The cells that were not shown to be safe."""
        return tuple(finding for finding in self.findings if not finding.is_safe)

    @property
    def is_safe(self) -> bool:
        """Whether every target keeps its promise."""
        return not self.broken
