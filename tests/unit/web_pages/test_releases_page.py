"""The stewards' pages: the act that is due, the report, and no hidden count anywhere."""

import re
from dataclasses import replace

import pytest

from hub.disclosure import PARTNER, Method
from hub.errors import DisclosureError
from hub.release.drafts import DraftState
from hub.vocabulary import vocabulary
from hub.web.pages.labels import labels
from hub.web.pages.releases import MOST_CELLS, alternatives_page, release_page, releases_page
from hub.web.pages.report_tables import (
    alternatives_table,
    cells_table,
    loss_tables,
    settings_table,
    summary_tables,
)
from tests.unit.web_pages.stewards import (
    ALTERNATIVES,
    FRAME,
    demo,
    prepared,
    report_of,
    row_of,
)

REFUSED = DisclosureError("<b>no</b>", explanations=("X is 3 because <i>",))
APPROVE, PUBLISH = 'action="/releases/approve"', 'action="/releases/publish"'


def page(state: DraftState = DraftState.PREPARED, *, prepared_here: bool = False) -> str:
    row = row_of(demo(), state, prepared_here=prepared_here)
    return release_page(row, report_of(demo()), vocabulary(), frame=FRAME)


@pytest.mark.parametrize(
    ("state", "prepared_here", "acts"),
    [
        (DraftState.PREPARED, False, (True, False)),
        (DraftState.PREPARED, True, (False, False)),
        (DraftState.APPROVED, True, (False, True)),
        (DraftState.APPROVED, False, (False, True)),
        (DraftState.PUBLISHED, False, (False, False)),
    ],
)
def test_only_the_act_that_is_due_is_offered(
    state: DraftState, prepared_here: bool, acts: tuple[bool, bool]
) -> None:
    found = page(state, prepared_here=prepared_here)
    assert (APPROVE in found, PUBLISH in found) == acts


def test_page_needs_no_script_and_has_no_style_attribute() -> None:
    for found in (
        page(),
        releases_page([row_of(demo())], error=REFUSED, frame=FRAME),
        alternatives_page(row_of(demo()), ALTERNATIVES, frame=FRAME),
    ):
        assert "<script" not in found
        assert not re.search(r"\sstyle=|\son[a-z]+=", found)


def test_who_acted_is_not_named() -> None:
    found = page(DraftState.PUBLISHED)
    assert "by another steward" in found
    assert ">one<" not in found
    assert ">two<" not in found


def test_an_error_is_said_first_and_escaped() -> None:
    found = releases_page([], error=REFUSED, frame=FRAME)
    assert "&lt;b&gt;no&lt;/b&gt;" in found
    assert "X is 3 because &lt;i&gt;" in found
    assert found.index("There is a problem") < found.index("<h1")


def test_every_table_has_cells_of_the_kind_it_says() -> None:
    report, t = report_of(demo()), labels()
    tables = [
        settings_table(report, {}, t),
        *summary_tables(report, t),
        *loss_tables(report, t),
        cells_table(report, vocabulary(), t),
        alternatives_table(ALTERNATIVES, t),
    ]
    assert [len(table.columns) for table in tables] == [2, 2, 2, 2, 5, 5, 5, 5, 7, 5]
    assert all(table.rows for table in tables)


def test_the_settings_of_the_method_are_told() -> None:
    """The policy's own once, and what the method publishes besides."""
    noisy = replace(PARTNER, method=Method.CELL_KEY, perturbation="D6V4J4", least_variance=1.5)
    published = {"method": "cell_key", "perturbation table": "D6V4J4", "count 0": "+0:1.0000000"}
    found = settings_table(replace(report_of(demo()), policy=noisy), published, labels())
    rows = {row[0]: row[1] for row in found.rows}
    assert [name for name in rows if rows[name] in ("D6V4J4", "1.5")] == [
        "Noise that averaging must leave (variance)",
        "perturbation table",
    ]
    assert (rows["Smallest count that is not small"], rows["count 0"]) == ("5", "+0:1.0000000")
    rounding = replace(PARTNER, method=Method.CONTROLLED_ROUNDING, base=5)
    found = settings_table(replace(report_of(demo()), policy=rounding), {"reach": "5"}, labels())
    rows = {row[0]: row[1] for row in found.rows}
    assert (rows["Rounding base"], rows["reach"]) == ("5", "5")


def test_an_alternative_is_set_against_the_policy_in_force() -> None:
    rows = alternatives_table(ALTERNATIVES, labels()).rows
    assert [row[3] for row in rows] == [0, 6, None, None]
    assert [bool(row[4]) for row in rows] == [False, False, True, True]


def test_page_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.web.pages.releases.MOST_CELLS", 2)
    assert "The first 2 of" in page()
    assert len(demo().report) < MOST_CELLS


def test_hidden_counts_leave_no_trace() -> None:
    """Two releases that differ only in hidden counts give the same report to the byte."""
    other = prepared({"COURT_MEASURES": 3, "MENTAL_HEALTH": 8})
    assert other.content_hash == demo().content_hash, "the two differ in what is shown"
    assert release_page(row_of(other), report_of(other), vocabulary(), frame=FRAME) == page()


def test_a_shown_count_would_leave_a_trace() -> None:
    assert prepared({"HOUSING": 20, "EMOTIONAL": 45}).content_hash != demo().content_hash
