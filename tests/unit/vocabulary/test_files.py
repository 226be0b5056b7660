"""Reading data files: every problem is named with its file, row and column."""

from pathlib import Path

import pytest

from hub.errors import VocabularyError
from hub.vocabulary import load
from hub.vocabulary.files import Problem, read_rows
from hub.vocabulary.rows import Level, Reason
from tests.unit.vocabulary.tiny import Tiny, count


def test_a_sound_folder_has_no_problem(tiny: Tiny) -> None:
    assert tiny.problems() == []


def test_empty_cells_take_the_default(tiny: Tiny) -> None:
    assert tiny.words().indicator("PEOPLE").dimensions == ()


def test_rows_of_a_topic_file_join_those_of_the_single_file(tiny: Tiny) -> None:
    folder = tiny.write()
    (folder / "levels").mkdir()
    (folder / "levels" / "extra.csv").write_text("code,title,rank\nUK,United Kingdom,0\n")
    rows, problems = read_rows(folder, "levels", Level)
    assert [row.code for row in rows] == ["CTY", "LAD", "UK"]
    assert rows[-1].place == ("levels/extra.csv", 2)
    assert problems == []


def test_a_bad_cell_is_named_and_the_good_rows_stay(tmp_path: Path) -> None:
    (tmp_path / "reasons.csv").write_text("code,status,text\nLATE,x,Late.\nODD,q,Odd.\n")
    rows, problems = read_rows(tmp_path, "reasons", Reason)
    assert [row.code for row in rows] == ["LATE"]
    assert [(item.file, item.row, item.column) for item in problems] == [
        ("reasons.csv", 3, "status")
    ]


def test_an_unknown_column_is_a_problem(tiny: Tiny) -> None:
    problems = tiny.change("bands", "FIRST", colour="red").problems()
    assert [(item.file, item.column) for item in problems if "Extra" in item.message] == [
        ("bands.csv", "colour")
    ]


def test_a_row_longer_than_its_header_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "reasons.csv").write_text("code,status,text\nLATE,x,Late.,more\n")
    assert [item.column for item in read_rows(tmp_path, "reasons", Reason)[1]] == ["surplus"]


def test_a_malformed_term_is_a_problem_not_a_crash(tiny: Tiny) -> None:
    problems = tiny.change("indicators", "CHANGE_PC", numerator="what is this").problems()
    assert any("not a term" in item.message for item in problems)


@pytest.mark.parametrize(
    ("table", "cells"),
    [
        ("indicators", count("RECORDS")),
        ("identities", {"code": "I1", "left": "REPEATS", "relation": "<=", "right": "RECORDS"}),
        ("categories", {"dimension": "SOURCE", "code": "POLICE", "title": "T", "order": "9"}),
    ],
)
def test_a_code_given_twice_is_a_problem(tiny: Tiny, table: str, cells: dict[str, str]) -> None:
    problem = tiny.add(table, **cells).only_problem()
    assert problem.column == "code"
    assert "given twice; first in" in problem.message


def test_the_same_category_code_may_stand_in_two_dimensions(tiny: Tiny) -> None:
    tiny.add("categories", dimension="AGE", code="POLICE", title="T", order="9")
    assert tiny.problems() == []


def test_load_lists_every_problem(tiny: Tiny) -> None:
    tiny.change("agencies", "A", kind="POLISE").change("datasets", "CRIME", due_days="-1")
    with pytest.raises(VocabularyError) as caught:
        load(tiny.write())
    assert "has 2 problems" in caught.value.message
    assert "agencies.csv row 2, column kind" in caught.value.message
    assert "datasets.csv row 2, column due_days" in caught.value.message


def test_a_problem_reads_as_a_sentence() -> None:
    assert str(Problem("a.csv", 3, "code", "wrong")) == "a.csv row 3, column code: wrong"
