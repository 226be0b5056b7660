"""Statements against a release: outcomes, and what is said when there is none."""

from decimal import Decimal

import pytest

from hub.errors import InvalidError
from hub.protected.observations import Observation
from hub.statistics.printed import Verdict
from hub.views.reconciliation import (
    Reconciled,
    Statement,
    cells_needed,
    read_statements,
    reconcile,
)
from hub.vocabulary import CellKey, vocabulary
from tests.unit.views.published import HIDDEN, cells, observation

HERE, NOW = "E07000102", "FY2017-18"
ENGAGED = "100 * IDV_ENGAGED / IDV_REFERRAL"


def judged(statement: Statement, *items: Observation) -> Reconciled:
    return reconcile([statement], "one", cells(*items), vocabulary()).outcomes[0]


def stated(figure: str, printed: str = "49%", note: str = "") -> Statement:
    return Statement("one", "Engaged", printed, figure, HERE, NOW, note=note)


def seen(code: str, value: int) -> Observation:
    return observation(code, HERE, NOW, value, None)


def test_a_figure_that_was_cut_off_is_told_its_right_value() -> None:
    found = judged(stated(ENGAGED), seen("IDV_ENGAGED", 70), seen("IDV_REFERRAL", 141))
    assert (found.verdict, found.should_be) == (Verdict.ROUNDING, Decimal(50))


def test_what_needs_a_suppressed_figure_cannot_be_computed() -> None:
    hidden = observation("IDV_ENGAGED", HERE, NOW, HIDDEN, None)
    found = judged(stated(ENGAGED), hidden, seen("IDV_REFERRAL", 141))
    assert (found.verdict, found.should_be) == (Verdict.CANNOT_BE_COMPUTED, None)
    assert "IDV_ENGAGED" in found.reason
    assert "uppressed" in found.reason


@pytest.mark.parametrize(
    ("figure", "printed", "reason"),
    [
        ("", "49%", "lost in the text"),
        ("IDV_ENGAGED +", "49%", "no formula"),
        ("IDV_ENGAGEMENT", "49%", "IDV_ENGAGEMENT"),
        ("IDV_ENGAGED[SEX=NONSENSE]", "49%", "NONSENSE"),
        ("IDV_ENGAGED", "half", "printed figure"),
        ("IDV_ENGAGED / 0", "49%", "zero"),
        ("IDV_ENGAGED", "49%", "returned"),
    ],
)
def test_what_cannot_be_computed_says_why(figure: str, printed: str, reason: str) -> None:
    words = stated(figure, printed, note="Its label is lost in the text.")
    items = [seen("IDV_ENGAGED", 70)] if "0" in figure else []
    found = judged(words, *items)
    assert found.verdict is Verdict.CANNOT_BE_COMPUTED
    assert reason in found.reason


def test_the_cells_needed_are_those_of_readable_formulas() -> None:
    needed = cells_needed([stated(ENGAGED), stated("(")], vocabulary())
    assert needed == {CellKey("IDV_ENGAGED", HERE, NOW), CellKey("IDV_REFERRAL", HERE, NOW)}


def test_a_statement_file_is_read_by_its_header() -> None:
    (found,) = read_statements("printed,id,what\n1,270,x\n")
    assert found == Statement("270", "x", "1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "lacks id"),
        ("id,what\n", "lacks printed"),
        ("id,what,printed,page\n", "page"),
        ("id,what,printed,id\n", "repeated"),
        ("id,what,printed\na,b\n", "Row 2"),
        ("id,what,printed\na,b,1,2\n", "Row 2"),
    ],
)
def test_a_file_that_is_none_is_told_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(InvalidError, match=said):
        read_statements(text)
