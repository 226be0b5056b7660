"""Sums that are refused when asked for, each with its reason."""

from hub.statistics.addition import DIFFERENT, OVER_AREAS, OVER_TIME, why_not_added
from hub.vocabulary import CellKey
from tests.factory import DISTRICT, NEIGHBOUR, indicator, words

WORDS = words(indicator("POL_PERSON", area_additive=False))


def quarters(code: str) -> list[CellKey]:
    """The four quarters of an indicator."""
    return [CellKey(code, DISTRICT, f"FY2017-18-Q{number}") for number in range(1, 5)]


def test_events_may_be_added_over_time() -> None:
    assert why_not_added(quarters("POL_DA_TOTAL"), WORDS) is None


def test_distinct_people_may_not() -> None:
    assert why_not_added(quarters("POL_CLIENT"), WORDS) == OVER_TIME


def test_areas_only_where_the_indicator_allows_it() -> None:
    for code, expected in (("POL_DA_TOTAL", None), ("POL_PERSON", OVER_AREAS)):
        cells = [CellKey(code, area, "CY2017") for area in (DISTRICT, NEIGHBOUR)]
        assert why_not_added(cells, WORDS) == expected


def test_different_things_only_as_parts_of_an_identity() -> None:
    parts = [CellKey(code, DISTRICT, "CY2017") for code in ("POL_DA_CRIME", "POL_DA_INCIDENT")]
    assert why_not_added(parts, WORDS) is None
    others = [CellKey(code, DISTRICT, "CY2017") for code in ("POL_DA_CRIME", "POL_CLIENT")]
    assert why_not_added(others, WORDS) == DIFFERENT


def test_parts_of_an_identity_at_two_times_are_no_whole() -> None:
    cells = [
        CellKey("POL_DA_CRIME", DISTRICT, "CY2017"),
        CellKey("POL_DA_INCIDENT", DISTRICT, "CY2016"),
    ]
    assert why_not_added(cells, WORDS) == DIFFERENT
