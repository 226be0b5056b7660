"""Roll-up: every exact sum, and no other."""

from decimal import Decimal

import pytest

from hub.statistics.rollup import roll_up, tile
from hub.vocabulary import CellKey, parse_period
from tests.factory import COUNTY, DISTRICT, NEIGHBOUR, words

MONTHS = [f"2017-{month:02d}" for month in range(1, 13)]


def cells(code: str, values: dict[str, int], area: str = DISTRICT) -> dict[CellKey, Decimal]:
    """Counts of an indicator by period."""
    return {CellKey(code, area, period): Decimal(value) for period, value in values.items()}


def rolled(counts: dict[CellKey, Decimal], *wanted: str) -> dict[CellKey, Decimal]:
    """The cells that roll-up adds."""
    found, parts = roll_up(counts, words(), wanted)
    return {key: found[key] for key in parts}


def test_months_make_quarters_and_years() -> None:
    found = rolled(cells("POL_DA_TOTAL", dict.fromkeys(MONTHS, 10)))
    expected = {"CY2017": 120, "CY2017-Q1": 30, "FY2017-18-Q1": 30, "YTD-2017-06": 30}
    for period, value in expected.items():
        assert found[CellKey("POL_DA_TOTAL", DISTRICT, period)] == value


def test_a_missing_month_makes_no_year() -> None:
    values = dict.fromkeys(MONTHS, 10)
    del values["2017-05"]
    found = rolled(cells("POL_DA_TOTAL", values))
    assert CellKey("POL_DA_TOTAL", DISTRICT, "CY2017") not in found
    assert CellKey("POL_DA_TOTAL", DISTRICT, "YTD-2017-06") not in found


def test_rolling_years_are_never_added() -> None:
    """T3: four rolling years are not four quarters."""
    values = {"R12-2017-03": 10, "R12-2018-03": 20}
    found = rolled(cells("POL_DA_TOTAL", values))
    assert all(parse_period(key.period).length == 12 for key in found)


def test_distinct_people_are_not_added_over_time() -> None:
    """T9."""
    quarters = {f"FY2017-18-Q{number}": value for number, value in enumerate((48, 27, 30, 51), 1)}
    assert rolled(cells("POL_CLIENT", quarters)) == {}


def test_a_returned_total_is_never_overwritten() -> None:
    """T20."""
    counts = cells("POL_DA_TOTAL", dict.fromkeys(MONTHS, 10) | {"CY2017": 999})
    found, parts = roll_up(counts, words())
    year = CellKey("POL_DA_TOTAL", DISTRICT, "CY2017")
    assert found[year] == 999
    assert year not in parts


def test_runs_are_summed_only_when_wanted() -> None:
    counts = cells("POL_DA_TOTAL", dict.fromkeys(MONTHS[4:], 10))
    run = CellKey("POL_DA_TOTAL", DISTRICT, "2017-05/2017-12")
    assert run not in rolled(counts)
    assert rolled(counts, run.period)[run] == 80


def test_an_identity_gives_its_single_side() -> None:
    counts = cells("POL_DA_CRIME", {"CY2017": 617}) | cells("POL_DA_INCIDENT", {"CY2017": 653})
    assert rolled(counts)[CellKey("POL_DA_TOTAL", DISTRICT, "CY2017")] == 1270


def test_half_an_identity_gives_nothing() -> None:
    assert CellKey("POL_DA_TOTAL", DISTRICT, "CY2017") not in rolled(
        cells("POL_DA_CRIME", {"CY2017": 617})
    )


@pytest.mark.parametrize(("present", "expected"), [(3, 6), (2, None)])
def test_a_partition_needs_every_category(present: int, expected: int | None) -> None:
    counts = {
        CellKey("POL_DA_CRIME", DISTRICT, "CY2017", (("RISK", risk),)): Decimal(2)
        for risk in ("HIGH", "MEDIUM", "STANDARD")[:present]
    }
    assert rolled(counts).get(CellKey("POL_DA_CRIME", DISTRICT, "CY2017")) == expected


def test_options_are_never_added() -> None:
    """T25: one record can have several needs."""
    counts = {
        CellKey("POL_DA_TOTAL", DISTRICT, "CY2017", (("NEED", need),)): Decimal(2)
        for need in ("HOUSING", "MONEY", "HEALTH")
    }
    assert CellKey("POL_DA_TOTAL", DISTRICT, "CY2017") not in rolled(counts)


def test_a_county_is_the_sum_of_all_its_districts() -> None:
    counts = cells("POL_DA_CRIME", {"CY2017": 617})
    county = CellKey("POL_DA_CRIME", COUNTY, "CY2017")
    assert county not in rolled(counts)
    assert rolled(counts | cells("POL_DA_CRIME", {"CY2017": 3}, NEIGHBOUR))[county] == 620


def test_a_sum_names_the_returned_cells_it_is_made_of() -> None:
    counts = cells("POL_DA_CRIME", dict.fromkeys(MONTHS, 1))
    counts |= cells("POL_DA_INCIDENT", dict.fromkeys(MONTHS, 2))
    _, parts = roll_up(counts, words())
    assert set(parts[CellKey("POL_DA_TOTAL", DISTRICT, "CY2017")]) == set(counts)


def test_rates_and_targets_are_left_alone() -> None:
    counts = cells("POL_STATED_PC", dict.fromkeys(MONTHS, 1))
    counts |= cells("POL_TARGET", dict.fromkeys(MONTHS, 1))
    assert rolled(counts) == {}


def names(wanted: str, *periods: str) -> list[str]:
    """The cover of a period by others."""
    return [item.id for item in tile(parse_period(wanted), map(parse_period, periods))]


def test_tiles_cover_without_gap_or_overlap() -> None:
    assert names("FY2017-18-Q1", "2017-04", "2017-05", "2017-06", "2017-07") == [
        "2017-04",
        "2017-05",
        "2017-06",
    ]
    assert names("FY2017-18-Q1", "2017-04", "2017-06") == []


def test_the_finest_cover_wins() -> None:
    """Where a year and its months disagree, a year to date is the sum of the months (T20)."""
    months = [f"2014-{month:02d}" for month in range(4, 13)] + ["2015-01", "2015-02", "2015-03"]
    assert names("YTD-2015-03", "FY2014-15", *months) == months
    assert names("YTD-2015-03", "FY2014-15", *months[1:]) == ["FY2014-15"]


def test_a_period_is_not_its_own_cover() -> None:
    assert names("CY2017", "CY2017") == []
