"""Who owes what for a period, told from what has been published.

Readers cannot see the intake, so this is what a release shows: a return that was made and not
released yet counts as owed. The officers' own page on the intake's side knows better.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from hub.errors import InvalidError, PeriodError
from hub.protected.figures import FigureStatus
from hub.protected.observations import Observation
from hub.vocabulary import Period, PeriodKind, Vocabulary, parse_period, period_of
from hub.vocabulary.rows import Agency, Dataset

LONGEST = 12
"""Most months one question may cover."""
LENGTHS = {
    PeriodKind.MONTH: 1,
    PeriodKind.CALENDAR_QUARTER: 3,
    PeriodKind.FINANCIAL_QUARTER: 3,
    PeriodKind.CALENDAR_YEAR: 12,
    PeriodKind.FINANCIAL_YEAR: 12,
    PeriodKind.ROLLING_YEAR: 12,
}
"""Months of one return, by how often a dataset is returned; others are returned monthly."""


class Owing(StrEnum):
    """Where an agency stands with a return.

    ``RECEIVED`` covers every month, ``NIL`` with nothing but zeros, ``EXEMPT`` with nothing but
    *not applicable*. Otherwise it is ``EXPECTED`` until the day it is due, ``LATE`` in the days
    of grace after it, and ``OVERDUE`` then.
    """

    EXPECTED = "EXPECTED"
    RECEIVED = "RECEIVED"
    LATE = "LATE"
    NIL = "NIL"
    EXEMPT = "EXEMPT"
    OVERDUE = "OVERDUE"


@dataclass(frozen=True, slots=True)
class Owed:
    """What one agency owes of one dataset, and how many months of it have been published."""

    dataset: Dataset
    agency: Agency
    state: Owing
    months: int
    months_published: int
    due: date
    overdue: date


@dataclass(frozen=True, slots=True)
class Completeness:
    """Everything owed for a period, as at a day."""

    period: Period
    release: str
    today: date
    owed: tuple[Owed, ...]


def periods_within(period: Period) -> list[str]:
    """Name every period that lies in ``period``, of whatever kind, itself included.

    Raises:
        InvalidError: it is longer than :data:`LONGEST` months, so that too many would.
    """
    if period.length > LONGEST:
        raise InvalidError(f"Ask for at most {LONGEST} months.", code="PERIOD_LENGTH")
    found: list[str] = []
    for kind in PeriodKind:
        for start in range(period.start, period.end):
            for end in range(start + 1, period.end + 1):
                found += _named(kind, start, end)
    return found


def completeness_of(
    period: Period,
    release: str,
    observations: Iterable[Observation],
    today: date,
    words: Vocabulary,
) -> Completeness:
    """Say what is owed. ``observations`` are the release's, of any period within ``period``."""
    returned: dict[tuple[str, str], list[Observation]] = {}
    for item in observations:
        for source in () if item.derived else item.provenance:
            returned.setdefault((source.dataset, source.agency), []).append(item)
    owed = (
        _owed(dataset, agency, period, returned.get((dataset.code, agency.code), []), today)
        for dataset, agency in _pairs(period, returned.keys(), words)
    )
    return Completeness(period, release, today, tuple(owed))


def due_dates(dataset: Dataset, period: Period) -> tuple[date, date]:
    """The last day on which a return is in time, and the last one before it is overdue."""
    end = date(period.end // 12, period.end % 12 + 1, 1) - timedelta(days=1)
    due = end + timedelta(days=dataset.due_days)
    return due, due + timedelta(days=dataset.grace_days)


def _named(kind: PeriodKind, start: int, end: int) -> list[str]:
    try:
        return [period_of(kind, start, end).id]
    except PeriodError:
        return []


def _pairs(
    period: Period, returned: Iterable[tuple[str, str]], words: Vocabulary
) -> Iterator[tuple[Dataset, Agency]]:
    """The agencies whose part a dataset is, and whoever else returned it."""
    held = set(returned)
    for dataset in words.datasets.values():
        for agency in words.agencies.values():
            is_part = agency.kind == dataset.agency_kinds[0] and _reaches(agency, dataset, words)
            if (is_part and _fits(dataset, period)) or (dataset.code, agency.code) in held:
                yield dataset, agency


def _fits(dataset: Dataset, period: Period) -> bool:
    """Whether a return may cover the period, and is made at least that often."""
    is_long_enough = period.length >= LENGTHS.get(dataset.frequency, 1)
    return period.kind in dataset.period_kinds and is_long_enough


def _reaches(agency: Agency, dataset: Dataset, words: Vocabulary) -> bool:
    """Whether some place the agency reports on is of a level that the dataset is counted at."""
    codes = words.dataset_indicators.get(dataset.code, ())
    levels = {level for code in codes for level in words.indicator(code).area_levels}
    return any(
        area.level in levels and words.within(area.code, agency.areas)
        for area in words.areas.values()
    )


def _owed(
    dataset: Dataset, agency: Agency, period: Period, returned: list[Observation], today: date
) -> Owed:
    spans = {parse_period(item.key.period).months for item in returned}
    covered = {month for start, end in spans for month in range(start, end)}
    due, overdue = due_dates(dataset, period)
    if len(covered) == period.length:
        state = _received(returned)
    else:
        state = Owing.EXPECTED if today <= due else Owing.LATE
        state = Owing.OVERDUE if today > overdue else state
    return Owed(dataset, agency, state, period.length, len(covered), due, overdue)


def _received(returned: Iterable[Observation]) -> Owing:
    said = [item for item in returned if item.status is not FigureStatus.NOT_APPLICABLE]
    if not said:
        return Owing.EXEMPT
    return Owing.NIL if all(item.value == 0 for item in said) else Owing.RECEIVED
