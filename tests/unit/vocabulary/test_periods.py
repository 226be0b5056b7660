"""Periods: one string, one meaning, and what has two is refused with both named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import PeriodError
from hub.vocabulary import Period, PeriodKind, parse_period, period_of

MEANINGS = [
    ("2017-05", "M", "May 2017", 1, date(2017, 5, 1), (2017, 5)),
    ("CY2017", "CY", "Jan to Dec 2017", 12, date(2017, 1, 1), (2017, 12)),
    ("CY2024-Q1", "CQ", "Jan to Mar 2024", 3, date(2024, 1, 1), (2024, 3)),
    ("FY2017-18", "FY", "Apr 2017 to Mar 2018", 12, date(2017, 4, 1), (2018, 3)),
    ("FY2017-18-Q1", "FQ", "Apr to Jun 2017", 3, date(2017, 4, 1), (2017, 6)),
    ("FY2017-18-Q4", "FQ", "Jan to Mar 2018", 3, date(2018, 1, 1), (2018, 3)),
    ("FY1999-00", "FY", "Apr 1999 to Mar 2000", 12, date(1999, 4, 1), (2000, 3)),
    ("R12-2024-03", "R12", "Apr 2023 to Mar 2024", 12, date(2023, 4, 1), (2024, 3)),
    ("YTD-2015-06", "YTD", "Apr to Jun 2015", 3, date(2015, 4, 1), (2015, 6)),
    ("YTD-2015-03", "YTD", "Apr 2014 to Mar 2015", 12, date(2014, 4, 1), (2015, 3)),
    ("YTD-2015-04", "YTD", "Apr 2015", 1, date(2015, 4, 1), (2015, 4)),
    ("2017-05/2017-12", "RUN", "May to Dec 2017", 8, date(2017, 5, 1), (2017, 12)),
]


@pytest.mark.parametrize(("text", "kind", "title", "length", "first", "last"), MEANINGS)
def test_a_period_means_its_months(
    text: str, kind: str, title: str, length: int, first: date, last: tuple[int, int]
) -> None:
    period = parse_period(text)
    assert (str(period), period.kind.value, period.title) == (text, kind, title)
    assert (period.length, period.first_day, period.last_month) == (length, first, last)


AMBIGUOUS = [
    ("Q1", ["CY2017-Q1", "FY2017-18-Q1"]),
    ("2024-Q1", ["CY2024-Q1", "FY2024-25-Q1"]),
    ("2017", ["CY2017", "FY2017-18", "FY2016-17"]),
    ("2017/18", ["FY2017-18"]),
    ("2017-18", ["FY2017-18"]),
    ("2010/11", ["FY2010-11", "2010-11"]),
]


@pytest.mark.parametrize(("text", "readings"), AMBIGUOUS)
def test_what_has_two_readings_is_refused_with_both(text: str, readings: list[str]) -> None:
    with pytest.raises(PeriodError) as caught:
        parse_period(text)
    assert all(reading in caught.value.message for reading in readings)
    for reading in readings:
        parse_period(reading)


def test_one_reading_is_not_called_several() -> None:
    with pytest.raises(PeriodError, match=r"is not a period\. Did you mean FY2017-18\?"):
        parse_period("2017/18")
    for text in ("2017-13", "2017-19"):
        with pytest.raises(PeriodError, match="months run from 01 to 12"):
            parse_period(text)


WRONG = [
    "FY2017-19",
    "2017-13/2018-01",
    "2017-00",
    "2017-12/2017-05",
    "FY2017-18-Q5",
    "R12-2024-Q1",
    "CY1600",
    "may 2017",
    "",
    " CY2017",
    "cy2017",
    "２０１７-05",
]


@pytest.mark.parametrize("text", WRONG)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(PeriodError):
        parse_period(text)


def test_a_financial_year_names_the_next_year() -> None:
    with pytest.raises(PeriodError, match="did you mean FY2017-18-Q2"):
        parse_period("FY2017-17-Q2")


def test_calendar_and_financial_year_share_nine_months() -> None:
    calendar, financial = parse_period("CY2017"), parse_period("FY2017-18")
    assert calendar.common_months(financial) == 9
    assert not calendar.covers(financial)
    assert calendar.covers(parse_period("2017-05/2017-12"))
    assert calendar.common_months(parse_period("CY2019")) == 0


def test_the_same_months_under_two_names_are_two_periods() -> None:
    rolling, financial = parse_period("R12-2018-03"), parse_period("FY2017-18")
    assert rolling.months == financial.months
    assert rolling != financial


def test_months_that_are_no_quarter_make_none() -> None:
    start = parse_period("2017-02").start
    with pytest.raises(PeriodError):
        period_of(PeriodKind.CALENDAR_QUARTER, start, start + 3)
    with pytest.raises(PeriodError):
        period_of(PeriodKind.FINANCIAL_YEAR, start, start + 12)


_LENGTHS = {"M": 1, "CY": 12, "CQ": 3, "FY": 12, "FQ": 3, "R12": 12}


@st.composite
def periods(draw: st.DrawFn) -> Period:
    """Any period of the years 1950 to 2150, made from its months."""
    kind = draw(st.sampled_from(list(PeriodKind)))
    year, month = draw(st.integers(1950, 2150)), draw(st.integers(0, 11))
    quarter = 12 * year + 3 * (month // 3)
    start = {"CY": 12 * year, "FY": 12 * year + 3, "YTD": 12 * year + 3}.get(kind.value)
    if start is None:
        start = quarter if kind.value in ("CQ", "FQ") else 12 * year + month
    length = _LENGTHS.get(kind.value, draw(st.integers(1, 12)))
    return period_of(kind, start, start + length)


@given(periods())
def test_every_period_reads_back_as_itself(period: Period) -> None:
    assert parse_period(period.id) == period


@given(periods())
def test_a_year_before_is_twelve_months_earlier(period: Period) -> None:
    before = period.year_before()
    assert before.kind is period.kind
    assert before.months == (period.start - 12, period.end - 12)


@given(periods(), periods())
def test_common_months_are_counted_the_same_both_ways(first: Period, second: Period) -> None:
    months = set(range(*first.months)) & set(range(*second.months))
    assert first.common_months(second) == second.common_months(first) == len(months)
    assert first.covers(second) == (set(range(*second.months)) <= set(range(*first.months)))
