"""Who owes what: told from published figures and a calendar."""

from datetime import date

import pytest

from hub.errors import InvalidError
from hub.protected.figures import FigureStatus
from hub.protected.observations import Observation
from hub.views.completeness import Owed, completeness_of, periods_within
from hub.vocabulary import parse_period, vocabulary
from hub.vocabulary.calendar import Owing
from tests.unit.views.published import Said, observation

YEAR = "FY2017-18"
DUE, OVERDUE = date(2018, 4, 30), date(2018, 5, 15)
AGENCY, DATASET = "REFUGE_HERTS", "IDVA"
LATER = date(2020, 1, 1)


def seen(said: Said, period: str = YEAR, *, derived: bool = False) -> Observation:
    return observation(
        "IDV_REFERRAL", "E07000102", period, said, source=(AGENCY, DATASET), derived=derived
    )


def owed(*items: Observation, today: date = LATER, period: str = YEAR) -> dict[str, Owed]:
    found = completeness_of(parse_period(period), "one", items, today, vocabulary())
    return {f"{row.dataset.code}/{row.agency.code}": row for row in found.owed}


def state(*items: Observation, today: date = LATER) -> Owing:
    return owed(*items, today=today)[f"{DATASET}/{AGENCY}"].state


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2017, 6, 1), Owing.EXPECTED),
        (DUE, Owing.EXPECTED),
        (date(2018, 5, 1), Owing.LATE),
        (OVERDUE, Owing.LATE),
        (date(2018, 5, 16), Owing.OVERDUE),
    ],
)
def test_what_is_not_published_is_due_then_late_then_overdue(today: date, expected: Owing) -> None:
    assert state(today=today) is expected


def test_due_dates_are_the_datasets_own() -> None:
    row = owed()[f"{DATASET}/{AGENCY}"]
    assert (row.due, row.overdue) == (DUE, OVERDUE)


def test_received_nil_and_exempt() -> None:
    assert state(seen(141)) is Owing.RECEIVED
    assert state(seen(0)) is Owing.NIL
    assert state(seen(FigureStatus.NOT_APPLICABLE)) is Owing.EXEMPT
    assert state(seen(FigureStatus.SUPPRESSED)) is Owing.RECEIVED
    assert state(seen(FigureStatus.NOT_AVAILABLE)) is Owing.RECEIVED


def test_quarters_cover_a_year_only_together() -> None:
    quarters = [seen(10, f"{YEAR}-Q{number}") for number in range(1, 5)]
    assert state(*quarters) is Owing.RECEIVED
    row = owed(*quarters[:3])[f"{DATASET}/{AGENCY}"]
    assert (row.state, row.months_published, row.months) == (Owing.OVERDUE, 9, 12)


def test_a_sum_the_hub_made_is_no_return() -> None:
    assert state(seen(141, derived=True)) is Owing.OVERDUE


def test_a_month_is_not_owed_of_a_quarterly_return() -> None:
    assert f"{DATASET}/{AGENCY}" not in owed(period="2017-05")
    assert "POLICE_CRIME/HERTS_POLICE" in owed(period="2017-05")


def test_whoever_returned_it_is_listed() -> None:
    assert "COURT/HERTS_POLICE" not in owed()
    extra = observation("CRT_DA_CASE", "E10000015", YEAR, 9, source=("HERTS_POLICE", "COURT"))
    assert owed(extra)["COURT/HERTS_POLICE"].state is Owing.RECEIVED


def test_periods_within_a_quarter() -> None:
    found = set(periods_within(parse_period("FY2017-18-Q1")))
    assert {"2017-05", "FY2017-18-Q1", "CY2017-Q2", "YTD-2017-05", "2017-05/2017-06"} <= found
    assert not {"FY2017-18", "2017-07", "R12-2017-06"} & found


def test_more_than_a_year_is_refused() -> None:
    with pytest.raises(InvalidError):
        periods_within(parse_period("2017-01/2018-01"))
