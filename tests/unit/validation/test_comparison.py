"""Questions that a comparison with earlier returns raises."""

from decimal import Decimal

import pytest

from hub.returns import Reported, past_of
from hub.validation.comparison import CUTOFF, FEWEST, Bounds, Earlier, check_earlier

USUAL = [100, 104, 98, 101, 97, 103, 99]


def cell(value: int | None, indicator: str = "POL_DA_CRIME") -> Reported:
    number = None if value is None else Decimal(value)
    return Reported(indicator, "E07000102", "2017-05", value=number, row=2)


def found(item: Reported, *before: Reported, series: list[int] | None = None) -> list[str]:
    key = (item.indicator, item.area, item.breakdown, 1)
    values = {key: [Decimal(one) for one in series or []]}
    asked = check_earlier([item], Earlier(past_of(before), values), {"2017-05": 1})
    return [str(one.code) for one in asked]


@pytest.mark.parametrize(
    ("was", "now", "asked"),
    [
        (100, 120, []),
        (100, 121, ["REVISION_CHANGE"]),
        (100, 79, ["REVISION_CHANGE"]),
        (3, 12, []),
        (3, 13, ["REVISION_CHANGE"]),
        (0, 9, []),
        (0, 10, ["REVISION_CHANGE"]),
    ],
)
def test_changes_beyond_a_fifth_and_of_ten_or_more_are_asked_about(
    was: int, now: int, asked: list[str]
) -> None:
    assert found(cell(now), cell(was)) == asked


def test_what_is_left_out_is_said() -> None:
    assert found(cell(100), cell(100), cell(5, "POL_DA_INCIDENT")) == ["REVISION_REMOVED"]


def test_a_status_is_no_change_of_size() -> None:
    assert found(cell(None), cell(100)) == []


def test_the_score_is_that_of_iglewicz_and_hoaglin() -> None:
    """Median 100 and MAD 2 of the usual values: the limit is 3.5 * 2 / 0.6745 = 10.38."""
    assert pytest.approx(10.378, abs=0.001) == CUTOFF * 2 / 0.6745
    assert [is_outlier(Decimal(one), _series(USUAL)) for one in (110, 111, 90, 89)] == [
        False,
        True,
        False,
        True,
    ]


def test_without_a_spread_of_the_middle_half_the_mean_deviation_stands_in() -> None:
    """MAD is 0, the mean deviation 5: the limit is 3.5 * 1.253314 * 5 = 21.9."""
    series = _series([100] * 7 + [140])
    assert [is_outlier(Decimal(one), series) for one in (121, 122)] == [False, True]
    assert is_outlier(Decimal(111), _series([100] * 8))


def test_few_earlier_values_and_small_counts_raise_no_question() -> None:
    assert not is_outlier(Decimal(999), _series(USUAL[: FEWEST - 1]))
    assert not is_outlier(Decimal(9), _series([0] * 12))


def test_an_outlier_is_asked_about_without_naming_it() -> None:
    assert found(cell(400), series=USUAL) == ["OUTLIER"]
    [asked] = check_earlier(
        [cell(4321)],
        Earlier(series={("POL_DA_CRIME", "E07000102", (), 1): _series(USUAL)}),
        {"2017-05": 1},
    )
    assert "4321" not in repr(asked)
    assert (asked.row, asked.column) == (2, "value")


def is_outlier(value: Decimal, earlier: list[Decimal]) -> bool:
    bounds = Bounds.of(earlier)
    return bounds is not None and bounds.is_outlier(value)


def _series(values: list[int]) -> list[Decimal]:
    return [Decimal(one) for one in values]
