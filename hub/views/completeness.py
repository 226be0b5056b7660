"""Who owes what for a period, told from what has been published.

Readers cannot see the intake, so this is what a release shows: a return that was made and not
released yet counts as owed. The officers' own page on the intake's side knows better.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from hub.errors import InvalidError, PeriodError
from hub.protected.figures import FigureStatus
from hub.protected.observations import Observation
from hub.vocabulary import Period, PeriodKind, Vocabulary, parse_period, period_of
from hub.vocabulary.calendar import LENGTHS, Expected, Owing, Slot
from hub.vocabulary.rows import Agency, Dataset

LONGEST = 12
"""Most months one question may cover."""


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
    require_year(period)
    found: list[str] = []
    for kind in PeriodKind:
        for start in range(period.start, period.end):
            for end in range(start + 1, period.end + 1):
                found += _named(kind, start, end)
    return found


def require_year(period: Period) -> None:
    """Insist on a period that one question may cover.

    Raises:
        InvalidError: it is longer than :data:`LONGEST` months.
    """
    if period.length > LONGEST:
        raise InvalidError(f"Ask for at most {LONGEST} months.", code="PERIOD_LENGTH")


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
        _owed(slot, returned.get((slot.dataset.code, slot.agency.code), []), today)
        for slot in _pairs(period, returned.keys(), words)
    )
    return Completeness(period, release, today, tuple(owed))


def _named(kind: PeriodKind, start: int, end: int) -> list[str]:
    try:
        return [period_of(kind, start, end).id]
    except PeriodError:
        return []


def _pairs(
    period: Period, returned: Iterable[tuple[str, str]], words: Vocabulary
) -> Iterator[Slot]:
    """The agencies whose part a dataset is, and whoever else returned it."""
    held = dict.fromkeys(returned)
    for expected in words.expected:
        pair = expected.dataset.code, expected.agency.code
        if pair in held or _fits(expected, period):
            held.pop(pair, None)
            yield expected.slot(period)
    for dataset, agency in held:
        row = words.dataset(dataset)
        other = Expected(row, words.agency(agency), row.frequency, row.due_days, row.grace_days)
        yield other.slot(period)


def _fits(expected: Expected, period: Period) -> bool:
    """Whether a return may cover the period, and is made at least that often."""
    is_long_enough = period.length >= LENGTHS.get(expected.frequency, 1)
    is_begun = period.start >= expected.since
    return is_begun and period.kind in expected.dataset.period_kinds and is_long_enough


def _owed(slot: Slot, returned: list[Observation], today: date) -> Owed:
    spans = {parse_period(item.key.period).months for item in returned}
    covered = {month for start, end in spans for month in range(start, end)}
    length = slot.period.length
    state = _received(returned) if len(covered) == length else slot.outstanding(today)
    return Owed(slot.dataset, slot.agency, state, length, len(covered), slot.due, slot.overdue)


def _received(returned: Iterable[Observation]) -> Owing:
    said = [item for item in returned if item.status is not FigureStatus.NOT_APPLICABLE]
    if not said:
        return Owing.EXEMPT
    return Owing.NIL if all(item.value == 0 for item in said) else Owing.RECEIVED
