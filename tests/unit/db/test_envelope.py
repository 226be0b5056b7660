"""What is sealed opens with the one key, whole and unchanged, or not at all (security B3)."""

import io
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from hub.db.backup.envelope import (
    MAGIC,
    PIECE,
    TAG,
    Opening,
    Sealing,
    make_keys,
    private_key,
    public_key,
)
from hub.errors import HubError, SettingsError

SIZES = (0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 7)
KEY = X25519PrivateKey.generate()


def sealed(content: bytes) -> bytes:
    out = io.BytesIO()
    sealing = Sealing(out, KEY.public_key())
    for start in range(0, len(content), 10_000):
        sealing.write(content[start : start + 10_000])
    sealing.close()
    return out.getvalue()


def opened(data: bytes, key: X25519PrivateKey = KEY) -> bytes:
    opening = Opening(io.BytesIO(data), key)
    found = b""
    while piece := opening.read(50_000):
        found += piece
    return found


def content(size: int) -> bytes:
    return bytes(number * 7 % 251 for number in range(size))


@pytest.mark.parametrize("size", SIZES)
def test_what_is_sealed_opens(size: int) -> None:
    assert opened(sealed(content(size))) == content(size)


def test_nothing_of_the_content_shows() -> None:
    assert b"planted-secret" not in sealed(b"planted-secret" * 100)


def changes() -> list[bytes]:
    """Files that are not what was sealed: bits, pieces cut, swapped, doubled, added."""
    whole = sealed(content(3 * PIECE + 7))
    head, step = len(whole) - (3 * PIECE + 7 + 4 * TAG), PIECE + TAG
    pieces = [whole[head + number * step : head + (number + 1) * step] for number in range(4)]
    start = whole[:head]
    flipped = [
        whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        for place in (0, 20, head, head + PIECE, len(whole) - 1)
    ]
    return [
        *flipped,
        b"",
        start,
        MAGIC + bytes(200),
        whole[:-1],
        start + b"".join(pieces[:3]),
        start + b"".join([pieces[1], pieces[0], *pieces[2:]]),
        start + b"".join([pieces[0], *pieces]),
        whole + b"x",
    ]


@pytest.mark.parametrize("number", range(len(changes())))
def test_a_changed_file_does_not_open(number: int) -> None:
    with pytest.raises(SettingsError):
        opened(changes()[number])


def test_another_key_does_not_open() -> None:
    with pytest.raises(SettingsError, match="another"):
        opened(sealed(b"x"), X25519PrivateKey.generate())


def test_keys_are_made_once_and_kept_private(tmp_path: Path) -> None:
    file = tmp_path / "key"
    public = make_keys(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert private_key(file).public_key() == public_key(public)
    with pytest.raises(SettingsError, match="never overwritten"):
        make_keys(file)
    with pytest.raises(SettingsError, match="public-key"):
        public_key(file.read_text())
    for text in (
        "",
        "hub-backup-public-key",
        "hub-backup-public-key !!",
        "hub-backup-public-key YQ==",
    ):
        with pytest.raises(SettingsError):
            public_key(text)
    file.chmod(0o644)
    with pytest.raises(HubError, match="chmod 600"):
        private_key(file)
