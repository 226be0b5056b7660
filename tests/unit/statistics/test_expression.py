"""Formulas of statements: what they read, and what they make of it."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import HubError, InvalidError
from hub.statistics.expression import DEEPEST, MOST_TOKENS, parse
from hub.statistics.interval import Interval
from hub.vocabulary import CellKey

HERE, NOW = "E07000102", "FY2017-18"
VALUES = {"IDV_ENGAGED": 70, "IDV_REFERRAL": 141, "POL_DA_TOTAL": 1270}


def lookup(key: CellKey) -> Interval:
    return Interval.exact(Decimal(VALUES[key.indicator]))


def computed(text: str) -> Decimal:
    return parse(text, HERE, NOW).value(lookup).value


def test_a_formula_reads_figures_at_the_statements_place_and_time() -> None:
    cells = parse("100 * IDV_ENGAGED / POL_DA_TOTAL{CY2017}", HERE, NOW).cells()
    assert cells == {
        CellKey("IDV_ENGAGED", HERE, NOW),
        CellKey("POL_DA_TOTAL", HERE, "CY2017"),
    }


@pytest.mark.parametrize("at", ["E10000015 2017-12", "2017-12 E10000015"])
def test_braces_name_another_place_and_time(at: str) -> None:
    cells = parse(f"POL_DA_RISK[RISK=HIGH]{{{at}}}", HERE, NOW).cells()
    assert cells == {CellKey("POL_DA_RISK", "E10000015", "2017-12", (("RISK", "HIGH"),))}


def test_products_go_before_sums_and_parentheses_before_both() -> None:
    assert computed("1 + 2 * 3 - 4 / 2") == 5
    assert computed("(1 + 2) * (3 - 4) / 2") == Decimal("-1.5")
    assert computed("10 - 3 - 2") == 5
    assert computed("IDV_REFERRAL - IDV_ENGAGED") == 71


@given(st.lists(st.tuples(st.sampled_from("+-*"), st.integers(0, 50)), min_size=1, max_size=8))
def test_it_computes_as_python_does(steps: list[tuple[str, int]]) -> None:
    text = "7" + "".join(f" {sign} {number}" for sign, number in steps)
    assert Fraction(computed(text)) == Fraction(eval(text))  # noqa: S307 digits and signs only


@pytest.mark.parametrize(
    "text",
    ["", "+", "1 +", "(1", "1)", "1 2", "a", "IDV ENGAGED", "1 ** 2", "A[B]{CY2017", "__import__"],
)
def test_what_is_no_formula_is_said(text: str) -> None:
    with pytest.raises(HubError) as caught:
        parse(text, HERE, NOW)
    assert caught.value.status == 422


def test_a_formula_has_limits() -> None:
    parse(" + ".join("1" for _ in range(MOST_TOKENS // 2)), HERE, NOW)
    with pytest.raises(InvalidError):
        parse(" + ".join("1" for _ in range(MOST_TOKENS)), HERE, NOW)
    with pytest.raises(InvalidError):
        parse("(" * (DEEPEST + 1) + "1" + ")" * (DEEPEST + 1), HERE, NOW)


def test_nothing_is_divided_by_what_may_be_zero() -> None:
    with pytest.raises(ZeroDivisionError):
        computed("1 / (2 - 2)")
