"""A new identity between indicators is a row of a data file: protection follows it at once."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from hub.release.preparation import raw_of
from hub.release.protection import table_of
from hub.vocabulary import CellKey, Vocabulary, load, vocabulary
from hub.vocabulary.files import shipped
from tests.unit.release.releases import Attacker, Published, of_counts, publish

COUNTY, YEAR = "E10000015", "CY2017"
CRIME, COURT = (CellKey(code, COUNTY, YEAR) for code in ("POL_DA_CRIME", "CRT_DA_CASE"))
COUNTS = {CRIME: 43, COURT: 40}
ROW = "COURT_IN_CRIME,CRT_DA_CASE,<=,POL_DA_CRIME,Made up for a test.\n"


@pytest.fixture(scope="module")
def with_the_row(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    """The shipped files with one line more, read as the hub reads them."""
    folder = tmp_path_factory.mktemp("words") / "data"
    shutil.copytree(Path(str(shipped())), folder)
    with (folder / "identities.csv").open("a", encoding="utf-8") as file:
        file.write(ROW)
    return load(folder)


def told(made: Published) -> tuple[int, int]:
    """What a reader proves of the crimes that never came to court."""
    attacker = Attacker()
    for key in COUNTS:
        shown = made.value(key)
        if shown is not None:
            attacker.sees(key, shown)
    attacker.adds_up(CRIME, [COURT, "not at court"])
    return attacker.interval("not at court")


def test_with_the_row_what_is_left_is_protected(with_the_row: Vocabulary) -> None:
    low, high = told(publish([of_counts(COUNTS)], vocabulary=with_the_row))
    assert (low <= 1, high >= 5) == (True, True)


def test_without_it_nobody_says_that_there_is_anything_left() -> None:
    assert told(publish([of_counts(COUNTS)], vocabulary=vocabulary())) == (3, 3)


def test_it_is_told_to_the_steward_by_the_rows_own_name(with_the_row: Vocabulary) -> None:
    made = publish([of_counts(COUNTS)], vocabulary=with_the_row)
    (line,) = [one for one in made.prepared.report if one.key in COUNTS]
    assert "COURT_IN_CRIME" in (line.forced_by or "")
    table = table_of(raw_of([of_counts(COUNTS)], with_the_row), with_the_row)
    assert "COURT_IN_CRIME E10000015 CY2017" in {one.origin for one in table.relations}


def test_a_release_says_which_words_it_was_made_with(with_the_row: Vocabulary) -> None:
    assert with_the_row.version != vocabulary().version
    assert replace(with_the_row, version="") != replace(vocabulary(), version="")
