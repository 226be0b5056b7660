"""Pieces of the log: sealed into the archive, opened again as they were, or not (B1, B3)."""

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from hub.db.backup.archive import Archive, archive_of, begin, end, take, unseal, waiting
from hub.db.backup.envelope import make_keys, private_key
from hub.errors import SettingsError

FIRST, SECOND, LATER = (f"00000001000000000000000{number}" for number in (2, 3, 4))
NEXT_LINE = "000000020000000000000004"


@pytest.fixture
def key(tmp_path: Path) -> tuple[X25519PrivateKey, str]:
    public = make_keys(tmp_path / "key")
    return private_key(tmp_path / "key"), public


@pytest.fixture
def archive(tmp_path: Path, key: tuple[X25519PrivateKey, str]) -> Archive:
    begin(tmp_path / "data", tmp_path / "archive", key[1])
    found = archive_of(tmp_path / "data")
    assert found is not None
    return found


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    folder = tmp_path / "spool"
    folder.mkdir()
    return folder


def test_a_piece_comes_back_byte_for_byte_and_takes_little_room(
    archive: Archive, spool: Path, tmp_path: Path, key: tuple[X25519PrivateKey, str]
) -> None:
    content = os.urandom(9000) + bytes(16 * 1024 * 1024 - 9000)
    (spool / SECOND).write_bytes(content)
    assert take(spool, archive) == 1
    assert waiting(spool) == []
    assert archive.pieces[0].stat().st_size < 100_000
    back = tmp_path / "back"
    back.mkdir()
    assert unseal(archive.folder, key[0], FIRST, back) == 1
    assert (back / SECOND).read_bytes() == content
    assert (back / SECOND).stat().st_blocks * 512 < 100_000


def test_only_what_comes_after_the_backup_is_opened(
    archive: Archive, spool: Path, tmp_path: Path, key: tuple[X25519PrivateKey, str]
) -> None:
    for name in (FIRST, SECOND, LATER, NEXT_LINE, "00000002.history"):
        (spool / name).write_bytes(b"log")
    take(spool, archive)
    assert unseal(archive.folder, key[0], SECOND, tmp_path / "data") == 4
    assert not (tmp_path / "data" / FIRST).exists()


def test_what_is_half_written_or_no_piece_stays(archive: Archive, spool: Path) -> None:
    for name in (f".{FIRST}", "notes.txt", f"{FIRST}.part"):
        (spool / name).write_bytes(b"log")
    assert take(spool, archive) == 0
    assert archive.pieces == []


def test_a_link_in_the_spool_is_not_followed(archive: Archive, spool: Path, tmp_path: Path) -> None:
    """The spool belongs to the server's account, which may not read what the hub may."""
    secret = tmp_path / "secret"
    secret.write_text("other people's")
    (spool / FIRST).symlink_to(secret)
    with pytest.raises(OSError, match="symbolic"):
        take(spool, archive)
    assert archive.pieces == []


def test_a_piece_waits_while_the_archive_is_away(archive: Archive, spool: Path) -> None:
    (spool / FIRST).write_bytes(b"log")
    archive.folder.rmdir()
    with pytest.raises(OSError, match="No such file"):
        take(spool, archive)
    assert [piece.name for piece in waiting(spool)] == [FIRST]


@pytest.mark.parametrize("damage", ["cut", "changed", "key"])
def test_a_damaged_piece_or_another_key_is_refused(
    damage: str, archive: Archive, spool: Path, tmp_path: Path, key: tuple[X25519PrivateKey, str]
) -> None:
    (spool / FIRST).write_bytes(os.urandom(200_000))
    take(spool, archive)
    sealed, opener = archive.pieces[0], key[0]
    content = bytearray(sealed.read_bytes())
    if damage == "cut":
        del content[-100:]
    elif damage == "changed":
        content[1000] ^= 1
    else:
        opener = X25519PrivateKey.generate()
    sealed.write_bytes(content)
    with pytest.raises(SettingsError, match="changed or cut"):
        unseal(archive.folder, opener, FIRST, tmp_path / "data")


def test_an_archive_begins_in_a_new_folder_and_ends(
    archive: Archive, tmp_path: Path, key: tuple[X25519PrivateKey, str]
) -> None:
    (archive.folder / "old").touch()
    with pytest.raises(SettingsError, match="not empty"):
        begin(tmp_path / "data", archive.folder, key[1])
    with pytest.raises(SettingsError, match="holds no"):
        begin(tmp_path / "data", tmp_path / "other", "nonsense")
    end(tmp_path / "data")
    end(tmp_path / "data")
    assert archive_of(tmp_path / "data") is None
