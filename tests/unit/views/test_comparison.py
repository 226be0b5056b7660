"""Figures computed from figures: only from published ones, with the reason otherwise."""

from decimal import Decimal

import pytest

from hub.protected.figures import Figure, FigureStatus, missing
from hub.protected.observations import SUPPRESSED
from hub.views.comparison import compare, figure_at, share
from hub.vocabulary import CellKey
from tests.factory import DISTRICT, words
from tests.unit.views.published import HIDDEN, cells, observation

PC, CRIME, TOTAL = "POL_DA_TOTAL_PC", "POL_DA_CRIME", "POL_DA_TOTAL"


def count(value: str) -> Figure:
    return Figure(FigureStatus.PUBLISHED, "record", Decimal(value))


GONE = missing(HIDDEN, "record", SUPPRESSED)
ABSENT = missing(FigureStatus.NOT_RETURNED, "record", "Nobody.")


def test_share_carries_both_its_parts() -> None:
    found = share(count("29"), count("132"))
    assert (found.display, found.unit) == ("22.0%", "percent")
    assert (found.numerator, found.denominator) == (count("29"), count("132"))


@pytest.mark.parametrize("parts", [(GONE, count("9")), (count("9"), GONE), (ABSENT, GONE)])
def test_share_of_a_suppressed_part_is_suppressed(parts: tuple[Figure, Figure]) -> None:
    found = share(*parts)
    assert (found.value, found.status, found.reason) == (None, HIDDEN, SUPPRESSED)
    assert (found.numerator, found.denominator) == (None, None)


def test_share_of_what_is_not_returned_is_not_returned() -> None:
    assert share(ABSENT, count("9")).status is FigureStatus.NOT_RETURNED


def test_nothing_is_a_share_of_zero() -> None:
    assert share(count("0"), count("0")).status is FigureStatus.NOT_APPLICABLE


def test_difference_is_in_the_unit_and_percent_is_not() -> None:
    found = compare(count("1632"), count("1739"))
    assert (found.difference.display, found.difference.unit) == ("-107", "record")
    assert (found.percent.display, found.percent.unit) == ("-6.2%", "percent")
    assert found.other == count("1739")


@pytest.mark.parametrize("parts", [(GONE, count("9")), (count("9"), GONE)])
def test_difference_to_a_suppressed_figure_is_suppressed(parts: tuple[Figure, Figure]) -> None:
    found = compare(*parts)
    assert {found.difference.status, found.percent.status} == {HIDDEN}
    assert {found.difference.value, found.percent.value} == {None}


def test_change_from_zero_has_a_difference_and_no_percent() -> None:
    found = compare(count("5"), count("0"))
    assert found.difference.display == "5"
    assert found.percent.status is FigureStatus.NOT_APPLICABLE


def test_what_is_not_in_the_release_is_not_returned() -> None:
    found = figure_at(CellKey(CRIME, DISTRICT, "CY2017"), {}, words())
    assert (found.value, found.status) == (None, FigureStatus.NOT_RETURNED)


def test_a_ratio_of_the_hubs_shows_what_was_divided() -> None:
    held = cells(
        observation(PC, DISTRICT, "CY2017", 48.6, derived=True),
        observation(CRIME, DISTRICT, "CY2017", 617),
        observation(TOTAL, DISTRICT, "CY2017", 1270),
    )
    found = figure_at(CellKey(PC, DISTRICT, "CY2017"), held, words())
    assert found.numerator is not None
    assert found.denominator is not None
    assert (found.numerator.display, found.denominator.display) == ("617", "1,270")
