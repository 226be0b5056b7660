"""What a release changed against the one before it: figures, methods, policies, coverage."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from hub.protected.figures import FigureStatus
from hub.protected.reader import Difference
from hub.protected.releases import Release


class Change(StrEnum):
    """What became of a cell between two releases."""

    REVISED = "REVISED"
    SHOWN = "SHOWN"
    WITHHELD = "WITHHELD"
    ADDED = "ADDED"
    REMOVED = "REMOVED"
    OTHER = "OTHER"


def change_of(item: Difference) -> Change:
    """Name a difference: a revision is one shown figure in place of another."""
    if item.before is None:
        return Change.ADDED
    if item.after is None:
        return Change.REMOVED
    shown = FigureStatus.PUBLISHED
    if item.before is item.after:
        return Change.REVISED if item.after is shown else Change.OTHER
    if item.after is shown:
        return Change.SHOWN
    return Change.WITHHELD if item.before is shown else Change.OTHER


@dataclass(frozen=True, slots=True)
class Changes:
    """A release beside the one before it (nothing for the first of its audience)."""

    release: Release
    before: Release | None
    differences: tuple[Difference, ...]

    @property
    def tally(self) -> Counter[Change]:
        """How many cells changed in which way."""
        return Counter(change_of(item) for item in self.differences)

    @property
    def revised(self) -> tuple[Difference, ...]:
        """The figures that one release shows and the next shows differently."""
        return tuple(item for item in self.differences if change_of(item) is Change.REVISED)
