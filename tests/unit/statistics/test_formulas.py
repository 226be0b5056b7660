"""Formulas: exact, from published figures only, rounded once."""

from decimal import Decimal

import pytest

from hub.statistics.formulas import change, derive, parts_of, posts, ratio, round_half_up
from hub.vocabulary import CellKey
from hub.vocabulary.rows import Formula, Indicator, Kind
from tests.factory import DISTRICT, indicator

CRIME = CellKey("POL_DA_CRIME", DISTRICT, "CY2017")
BEFORE = CellKey("POL_DA_CRIME", DISTRICT, "CY2016")
ALL = CellKey("POL_DA_TOTAL", DISTRICT, "CY2017")


def rule(formula: Formula, **changes: object) -> Indicator:
    """A derived indicator over crimes."""
    plain: dict[str, object] = {
        "kind": Kind.DERIVED,
        "formula": formula,
        "numerator": "POL_DA_CRIME",
        "time_additive": False,
        "area_additive": False,
    }
    return indicator("MADE", **(plain | changes))


def value(word: Indicator, figures: dict[CellKey, int]) -> Decimal | None:
    """Derive in the district in 2017."""
    published = {key: Decimal(figure) for key, figure in figures.items()}
    return derive(word, DISTRICT, "CY2017", published)


@pytest.mark.parametrize(
    ("number", "decimals", "expected"),
    [
        ("21.97", 1, "22.0"),
        ("49.65", 0, "50"),
        ("0.5", 0, "1"),
        ("2.5", 0, "3"),
        ("28.7356", 2, "28.74"),
    ],
)
def test_rounding_is_half_up(number: str, decimals: int, expected: str) -> None:
    assert str(round_half_up(Decimal(number), decimals)) == expected


def test_nothing_is_divided_by_zero() -> None:
    assert ratio(Decimal(5), Decimal(0), Decimal(100)) is None
    assert change(Decimal(5), Decimal(0)) is None


def test_change_is_per_hundred_of_the_earlier_figure() -> None:
    assert round_half_up(change(Decimal(504), Decimal(625)) or Decimal(0), 2) == Decimal("-19.36")


@pytest.mark.parametrize(
    ("cases", "advisers", "administrators"),
    [
        (660, "7.0", "1.8"),
        (15_683, "157.0", "39.4"),
        (525, "5.5", "1.4"),
        (600, "6.0", "1.6"),
        (0, "0", "0"),
    ],
)
def test_posts_are_rounded_up_to_the_step(cases: int, advisers: str, administrators: str) -> None:
    assert posts(Decimal(cases), Decimal(100), Decimal("0.5")) == Decimal(advisers)
    assert posts(Decimal(cases), Decimal(400), Decimal("0.2")) == Decimal(administrators)


def test_exact_multiple_needs_no_further_post() -> None:
    assert posts(Decimal(800), Decimal(400), Decimal("0.2")) == 2


def test_ratio_of_published_figures() -> None:
    word = rule(Formula.RATIO, kind=Kind.PERCENT, unit="percent", denominator="POL_DA_TOTAL")
    assert value(word, {CRIME: 617, ALL: 1234}) == 50


@pytest.mark.parametrize("missing", [CRIME, ALL])
def test_ratio_with_a_part_withheld_is_withheld(missing: CellKey) -> None:
    word = rule(Formula.RATIO, kind=Kind.PERCENT, unit="percent", denominator="POL_DA_TOTAL")
    figures = {CRIME: 617, ALL: 1270}
    del figures[missing]
    assert value(word, figures) is None


def test_change_needs_the_year_before() -> None:
    word = rule(Formula.CHANGE, kind=Kind.PERCENT, unit="percent")
    assert value(word, {CRIME: 110, BEFORE: 100}) == 10
    assert value(word, {CRIME: 110}) is None
    assert parts_of(word, DISTRICT, "CY2017") == (CRIME, BEFORE)


def test_scale_and_difference() -> None:
    scale = rule(Formula.SCALE, per=40, step=10_000)
    assert value(scale, {CRIME: 25_490_000}) == 101_960
    difference = rule(Formula.DIFFERENCE, kind=Kind.EVENTS, denominator="POL_DA_TOTAL")
    assert value(difference, {CRIME: 132, ALL: 29}) == 103


def test_returned_indicator_is_not_derived() -> None:
    assert value(indicator("POL_DA_CRIME"), {CRIME: 617}) is None
