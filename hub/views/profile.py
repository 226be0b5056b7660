"""One return's tables: for each indicator its base, counts and shares, and the years before.

Every share carries its own base (trap T24). A base is one published count, never a sum made
here: a table whose base is a sum that nobody published has counts and no shares.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hub.errors import PeriodError
from hub.protected.figures import Figure
from hub.vocabulary import Breakdown, Period, Vocabulary
from hub.vocabulary.rows import Area, Dataset, Dimension, Indicator

YEARS = 3
"""The asked period and those of the same kind in the two years before."""


class Answer(StrEnum):
    """Whether a row tells something: not known and not answered are kept apart from it."""

    KNOWN = "KNOWN"
    UNKNOWN = "UNKNOWN"
    MISSING = "MISSING"


ANSWERS = {
    "UNKNOWN": Answer.UNKNOWN,
    "NOT_DISCLOSED": Answer.UNKNOWN,
    "MISSING": Answer.MISSING,
    "NOT_ASKED": Answer.MISSING,
}
"""The categories that stand for no answer, in every dimension that has them."""


@dataclass(frozen=True, slots=True)
class Base:
    """What a share is a share of: a count of the same place and period.

    ``term`` is its code, with a category if it is part of another table; ``chain`` goes on to
    what that is a share of, down to everybody.
    """

    term: str
    title: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class ProfileCell:
    """A count in one period. ``share`` is in per cent of the table's base in that period;
    ``per_hundred`` restates it for a service of a hundred: per hundred of everybody at the end
    of the chain of bases. Both are nothing where a share has no meaning (a mean, a base)."""

    period: Period
    count: Figure
    share: Figure | None
    per_hundred: Figure | None


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A category, or a crossing of several; ``group`` is the dimension it is one part of."""

    breakdown: Breakdown
    title: str
    group: str
    answer: Answer
    cells: tuple[ProfileCell, ...]


@dataclass(frozen=True, slots=True)
class ProfileTable:
    """A table: an indicator by some of its dimensions, or its total alone.

    ``partition`` is true when the categories exclude one another and sum to the base (within a
    group, if there are groups), false when several may hold at once, nothing without categories.
    ``bases`` runs from the base of the shares down to everybody, in the asked period.
    """

    code: str
    indicator: Indicator
    dimensions: tuple[Dimension, ...]
    partition: bool | None
    bases: tuple[Base, ...]
    rows: tuple[ProfileRow, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """All tables of a dataset for an area; ``periods`` are the columns, the asked one first."""

    dataset: Dataset
    area: Area
    period: Period
    release: str
    periods: tuple[Period, ...]
    tables: tuple[ProfileTable, ...]


def profile_periods(period: Period) -> tuple[Period, ...]:
    """The asked period and the same in the years before, as far as the hub's calendar goes."""
    found = [period]
    for _ in range(YEARS - 1):
        try:
            found.append(found[-1].year_before())
        except PeriodError:
            break
    return tuple(found)


def profile_terms(dataset: str, words: Vocabulary) -> set[str]:
    """Name every indicator the tables may need: the dataset's, and all their bases."""
    found: set[str] = set()
    front = set(words.dataset_indicators.get(dataset, ()))
    while front:
        found |= front
        terms = (term for code in front for term in words.indicator(code).denominator)
        front = {term.indicator for term in terms} - found
    return found


def answer_of(breakdown: Iterable[tuple[str, str]]) -> Answer:
    """Whether a breakdown names an answer, a *don't know*, or nothing said."""
    found = {ANSWERS.get(category, Answer.KNOWN) for _, category in breakdown}
    return next((one for one in (Answer.MISSING, Answer.UNKNOWN) if one in found), Answer.KNOWN)


def is_partition(dimensions: Sequence[Dimension]) -> bool | None:
    """Whether the rows of a table, within a group, exclude one another."""
    return any(item.partition for item in dimensions) if dimensions else None
