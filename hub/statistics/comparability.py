"""How far two counts may be compared: grades A to D (joins-and-traps b.1)."""

from dataclasses import dataclass
from enum import StrEnum

from hub.vocabulary import Period

THRESHOLD = 0.75
"""The least share of common months at which a ratio is computed at all."""


class Grade(StrEnum):
    """A: like for like. B: another unit. C: several differences. D: not computed."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between a numerator and its denominator.

    ``overlap`` is the share of the shorter period's months that lie in both periods (0 to 1).
    """

    overlap: float
    same_period: bool
    same_unit: bool
    same_area: bool
    restricted: bool
    """Whether the numerator counts only what came from the denominator's stage."""

    @property
    def grade(self) -> Grade:
        """Grade by the rules of b.1; geography and overlap decide first."""
        if not self.same_area or self.overlap < THRESHOLD:
            return Grade.D
        if not self.same_period:
            return Grade.C
        if self.same_unit:
            return Grade.A if self.restricted else Grade.B
        return Grade.B


def overlap(first: Period, second: Period) -> float:
    """Share of the shorter period's months that both cover: 0.75 for a year against April's."""
    return first.common_months(second) / min(first.length, second.length)


def worst(*grades: Grade) -> Grade:
    """The lowest of several grades: a judgement in the vocabulary can only lower one."""
    return max(grades, key=lambda grade: grade.value)
