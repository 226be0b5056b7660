"""Secret files are whole and private."""

from pathlib import Path

import pytest

from hub import keyfiles
from hub.errors import KeyFileError


def test_a_missing_file_is_none(tmp_path: Path) -> None:
    assert keyfiles.read(tmp_path / "none") is None


def test_writing_replaces_whole_and_private(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("old and open")
    keyfiles.write(path, "new")
    assert keyfiles.read(path) == "new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]


@pytest.mark.parametrize("mode", [0o604, 0o620, 0o640, 0o666])
def test_an_open_file_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secret"
    keyfiles.write(path, "x")
    path.chmod(mode)
    with pytest.raises(KeyFileError, match="open to others"):
        keyfiles.read(path)


def test_a_write_that_fails_leaves_the_old_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    keyfiles.write(path, "old")
    with pytest.raises(UnicodeEncodeError):
        keyfiles.write(path, "\ud800")
    assert keyfiles.read(path) == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]
