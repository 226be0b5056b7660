"""The overview grid: what stands across, and which groups are too small to show."""

from dataclasses import replace

import pytest

from hub.errors import InvalidError
from hub.protected.figures import FigureStatus
from hub.protected.observations import Observation
from hub.views.overview import (
    ALWAYS,
    GROUP_SIZE,
    MOST_AREAS,
    Comparator,
    Overview,
    columns_of,
    overview_of,
    overview_terms,
)
from hub.vocabulary import CellKey, Vocabulary, parse_period, vocabulary
from hub.vocabulary.rows import Membership
from tests.unit.views.published import HIDDEN, Said, cells, observation

PERIOD = parse_period("R12-2024-03")
MET, GROUP, MARAC, LONDON = "E23000001", "MSG_MET", "MAR_MET_1", "E12000007"


def grid(
    *areas: str,
    words: Vocabulary | None = None,
    more: tuple[Observation, ...] = (),
    **sizes: Said,
) -> Overview:
    """The grid of some areas; ``group`` is what the group's size is said to be."""
    known = words or vocabulary()
    held = cells(
        observation("MAR_CASE", MARAC, PERIOD.id, 589),
        observation("MAR_REPEAT_PC", MARAC, PERIOD.id, HIDDEN),
        observation("MAR_CASE_RECOMMENDED", MARAC, PERIOD.id, 320),
        *more,
        *(observation(GROUP_SIZE, GROUP, PERIOD.id, said) for said in sizes.values()),
    )
    columns = columns_of([known.area(code) for code in areas], PERIOD, ALWAYS, known)
    return overview_of(columns, PERIOD, "one", held, known)


def across(view: Overview) -> list[tuple[str, str]]:
    return [(column.comparator.name, column.area.code) for column in view.columns]


def cell(view: Overview, code: str, column: int) -> FigureStatus:
    rows = [row for band in view.bands for row in band.rows if row.indicator.code == code]
    return rows[0].cells[column].status


def test_a_marac_is_compared_with_its_force_and_that_forces_group() -> None:
    assert across(grid(MARAC)) == [
        ("UK", "K02000001"),
        ("RECOMMENDED", MARAC),
        ("SIMILAR", GROUP),
        ("FORCE", MET),
        ("AREA", MARAC),
    ]


def test_a_region_stands_beside_where_anybody_reports_on_it() -> None:
    assert [(one.comparator.name, one.area.code) for one in grid(MARAC).left_out] == [
        ("REGION", LONDON)
    ]
    for said in (15_683, HIDDEN):
        view = grid(MARAC, more=(observation("MAR_CASE", LONDON, PERIOD.id, said),))
        assert [code for kind, code in across(view) if kind == "REGION"] == [LONDON]
        assert view.left_out == ()


def test_a_region_asked_for_is_shown_even_if_it_is_empty() -> None:
    assert across(grid(LONDON, MARAC))[-2:] == [("AREA", LONDON), ("AREA", MARAC)]


def test_a_force_asked_for_stands_once() -> None:
    codes = [code for kind, code in across(grid(MET, MARAC)) if kind != "RECOMMENDED"]
    assert codes == ["K02000001", GROUP, MET, MARAC]


def test_a_force_whose_group_nobody_named_has_none() -> None:
    kinds = [kind for kind, _ in across(grid("MAR_THREE_RIVERS"))]
    assert kinds == ["UK", "RECOMMENDED", "FORCE", "AREA"]


def test_only_the_comparators_asked_for_are_shown() -> None:
    words = vocabulary()
    found = columns_of([words.area(MARAC)], PERIOD, [Comparator.FORCE], words)
    assert [column.comparator for column in found] == [Comparator.FORCE, Comparator.AREA]


def test_more_areas_than_fit_are_refused() -> None:
    words = vocabulary()
    with pytest.raises(InvalidError):
        columns_of(list(words.areas.values())[: MOST_AREAS + 1], PERIOD, ALWAYS, words)


def test_every_cell_has_a_status_and_no_other_period_stands_in() -> None:
    view = grid(MARAC)
    last = len(view.columns) - 1
    assert cell(view, "MAR_CASE", last) is FigureStatus.PUBLISHED
    assert cell(view, "MAR_REPEAT_PC", last) is HIDDEN
    assert cell(view, "MAR_CHILD", last) is FigureStatus.NOT_RETURNED


def test_recommended_column_has_levels_and_says_where_there_is_none() -> None:
    view = grid(MARAC)
    assert cell(view, "MAR_CASE", 1) is FigureStatus.PUBLISHED
    assert cell(view, "MAR_CHILD", 1) is FigureStatus.NOT_APPLICABLE


def test_a_group_of_unknown_membership_is_shown() -> None:
    assert ("SIMILAR", GROUP) in across(grid(MARAC))
    assert ("SIMILAR", GROUP) in across(grid(MARAC, group=3))


@pytest.mark.parametrize("asked", [MARAC, GROUP])
def test_a_group_that_says_it_is_small_is_left_out_and_that_is_said(asked: str) -> None:
    view = grid(asked, group=2)
    assert GROUP not in {code for kind, code in across(view) if kind != "RECOMMENDED"}
    (group,) = (item for item in view.left_out if item.area.code == GROUP)
    assert "fewer than 3" in group.reason


def test_a_group_of_two_known_members_is_left_out() -> None:
    words = vocabulary()
    members = tuple(
        Membership(parent=GROUP, hierarchy="SIMILAR", child=code, exhaustive=False)
        for code in ("E23000005", "E23000014")
    )
    view = grid(MARAC, words=replace(words, memberships=(*words.memberships, *members)))
    assert [item.area.code for item in view.left_out] == [GROUP, LONDON]


def test_terms_name_every_line_and_its_parts() -> None:
    terms = overview_terms(vocabulary())
    assert {*vocabulary().overview} <= terms
    assert "MAR_REPEAT" in terms
    assert CellKey("MAR_CASE", MARAC, PERIOD.id).indicator in terms


def reasons(view: Overview, code: str) -> list[str | None]:
    rows = [row for band in view.bands for row in band.rows if row.indicator.code == code]
    return [figure.reason for figure in rows[0].cells]


def test_a_rate_without_the_populations_of_its_own_period_says_so() -> None:
    """An earlier year's population never stands in: it would be of another vintage."""
    earlier = observation("POP_F16P", MARAC, "R12-2023-03", 80_000)
    *_, reason = reasons(grid(MARAC, more=(earlier,)), "MAR_CASE_RATE")
    assert reason == (
        "Computed from “Women aged 16 and over”: nobody has returned that for these months."
    )


def test_a_change_without_the_year_before_says_so() -> None:
    *_, reason = reasons(grid(MARAC), "MAR_CASE_YOY_PC")
    assert reason == (
        "Computed from “Cases discussed at Marac”: nobody has returned that for the year before."
    )


def test_what_no_formula_makes_is_plainly_not_returned() -> None:
    *_, reason = reasons(grid(MARAC), "MAR_CHILD")
    assert reason == "Nobody has returned this figure."
