"""Looking words up: codes, places over time, and the order of formulas."""

import pytest

from hub.errors import VocabularyError
from hub.vocabulary import UnknownWordError, parse_period, vocabulary
from tests.unit.vocabulary.tiny import Tiny, computed


def test_an_unknown_code_names_the_nearest(tiny: Tiny) -> None:
    with pytest.raises(UnknownWordError) as caught:
        tiny.words().indicator("RECORD")
    assert caught.value.nearest[0] == "RECORDS"
    assert "Nearest: RECORDS" in caught.value.message
    assert caught.value.code == "UNKNOWN_CODE"
    assert isinstance(caught.value, VocabularyError)


def test_an_unknown_code_far_from_all_names_none(tiny: Tiny) -> None:
    with pytest.raises(UnknownWordError) as caught:
        tiny.words().area("QQQQQQ")
    assert caught.value.nearest == ()
    assert caught.value.message == "'QQQQQQ' is not a known area."


def test_a_place_asked_for_by_its_name_is_told_its_code() -> None:
    with pytest.raises(UnknownWordError) as caught:
        vocabulary().area("three rivers")
    assert caught.value.nearest == ("E07000102",)
    assert caught.value.message == "'three rivers' is not a known area. Its code is E07000102."


def test_every_kind_of_word_is_found(tiny: Tiny) -> None:
    words = tiny.words()
    assert words.agency("A").kind == "POLICE"
    assert words.dataset("CRIME").due_days == 30
    assert words.category("AGE", "18P").lower == 18
    with pytest.raises(UnknownWordError, match="not a known dimension"):
        words.category("AGES", "18P")


def test_categories_come_in_their_order(tiny: Tiny) -> None:
    tiny.add("categories", dimension="AGE", code="NONE", title="T", order="0")
    assert list(tiny.words().categories["AGE"]) == ["NONE", "U16", "16_17", "18P"]


def test_a_dataset_knows_its_indicators(tiny: Tiny) -> None:
    assert tiny.words().dataset_indicators == {"CRIME": ("RECORDS", "REPEATS", "PEOPLE", "PLAN")}


@pytest.mark.parametrize(
    ("period", "children"),
    [
        ("2013-03", ("D1", "D2")),
        ("2013-04", ("D1", "D3")),
        ("FY2013-14", ("D1", "D3")),
        ("CY2012", ("D1", "D2")),
    ],
)
def test_a_county_is_covered_by_the_districts_of_the_time(
    tiny: Tiny, period: str, children: tuple[str, ...]
) -> None:
    words = tiny.words()
    assert words.coverings("C1", parse_period(period)) == {"DISTRICT": children}
    assert words.children("C1", parse_period(period)) == children


@pytest.mark.parametrize("period", ["CY2013", "2013-03/2013-04"])
def test_a_period_across_a_change_of_boundary_is_covered_by_nobody(tiny: Tiny, period: str) -> None:
    assert tiny.words().coverings("C1", parse_period(period)) == {}


def test_a_partial_hierarchy_covers_nothing(tiny: Tiny) -> None:
    for code in ("D1", "D2", "D3"):
        tiny.change("memberships", code, exhaustive="false")
    words = tiny.words()
    assert words.coverings("C1", parse_period("2012-01")) == {}
    assert words.children("C1", parse_period("2012-01")) == ("D1", "D2")


def test_parents_are_found_at_any_time_or_at_one(tiny: Tiny) -> None:
    words = tiny.words()
    assert words.parents("D2") == ("C1",)
    assert words.parents("D2", parse_period("2014-01")) == ()


def test_within_looks_up_the_whole_tree(tiny: Tiny) -> None:
    words = tiny.words()
    assert words.within("D2", ["C1"])
    assert words.within("C1", ["C1"])
    assert not words.within("C1", ["D1"])


def test_formulas_come_after_what_they_are_computed_from(tiny: Tiny) -> None:
    tiny.tables["indicators"].insert(0, computed("TWICE_PC", "change", numerator="REPEAT_PC"))
    assert [word.code for word in tiny.words().derived] == ["REPEAT_PC", "TWICE_PC", "CHANGE_PC"]
