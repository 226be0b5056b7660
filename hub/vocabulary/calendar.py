"""When a return is owed: one slot for each run of months that a dataset is returned for.

A dataset says how often its agencies return it and when it is due; a row of ``calendar.csv``
says it otherwise for one agency. Days are calendar days after the period's last day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from hub.errors import PeriodError
from hub.vocabulary.periods import Period, PeriodKind, period_of
from hub.vocabulary.rows import Agency, Dataset

LENGTHS = {
    PeriodKind.MONTH: 1,
    PeriodKind.CALENDAR_QUARTER: 3,
    PeriodKind.FINANCIAL_QUARTER: 3,
    PeriodKind.CALENDAR_YEAR: 12,
    PeriodKind.FINANCIAL_YEAR: 12,
    PeriodKind.ROLLING_YEAR: 12,
}
"""Months of one return, by how often a dataset is returned; others are returned monthly."""
_QUARTER = 3
"""Months between two rolling years: the portal prints them each quarter."""


class Owing(StrEnum):
    """Where an agency stands with a return.

    ``RECEIVED`` covers every month, ``NIL`` with nothing but zeros, ``EXEMPT`` with nothing but
    *not applicable*, or because the partnership said so. Otherwise it is ``EXPECTED`` until the
    day it is due, ``LATE`` in the days of grace after it, and ``OVERDUE`` then.
    """

    EXPECTED = "EXPECTED"
    RECEIVED = "RECEIVED"
    LATE = "LATE"
    NIL = "NIL"
    EXEMPT = "EXEMPT"
    OVERDUE = "OVERDUE"


@dataclass(frozen=True, slots=True)
class Slot:
    """One return that is owed: for which months, until when, and until when with grace."""

    dataset: Dataset
    agency: Agency
    period: Period
    due: date
    overdue: date

    def outstanding(self, today: date) -> Owing:
        """Say where it stands while nothing has come."""
        if today <= self.due:
            return Owing.EXPECTED
        return Owing.LATE if today <= self.overdue else Owing.OVERDUE


@dataclass(frozen=True, slots=True)
class Expected:
    """What one agency returns of one dataset: how often, and how soon after the period's end."""

    dataset: Dataset
    agency: Agency
    frequency: PeriodKind
    due_days: int
    grace_days: int
    since: int = 0
    """The first month, numbered as in :class:`Period`, that is owed."""

    def slot(self, period: Period) -> Slot:
        """The slot of a period."""
        due = last_day(period) + timedelta(days=self.due_days)
        return Slot(self.dataset, self.agency, period, due, due + timedelta(self.grace_days))

    def slots(self, first: int, end: int) -> Iterator[Slot]:
        """Every slot that lies in the months ``first`` to ``end`` (not included), in order."""
        length = LENGTHS.get(self.frequency, 1)
        is_monthly = self.frequency not in LENGTHS
        kind = PeriodKind.MONTH if is_monthly else self.frequency
        for start in range(max(first, self.since), end - length + 1):
            if kind is PeriodKind.ROLLING_YEAR and (start + length) % _QUARTER:
                continue
            try:
                yield self.slot(period_of(kind, start, start + length))
            except PeriodError:
                continue  # a quarter or year of this kind does not begin in that month


def last_day(period: Period) -> date:
    """The last day that a period covers."""
    return date(period.end // 12, period.end % 12 + 1, 1) - timedelta(days=1)
