"""Printed figures: read, judged, corrected."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import InvalidError
from hub.statistics.interval import Interval
from hub.statistics.printed import Printed, Verdict

MATCHES, ROUNDING, WRONG = Verdict.MATCHES, Verdict.ROUNDING, Verdict.DOES_NOT_REPRODUCE


@pytest.mark.parametrize(
    ("text", "number", "decimals"),
    [("1,270", "1270", 0), ("11.1%", "11.1", 1), ("-6 %", "-6", 0), ("−104", "-104", 0)],
)
def test_a_printed_figure_is_read(text: str, number: str, decimals: int) -> None:
    assert Printed.parse(text) == Printed(Decimal(number), decimals)


@pytest.mark.parametrize("text", ["", "many", "1.2.3", "[c]", "1e3", "NaN"])
def test_what_is_no_figure_is_said(text: str) -> None:
    with pytest.raises(InvalidError):
        Printed.parse(text)


@pytest.mark.parametrize(
    ("printed", "exact", "verdict"),
    [
        ("11.1%", "11.102", MATCHES),
        ("49%", "49.645", ROUNDING),  # F-01, cut off
        ("21.9%", "21.970", ROUNDING),  # F-02
        ("-104%", "-16.5", WRONG),  # F-12
        ("22.0", "21.95", MATCHES),  # half up
        ("<0", "13", WRONG),  # F-06, a rise called a reduction
        ("<0", "-13", MATCHES),
        (">0", "0", WRONG),
    ],
)
def test_verdicts(printed: str, exact: str, verdict: Verdict) -> None:
    assert Printed.parse(printed).verdict(Interval.exact(Decimal(exact))) is verdict


def test_a_difference_that_rounded_parts_explain_is_rounding() -> None:
    """F-19: thirteen shares to one decimal sum to 44.3 where 44.2 is printed."""
    parts = [Interval.rounded(Decimal("3.4"), 1)] * 13
    found = sum(parts[1:], parts[0])
    assert Printed.parse("44.1%").verdict(found) is ROUNDING
    assert Printed.parse("42.9%").verdict(found) is WRONG
    assert Printed.parse("44.1%").verdict(Interval.exact(found.value)) is WRONG


@given(st.decimals(-1000, 1000, places=4), st.integers(0, 2))
def test_the_right_figure_always_matches(exact: Decimal, decimals: int) -> None:
    found = Interval.exact(exact)
    right = Printed(Decimal(0), decimals).should_be(found)
    assert Printed(right, decimals).verdict(found) is MATCHES


numbers = st.decimals(-100, 100, places=2)


@given(numbers, numbers, st.decimals(0, 1, places=2), st.decimals(0, 1, places=2))
def test_an_interval_holds_every_outcome(a: Decimal, b: Decimal, s: Decimal, t: Decimal) -> None:
    """Any two figures within their rounding give a result within the interval's ends."""
    one, two = Interval.rounded(a, 1), Interval.rounded(b, 1)
    left, right = one.low + s * (one.high - one.low), two.low + t * (two.high - two.low)
    pairs = [(one + two, left + right), (one - two, left - right), (one * two, left * right)]
    assert all(found.low <= value <= found.high for found, value in pairs)
