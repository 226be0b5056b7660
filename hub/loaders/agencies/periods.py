"""Month and quarter columns, and labels such as ``14/15``, as typed periods."""

import re

from hub.errors import PeriodError
from hub.loaders.agencies.mapping import Step
from hub.vocabulary import parse_period
from hub.vocabulary.periods import Period, PeriodKind, month_number, period_of

_PAIR = re.compile(r"(?<!\d)(\d{4}|\d{2}) ?[-/] ?(\d{4}|\d{2})(?!\d)", re.ASCII)


def year_of(said: str, frame: Period) -> int:
    """The calendar year in which a financial year begins; ``this`` is that of the return."""
    if said.startswith("FY"):
        return int(said[2:6])
    first = (frame.start - 3) // 12
    return first if said == "this" else first - 1


def composed(year: int, month: int | None, quarter: int | None, step: Step) -> Period:
    """The period of a month or quarter column of a financial year, or the year itself."""
    start = month_number(year, 4)
    if month is not None:
        at = month_number(year + (month < 4), month)
        kind, span = PeriodKind.MONTH, (at, at + 1)
    elif quarter is not None:
        kind, span = PeriodKind.FINANCIAL_QUARTER, (start + 3 * quarter - 3, start + 3 * quarter)
    else:
        kind, span = PeriodKind.FINANCIAL_YEAR, (start, start + 12)
    if step is Step.TO_DATE:
        return period_of(PeriodKind.YEAR_TO_DATE, start, span[1])
    return period_of(kind, *span)


def readable(text: str) -> Period | None:
    """A typed period, or nothing; validation says what is wrong with one."""
    try:
        return parse_period(text)
    except PeriodError:
        return None


def years_in(label: str) -> tuple[int, ...]:
    """The financial years a label names, by the year they begin: ``Actual 14/15`` gives 2014."""
    found = []
    for match in _PAIR.finditer(label):
        first, last = (int(part) + (2000 if len(part) == 2 else 0) for part in match.groups())
        if last == first + 1:
            found.append(first)
    return tuple(found)
