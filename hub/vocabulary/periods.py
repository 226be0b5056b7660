"""Periods: typed, dated runs of whole months. One string, one meaning.

========================  =====================================  =====================
string                    kind                                   covers
========================  =====================================  =====================
``2017-05``               ``M`` month                            May 2017
``CY2017``                ``CY`` calendar year                   January to December
``CY2024-Q1``             ``CQ`` calendar quarter                January to March 2024
``FY2017-18``             ``FY`` financial year                  April 2017 to March 2018
``FY2017-18-Q1``          ``FQ`` financial quarter               April to June 2017
``R12-2024-03``           ``R12`` rolling twelve months          April 2023 to March 2024
``YTD-2015-06``           ``YTD`` financial year to date         April to June 2015
``2017-05/2017-12``       ``RUN`` any run, both ends included    May to December 2017
========================  =====================================  =====================

Anything else is refused with the likely readings named, because "Q1" has meant April to
June in one source document and January to March in another (trap T2).
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from hub.errors import PeriodError


class PeriodKind(StrEnum):
    """What sort of run of months a period string names."""

    MONTH = "M"
    CALENDAR_YEAR = "CY"
    CALENDAR_QUARTER = "CQ"
    FINANCIAL_YEAR = "FY"
    FINANCIAL_QUARTER = "FQ"
    ROLLING_YEAR = "R12"
    YEAR_TO_DATE = "YTD"
    RUN = "RUN"


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


@dataclass(frozen=True, slots=True)
class Period:
    """A run of whole months.

    ``start`` and ``end`` are month numbers (``12 * year + month - 1``), ``end`` not included.
    Two periods with the same months but different kinds (``FY2017-18``, ``R12-2018-03``) are
    different periods that cover the same time; compare :attr:`months` for that.
    """

    id: str
    kind: PeriodKind
    start: int
    end: int

    @property
    def length(self) -> int:
        """How many months it covers."""
        return self.end - self.start

    @property
    def months(self) -> tuple[int, int]:
        """The interval itself, for comparing time apart from kind."""
        return self.start, self.end

    @property
    def first_day(self) -> date:
        """The first day covered."""
        return date(self.start // 12, self.start % 12 + 1, 1)

    @property
    def last_month(self) -> tuple[int, int]:
        """Year and month (1 to 12) of the last month covered."""
        return (self.end - 1) // 12, (self.end - 1) % 12 + 1

    @property
    def title(self) -> str:
        """Words for a person: ``Jan to Dec 2017``, ``Apr 2017 to Mar 2018``, ``May 2017``."""
        first, last = self.start, self.end - 1
        end = f"{_MONTHS[last % 12]} {last // 12}"
        if first == last:
            return end
        year = "" if first // 12 == last // 12 else f" {first // 12}"
        return f"{_MONTHS[first % 12]}{year} to {end}"

    def common_months(self, other: "Period") -> int:
        """How many months both cover."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))

    def covers(self, other: "Period") -> bool:
        """Whether every month of ``other`` is covered."""
        return self.start <= other.start and other.end <= self.end

    def takes_in(self, other: "Period") -> bool:
        """Whether a return for this period may hold a figure of ``other``.

        It lies within, or it is a window that reaches back from a month within.
        """
        if other.kind in (PeriodKind.ROLLING_YEAR, PeriodKind.YEAR_TO_DATE):
            return self.start < other.end <= self.end
        return self.covers(other)

    def year_before(self) -> "Period":
        """The same kind of period one year earlier."""
        return period_of(self.kind, self.start - 12, self.end - 12)

    def __str__(self) -> str:
        return self.id


def month_number(year: int, month: int) -> int:
    """Number a month so that runs are plain integer intervals."""
    return 12 * year + month - 1


def _month_id(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _financial(start_year: int) -> str:
    return f"FY{start_year}-{(start_year + 1) % 100:02d}"


def period_of(kind: PeriodKind, start: int, end: int) -> Period:
    """Make the period of ``kind`` over the months ``start`` to ``end`` (not included).

    Raises:
        PeriodError: the months are not a run of that kind (a quarter of four months, say).
    """
    year, last = start // 12, end - 1
    april_year, quarter = (start - 3) // 12, (start - 3) % 12 // 3 + 1
    names = {
        PeriodKind.MONTH: _month_id(start),
        PeriodKind.CALENDAR_YEAR: f"CY{year}",
        PeriodKind.CALENDAR_QUARTER: f"CY{year}-Q{start % 12 // 3 + 1}",
        PeriodKind.FINANCIAL_YEAR: _financial(year),
        PeriodKind.FINANCIAL_QUARTER: f"{_financial(april_year)}-Q{quarter}",
        PeriodKind.ROLLING_YEAR: f"R12-{_month_id(last)}",
        PeriodKind.YEAR_TO_DATE: f"YTD-{_month_id(last)}",
        PeriodKind.RUN: f"{_month_id(start)}/{_month_id(last)}",
    }
    period = parse_period(names[kind])
    if period.months != (start, end):
        raise PeriodError(
            f"{_month_id(start)} to {_month_id(last)} is not a period of kind {kind}."
        )
    return period


_YEAR = r"(?P<y>\d{4})"
_FORMS: tuple[tuple[PeriodKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(form, re.ASCII))
    for kind, form in (
        (PeriodKind.MONTH, rf"{_YEAR}-(?P<m>\d\d)"),
        (PeriodKind.CALENDAR_YEAR, rf"CY{_YEAR}"),
        (PeriodKind.CALENDAR_QUARTER, rf"CY{_YEAR}-Q(?P<q>[1-4])"),
        (PeriodKind.FINANCIAL_YEAR, rf"FY{_YEAR}-(?P<y2>\d\d)"),
        (PeriodKind.FINANCIAL_QUARTER, rf"FY{_YEAR}-(?P<y2>\d\d)-Q(?P<q>[1-4])"),
        (PeriodKind.ROLLING_YEAR, rf"R12-{_YEAR}-(?P<m>\d\d)"),
        (PeriodKind.YEAR_TO_DATE, rf"YTD-{_YEAR}-(?P<m>\d\d)"),
        (PeriodKind.RUN, rf"{_YEAR}-(?P<m>\d\d)/(?P<ye>\d{{4}})-(?P<me>\d\d)"),
    )
)


@lru_cache(maxsize=16_384)
def parse_period(text: str) -> Period:
    """Read a period string.

    Raises:
        PeriodError: it is not one of the typed forms; the message names the likely readings.
    """
    for kind, form in _FORMS:
        match = form.fullmatch(text)
        if match:
            return Period(text, kind, *_interval(text, kind, match.groupdict()))
    raise PeriodError(_explain(text))


def _interval(text: str, kind: PeriodKind, part: dict[str, str]) -> tuple[int, int]:
    year = int(part["y"])
    month = int(part.get("m", "1"))
    end_year, end_month = int(part.get("ye", year)), int(part.get("me", month))
    if not (_FIRST_YEAR <= year <= _LAST_YEAR and _FIRST_YEAR <= end_year <= _LAST_YEAR):
        raise PeriodError(f"{text!r}: years run from {_FIRST_YEAR} to {_LAST_YEAR}.")
    if not (1 <= month <= 12 and 1 <= end_month <= 12):
        ambiguous = kind is PeriodKind.MONTH and month == (year + 1) % 100
        raise PeriodError(_explain(text) if ambiguous else f"{text!r}: months run from 01 to 12.")
    if "y2" in part and int(part["y2"]) != (year + 1) % 100:
        raise PeriodError(
            f"{text!r}: a financial year ends in the next calendar year; did you mean "
            f"{text.replace(f'{year}-' + part['y2'], f'{year}-{(year + 1) % 100:02d}')}?"
        )
    at, quarter = month_number(year, month), 3 * (int(part.get("q", "1")) - 1)
    april = month_number(year, 4)
    start_end = {
        PeriodKind.MONTH: (at, at + 1),
        PeriodKind.CALENDAR_YEAR: (at, at + 12),
        PeriodKind.CALENDAR_QUARTER: (at + quarter, at + quarter + 3),
        PeriodKind.FINANCIAL_YEAR: (april, april + 12),
        PeriodKind.FINANCIAL_QUARTER: (april + quarter, april + quarter + 3),
        PeriodKind.ROLLING_YEAR: (at - 11, at + 1),
        PeriodKind.YEAR_TO_DATE: ((at - 3) // 12 * 12 + 3, at + 1),
        PeriodKind.RUN: (at, month_number(end_year, end_month) + 1),
    }[kind]
    if start_end[0] >= start_end[1]:
        raise PeriodError(f"{text!r}: the run ends before it starts.")
    return start_end


def _explain(text: str) -> str:
    """Say why a string is refused, with the readings it may have been meant as."""
    shown = repr(text[:40])
    readings: list[str] = []
    if match := re.fullmatch(r"(?:(\d{4})[- /]?)?[Qq]([1-4])", text, re.ASCII):
        year, quarter = match.group(1) or "2017", match.group(2)
        readings = [f"CY{year}-Q{quarter}", f"{_financial(int(year))}-Q{quarter}"]
    elif match := re.fullmatch(r"(\d{4})", text, re.ASCII):
        readings = [f"CY{text}", _financial(int(text)), _financial(int(text) - 1)]
    elif match := re.fullmatch(r"(\d{4})[/-](\d{2}|\d{4})", text, re.ASCII):
        year, second = int(match.group(1)), match.group(2)
        if second in (str(year + 1), f"{(year + 1) % 100:02d}"):
            readings = [_financial(year)]
        if len(second) == 2 and 1 <= int(second) <= 12:
            readings.append(f"{year}-{second}")
    if len(readings) == 1:
        return f"{shown} is not a period. Did you mean {readings[0]}?"
    if readings:
        return f"{shown} can be read in more than one way. Write {' or '.join(readings)}."
    return (
        f"{shown} is not a period. Write one of 2017-05, CY2017, CY2024-Q1, FY2017-18, "
        "FY2017-18-Q1, R12-2024-03, YTD-2015-06, 2017-05/2017-12."
    )
