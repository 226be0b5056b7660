"""Grades of comparison: geography and overlap first, then period, then unit and source."""

import pytest

from hub.statistics.comparability import Comparison, Grade, overlap, worst
from hub.vocabulary import parse_period


def grade(**changes: object) -> Grade:
    """The grade of a like-for-like comparison with these differences."""
    plain: dict[str, object] = {
        "overlap": 1.0,
        "same_period": True,
        "same_unit": True,
        "same_area": True,
        "restricted": True,
    }
    return Comparison(**(plain | changes)).grade  # type: ignore[arg-type]


def test_like_for_like_is_a() -> None:
    assert grade() is Grade.A


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"same_unit": False}, Grade.B),
        ({"restricted": False}, Grade.B),
        ({"same_unit": False, "restricted": False}, Grade.B),
        ({"same_period": False, "overlap": 0.75}, Grade.C),
        ({"same_period": False, "overlap": 0.74}, Grade.D),
        ({"same_area": False}, Grade.D),
        ({"same_area": False, "same_period": False, "overlap": 0.0}, Grade.D),
    ],
)
def test_each_difference_lowers_the_grade(changes: dict[str, object], expected: Grade) -> None:
    assert grade(**changes) is expected


@pytest.mark.parametrize(
    ("first", "second", "share"),
    [
        ("CY2017", "FY2017-18", 0.75),
        ("CY2017", "CY2017", 1.0),
        ("2017-04/2017-11", "FY2017-18", 1.0),
        ("2017-12", "FY2018-19", 0.0),
    ],
)
def test_overlap_is_of_the_shorter_period(first: str, second: str, share: float) -> None:
    one, other = parse_period(first), parse_period(second)
    assert overlap(one, other) == overlap(other, one) == share


def test_worst_of_several() -> None:
    assert worst(Grade.A, Grade.C, Grade.B) is Grade.C
