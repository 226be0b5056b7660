"""The overview's lines and the most similar groups refer to words that exist."""

import pytest

from hub.vocabulary import vocabulary
from tests.unit.vocabulary.tiny import Tiny

LINE = {"code": "RECORDS", "band": "MAIN", "order": "1"}


def with_line(tiny: Tiny, **cells: str) -> Tiny:
    tiny.tables["overview_bands"] = [{"code": "MAIN", "title": "Main", "order": "1"}]
    tiny.tables["overview"] = [LINE | cells]
    return tiny


def test_a_sound_line(tiny: Tiny) -> None:
    assert with_line(tiny).problems() == []


@pytest.mark.parametrize(
    ("column", "value"), [("code", "RECORD"), ("band", "MAINS"), ("recommended", "RECORD")]
)
def test_a_line_that_names_no_word(tiny: Tiny, column: str, value: str) -> None:
    problem = with_line(tiny, **{column: value}).only_problem()
    assert (problem.file, problem.column) == ("overview.csv", column)


@pytest.mark.parametrize(("column", "value"), [("code", "D9"), ("group", "C9")])
def test_a_group_that_is_no_area(tiny: Tiny, column: str, value: str) -> None:
    tiny.tables["similar"] = [{"code": "D1", "group": "C1"} | {column: value}]
    assert tiny.only_problem().column == column


def test_the_shipped_grid_has_the_portals_four_bands() -> None:
    words = vocabulary()
    bands = sorted(words.overview_bands.values(), key=lambda band: band.order)
    assert [band.code for band in bands] == [
        "PERFORMANCE",
        "RESOURCES",
        "REFERRALS",
        "DEMOGRAPHICS",
    ]
    assert {line.band for line in words.overview.values()} == set(words.overview_bands)
    for line in words.overview.values():
        indicator = words.indicator(line.code)
        if line.recommended:
            assert words.indicator(line.recommended).unit == indicator.unit


def test_a_groups_level_is_that_of_groups() -> None:
    words = vocabulary()
    for row in words.similar.values():
        levels = (words.area(row.code).level, words.area(row.group).level)
        assert levels == ("PFA", "MSG")
