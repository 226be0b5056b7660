"""Which period stands for a stage, and what a series lists."""

from decimal import Decimal

import pytest

from hub.protected.figures import FigureStatus
from hub.protected.observations import Observation
from hub.protected.rows import Row, table_of
from hub.views.series import ends_of, series_of
from hub.views.stages import by_term, near, nearest
from hub.vocabulary import CellKey, parse_period
from tests.factory import DISTRICT, NEIGHBOUR, words
from tests.unit.views.published import rows_of, totals

TERM = ("POL_DA_CRIME", "")


def cells(*periods: str, area: str = DISTRICT, derived: bool = False) -> dict[CellKey, Observation]:
    keys = [CellKey("POL_DA_CRIME", area, period) for period in periods]
    return {
        key: Observation(key, FigureStatus.PUBLISHED, Decimal(5), derived=derived) for key in keys
    }


def rows(*periods: str, area: str = DISTRICT, derived: bool = False) -> list[Row]:
    return rows_of(cells(*periods, area=area, derived=derived).values())


@pytest.mark.parametrize(
    ("asked", "there", "chosen"),
    [
        ("CY2017", ("CY2017", "FY2017-18"), "CY2017"),
        ("CY2017", ("FY2017-18", "CY2015"), "FY2017-18"),
        ("CY2017", ("R12-2017-12", "CY2017"), "CY2017"),
        ("CY2018", ("R12-2018-03", "FY2017-18"), None),
        ("FY2017-18", ("YTD-2018-03", "CY2017"), "YTD-2018-03"),
        ("R12-2018-03", ("YTD-2018-03", "FY2017-18"), "FY2017-18"),
        ("CY2017", ("2017-05",), None),
        ("CY2017", (), None),
    ],
)
def test_the_nearest_period_stands_for_the_asked_one(
    asked: str, there: tuple[str, ...], chosen: str | None
) -> None:
    found = nearest(TERM, parse_period(asked), by_term(DISTRICT, rows(*there)))
    assert (found.period if found else None) == chosen
    # What is read for it is enough.
    read = rows(*near(parse_period(asked), there))
    assert nearest(TERM, parse_period(asked), by_term(DISTRICT, read)) == found


def test_what_was_returned_comes_before_a_sum_of_the_hub() -> None:
    both = rows("YTD-2018-03") + rows("FY2017-18", derived=True)
    found = nearest(TERM, parse_period("R12-2018-03"), by_term(DISTRICT, both))
    assert found is not None
    assert found.period == "YTD-2018-03"


def test_another_area_does_not_stand_for_this_one() -> None:
    elsewhere = rows("CY2017", area=NEIGHBOUR)
    assert nearest(TERM, parse_period("CY2017"), by_term(DISTRICT, elsewhere)) is None


@pytest.mark.parametrize(
    ("first", "last", "listed"),
    [
        ("2017-11", "2018-01", ["2017-11", "2017-12", "2018-01"]),
        ("CY2015", "CY2017", ["CY2015", "CY2016", "CY2017"]),
        ("FY2017-18-Q1", "FY2017-18-Q3", ["FY2017-18-Q1", "FY2017-18-Q2", "FY2017-18-Q3"]),
        ("R12-2017-03", "R12-2018-03", ["R12-2017-06"]),
        ("CY2017", "CY2015", []),
    ],
)
def test_a_series_lists_every_period_gaps_included(
    first: str, last: str, listed: list[str]
) -> None:
    published = cells("2017-12", "CY2016", "FY2017-18-Q2", "R12-2017-06", "2016-01/2016-05")
    ends, held = (parse_period(first), parse_period(last)), table_of(totals(published.values()))
    points = series_of("POL_DA_CRIME", *ends, held, words())
    is_even = listed and not first.startswith("R12")
    assert ends_of(*ends) == ((listed[0], listed[-1]) if is_even else None)
    assert [point.period.id for point in points] == listed
    for point in points:
        there = CellKey("POL_DA_CRIME", DISTRICT, point.period.id) in published
        expected = FigureStatus.PUBLISHED if there else FigureStatus.NOT_RETURNED
        assert point.figure.status is expected
