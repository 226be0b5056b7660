"""The steward's report counts cells, and never what is in them."""

from decimal import Decimal

import pytest

from hub.disclosure import Policy
from hub.disclosure.policy import PARTNER
from hub.protected.figures import FigureStatus
from hub.protected.observations import Observation
from hub.release.drafts import ReportLine
from hub.release.report import TOTAL, By, Opening, Report, opened, report
from hub.vocabulary import CellKey, breakdown_of, vocabulary

AREA, OTHER, YEAR = "E07000102", "E10000015", "CY2017"
SHOWN, GONE = FigureStatus.PUBLISHED, FigureStatus.SUPPRESSED


def key(category: str = "", area: str = AREA, indicator: str = "POL_DA_RISK") -> CellKey:
    return CellKey(indicator, area, YEAR, breakdown_of({"RISK": category} if category else None))


def cell(at: CellKey, status: FigureStatus) -> Observation:
    return Observation(at, status, Decimal(40) if status is SHOWN else None)


def line(at: CellKey, role: str, low: int | None, high: int | None, forced: str) -> ReportLine:
    rule = "SMALL_COUNT" if role == "PRIMARY" else "WOULD_REVEAL"
    return ReportLine(at, role, rule, low, high, forced or None)


CELLS = [
    cell(key(), SHOWN),
    cell(key("HIGH"), GONE),
    cell(key("MEDIUM"), GONE),
    cell(key("STANDARD"), SHOWN),
    cell(key(area=OTHER), SHOWN),
    cell(key(area=OTHER, indicator="MAR_CASES"), GONE),
    cell(key(area=OTHER, indicator="MAR_REPEAT"), FigureStatus.NOT_AVAILABLE),
]
LINES = [
    line(key("HIGH"), "PRIMARY", 0, 9, ""),
    line(key("MEDIUM"), "SECONDARY", None, None, "risk; months; risk of all"),
]


@pytest.fixture(scope="module")
def found() -> Report:
    return report(CELLS, LINES, PARTNER, vocabulary())


def test_every_cell_is_counted_once(found: Report) -> None:
    totals = found.totals
    assert (totals.cells, totals.shown, totals.absent) == (7, 3, 1)
    assert (totals.primary, totals.secondary, totals.withheld) == (1, 1, 1)
    assert totals.hidden + totals.shown + totals.absent == totals.cells


def test_loss_is_told_by_everything_worst_first(found: Report) -> None:
    for by in (By.INDICATOR, By.AREA, By.PERIOD, By.BREAKDOWN):
        groups = found.loss_by(by)
        assert sum(one.hidden for one in groups) == found.totals.hidden, by
        assert [one.hidden for one in groups] == sorted((o.hidden for o in groups), reverse=True)
    first = found.loss_by(By.AREA)[0]
    assert (first.code, first.title, first.cells, first.hidden) == (AREA, "Three Rivers", 4, 2)
    assert first.share == 50


def test_what_was_never_supplied_is_no_loss(found: Report) -> None:
    assert "MAR_REPEAT" not in {one.code for one in found.loss_by(By.INDICATOR)}
    assert sum(one.cells for one in found.loss_by(By.AREA)) == 6


def test_totals_have_a_group_beside_the_dimensions(found: Report) -> None:
    by = {one.code: one for one in found.loss_by(By.BREAKDOWN)}
    assert (by["RISK"].cells, by["RISK"].hidden) == (3, 2)
    assert (by[TOTAL].cells, by[TOTAL].hidden) == (3, 1)


def test_a_cross_counts_in_both_dimensions() -> None:
    at = CellKey("POL_DA_RISK", AREA, YEAR, (("AGE", "16_17"), ("RISK", "HIGH")))
    found = report([cell(at, SHOWN)], [], PARTNER, vocabulary())
    assert {one.code for one in found.loss_by(By.BREAKDOWN)} == {"AGE", "RISK"}


def test_openness_is_told_in_bands(found: Report) -> None:
    bands = {one.at_least: one.cells for one in found.openings}
    assert bands == {0: 0, 5: 1, 10: 0, 25: 0, 50: 0, None: 1}


def test_less_than_promised_is_seen() -> None:
    narrow = [line(key("HIGH"), "PRIMARY", 1, 4, "")]
    found = report([cell(key("HIGH"), GONE)], narrow, PARTNER, vocabulary())
    assert Opening(0, 1) in found.openings


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [(1, 5, (1, 5)), (0, 5, (1, 5)), (0, 9, (1, 5)), (1, 11, (1, 10)), (2, 5, (2, 5))],
)
def test_ends_that_move_with_the_count_are_not_told(
    low: int, high: int, told: tuple[int, int]
) -> None:
    assert opened(line(key("HIGH"), "PRIMARY", low, high, ""), 5) == told


def test_a_complementary_cell_has_no_interval() -> None:
    assert opened(LINES[1], 5) is None


def test_relations_are_ranked_and_ten_are_named() -> None:
    forced = ["; ".join(f"r{n:02d}" for n in range(row + 1)) for row in range(12)]
    lines = [line(key("HIGH"), "SECONDARY", None, None, text) for text in forced]
    forces = report([], lines, PARTNER, vocabulary()).forces
    assert [one.relation for one in forces] == [f"r{n:02d}" for n in range(10)]
    assert [one.cells for one in forces] == list(range(12, 2, -1))


def test_words_dropped_since_stand_for_themselves() -> None:
    old = CellKey("GONE_INDICATOR", "X99", YEAR, (("GONE_DIMENSION", "A"),))
    found = report([cell(old, SHOWN)], [], PARTNER, vocabulary())
    titles = {one.by: one.title for one in found.loss}
    assert titles[By.INDICATOR] == "GONE_INDICATOR"
    assert titles[By.AREA] == "X99"


def test_promise_is_the_policys() -> None:
    policy = Policy("wide", PARTNER.audience, threshold=8)
    assert report([], [], policy, vocabulary()).promise == 8
