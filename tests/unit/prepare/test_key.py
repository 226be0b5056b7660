"""The agency's key is the agency's: no one else may read it, and each year has its own."""

import stat
from pathlib import Path

import pytest

from hub.prepare import KeyFileError, load_key, make_key
from hub.prepare.key import normal, pseudonym, year_key
from hub.vocabulary import parse_period

KEY = bytes(range(32))


def test_a_key_is_made_for_its_owner_alone_and_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "agency.key"
    make_key(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    key = load_key(file)
    assert len(key) == 32
    with pytest.raises(KeyFileError):
        make_key(file)
    assert load_key(file) == key


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "agency.key"
    make_key(file)
    file.chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        load_key(file)


@pytest.mark.parametrize("text", ["", "ab", "zz" * 32, "00" * 33, "\u00e9"])
def test_what_is_no_key_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    file = tmp_path / "agency.key"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    with pytest.raises(KeyFileError) as refused:
        load_key(file)
    assert not text or text not in refused.value.message
    with pytest.raises(KeyFileError):
        load_key(tmp_path / "absent")


def test_pseudonyms_change_with_the_financial_year_the_key_and_the_kind() -> None:
    years = {year_key(KEY, parse_period(text)) for text in ("FY2022-23", "FY2023-24", "2024-05")}
    assert len(years) == 3
    same = {year_key(KEY, parse_period(text)) for text in ("FY2023-24", "2023-04", "FY2023-24-Q4")}
    assert len(same) == 1
    made = {
        pseudonym(KEY, "person", ("AB1",)),
        pseudonym(KEY, "case", ("AB1",)),
        pseudonym(KEY[::-1], "person", ("AB1",)),
        pseudonym(KEY, "person", ("AB", "1")),
    }
    assert len(made) == 4


@pytest.mark.parametrize("cell", ["ab-12 3", "AB123", " ab123 ", "\uff21B123", "ab/12.3"])
def test_one_identifier_typed_in_different_ways_is_one(cell: str) -> None:
    assert normal(cell) == "AB123"
