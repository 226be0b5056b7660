"""Tables of a return: bases and their chains, shares, years before, answers kept apart."""

import pytest

from hub.protected.figures import FigureStatus
from hub.protected.observations import Observation
from hub.views.profile import Answer, ProfileTable, answer_of, profile_periods, profile_terms
from hub.views.tables import profile_of
from hub.vocabulary import parse_period, vocabulary
from tests.unit.views.published import HIDDEN, Said, cells, observation

POOL, YEAR, BEFORE = "INS_POOL_2020", "FY2020-21", "FY2019-20"
YES_NO = "INS_YES_NO_UNKNOWN"
NEED = {"INS_NEED_AREA": "MENTAL_HEALTH", YES_NO: "YES"}


def seen(
    code: str, said: Said, breakdown: dict[str, str] | None = None, period: str = YEAR
) -> Observation:
    return observation(code, POOL, period, said, breakdown)


def tables(*items: Observation, dataset: str = "OUTREACH_INTAKE") -> dict[str, ProfileTable]:
    words = vocabulary()
    view = profile_of(
        words.dataset(dataset), words.area(POOL), parse_period(YEAR), "one", cells(*items), words
    )
    return {table.code: table for table in view.tables}


def displays(table: ProfileTable, title: str) -> list[str | None]:
    (row,) = [row for row in table.rows if row.title == title]
    cell = row.cells[0]
    return [item.display if item else None for item in (cell.count, cell.share, cell.per_hundred)]


def test_shares_are_of_the_declared_base() -> None:
    """AF-45: 2,128 + 1,026 + 57 cases of 3,211 intake forms."""
    found = tables(
        seen("INS_INTAKE", 3211),
        seen("INS_CASE_TYPE", 2128, {"INS_CASE_TYPE": "NEW"}),
        seen("INS_CASE_TYPE", 1026, {"INS_CASE_TYPE": "REPEAT"}),
        seen("INS_CASE_TYPE", 57, {"INS_CASE_TYPE": "CONTINUING"}),
    )["INS_CASE_TYPE[INS_CASE_TYPE]"]
    assert found.partition is True
    assert [displays(found, row.title)[1] for row in found.rows] == ["66.3%", "32.0%", "1.8%"]
    assert [(base.term, base.figure.display) for base in found.bases] == [("INS_INTAKE", "3,211")]


def test_bases_are_chained_down_to_everybody() -> None:
    found = tables(
        seen("INS_INTAKE", 3211),
        seen("INS_NEED", 1499, NEED),
        seen("INS_MH_DIAGNOSED", 843, {YES_NO: "YES"}),
        seen("INS_MH_CONDITION", 400, {"INS_MH_CONDITION": "DEPRESSION"}),
    )["INS_MH_CONDITION[INS_MH_CONDITION]"]
    assert [base.figure.display for base in found.bases] == ["843", "1,499", "3,211"]
    assert found.partition is False
    depression = [row for row in found.rows if row.breakdown[0][1] == "DEPRESSION"]
    (cell,) = depression[0].cells
    assert cell.share is not None
    assert cell.per_hundred is not None
    assert (cell.share.display, cell.per_hundred.display) == ("47.4%", "12")
    assert cell.per_hundred.unit == "per 100 forms"


def test_a_suppressed_base_hides_shares_and_shows_counts() -> None:
    found = tables(
        seen("INS_INTAKE", HIDDEN), seen("INS_CASE_TYPE", 57, {"INS_CASE_TYPE": "CONTINUING"})
    )["INS_CASE_TYPE[INS_CASE_TYPE]"]
    assert displays(found, "Continuing case") == ["57", "[c]", "[c]"]
    assert displays(found, "New client") == ["–", "[c]", "[c]"]


def test_a_base_that_is_a_sum_is_the_own_total_and_never_added_up() -> None:
    bands = [seen("INS_CHILD_BAND", 500, {"INS_CHILD_BAND": code}) for code in ("1", "2", "3", "4")]
    asked = seen("INS_CYPS", 100, {"INS_CYPS": "MISSING"})
    code = "INS_CYPS[INS_CYPS]"
    bare = tables(*bands, seen("INS_CHILD_BAND", 219, {"INS_CHILD_BAND": "5_PLUS"}), asked)[code]
    assert displays(bare, "Missing")[1] == "–"
    whole = tables(seen("INS_CYPS", 2219), asked)[code]
    assert displays(whole, "Missing")[1] == "4.5%"


def test_bases_are_chained_where_a_category_is_part_of_another() -> None:
    """T24: supported is a share of need, improved a share of supported."""
    steps = {"NEED": 746, "SUPPORTED": 432, "SAFETY_IMPROVED": 298}
    area = {"INS_SUPPORT_AREA": "HOUSING"}
    found = tables(
        seen("INS_EXIT", 2149),
        *(
            seen("INS_SUPPORT_MATRIX", count, area | {"INS_SUPPORT_STEP": step})
            for step, count in steps.items()
        ),
        dataset="OUTREACH_EXIT",
    )["INS_SUPPORT_MATRIX[INS_SUPPORT_AREA;INS_SUPPORT_STEP]"]
    shares = [row.cells[0].share for row in found.rows]
    assert [share and share.display for share in shares] == ["34.7%", "57.9%", "69.0%"]


def test_a_table_without_a_whole_has_a_base_for_each_part() -> None:
    point = {"INS_POINT": "EXIT"}
    found = tables(
        seen("INS_CYPS_EXIT", 394, point),
        seen("INS_CYPS_EXIT", 112, point | {"INS_CYPS_EXIT": "NONE"}),
        dataset="OUTREACH_EXIT",
    )["INS_CYPS_EXIT[INS_CYPS_EXIT;INS_POINT]"]
    assert [row.cells[0].share and row.cells[0].share.display for row in found.rows] == ["28.4%"]


def test_without_a_denominator_the_base_is_the_indicators_own_total() -> None:
    found = tables(
        seen("INS_CRO_SAFER", 1335),
        seen("INS_CRO_SAFER", 400, {"INS_AGREEMENT": "STRONGLY_AGREE"}),
        dataset="OUTREACH_EXIT",
    )["INS_CRO_SAFER[INS_AGREEMENT]"]
    assert [base.figure.display for base in found.bases] == ["1,335"]


def test_a_mean_has_no_share() -> None:
    found = tables(seen("INS_AGE_MEAN", 37), seen("INS_CLIENT", 3111))["INS_AGE_MEAN"]
    (cell,) = found.rows[0].cells
    assert (cell.share, cell.per_hundred) == (None, None)
    assert cell.count.value == 37


def test_every_category_of_one_dimension_has_a_row() -> None:
    found = tables(seen("INS_SEX", 3000, {"INS_SEX": "FEMALE"}))["INS_SEX[INS_SEX]"]
    answers = {row.title: row.answer for row in found.rows}
    assert answers["Don't know"] is Answer.UNKNOWN
    assert answers["Not disclosed"] is Answer.UNKNOWN
    assert answers["Male"] is Answer.KNOWN
    assert displays(found, "Male")[0] == "–"


def test_crossed_dimensions_are_grouped_and_partition_within_a_group() -> None:
    found = tables(seen("INS_NEED", 1499, NEED), seen("INS_NEED", 1, NEED | {YES_NO: "MISSING"}))[
        "INS_NEED[INS_NEED_AREA;INS_YES_NO_UNKNOWN]"
    ]
    assert found.partition is True
    assert [(row.group, row.title, row.answer) for row in found.rows] == [
        ("Mental health", "Yes", Answer.KNOWN),
        ("Mental health", "Missing", Answer.MISSING),
    ]


def test_previous_years_stand_beside_with_bases_of_their_own() -> None:
    found = tables(
        seen("INS_INTAKE", 3211),
        seen("INS_INTAKE", 3000, period=BEFORE),
        seen("INS_CASE_TYPE", 2128, {"INS_CASE_TYPE": "NEW"}),
        seen("INS_CASE_TYPE", 1500, {"INS_CASE_TYPE": "NEW"}, BEFORE),
    )["INS_CASE_TYPE[INS_CASE_TYPE]"]
    shares = [cell.share for cell in found.rows[0].cells]
    assert [share.display for share in shares if share] == ["66.3%", "50.0%"]


def test_an_indicator_that_nobody_returned_is_said_to_be_missing() -> None:
    found = tables()["INS_CASE_TYPE"]
    (cell,) = found.rows[0].cells
    assert cell.count.status is FigureStatus.NOT_RETURNED


@pytest.mark.parametrize(
    ("breakdown", "expected"),
    [
        ((("A", "YES"),), Answer.KNOWN),
        ((("A", "UNKNOWN"),), Answer.UNKNOWN),
        ((("A", "UNKNOWN"), ("B", "MISSING")), Answer.MISSING),
        ((), Answer.KNOWN),
    ],
)
def test_answers_are_kept_apart(breakdown: tuple[tuple[str, str], ...], expected: Answer) -> None:
    assert answer_of(breakdown) is expected


def test_terms_reach_the_bases_of_bases() -> None:
    assert "INS_EXIT" in profile_terms("OUTREACH_CIVIL", vocabulary())


def test_three_years_are_compared() -> None:
    found = [period.id for period in profile_periods(parse_period(YEAR))]
    assert found == [YEAR, BEFORE, "FY2018-19"]
    assert [period.id for period in profile_periods(parse_period("CY1900"))] == ["CY1900"]
