"""The archive of the log: each finished piece sealed for a key that is elsewhere (security B1, B3).

PostgreSQL lays a piece of its log into a spool beside the cluster and may then forget it. The hub
seals it into the archive, best on another machine's share, and only then removes it from the spool.
With a backup and the pieces after it, a hub comes back as it was at any moment between.
"""

import json
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from hub import keyfiles
from hub.db.backup.envelope import CHANGED, PIECE, Opening, Sealing, public_key
from hub.db.embedded.home import ARCHIVED
from hub.errors import SettingsError

NAME = re.compile(r"[0-9A-F]{24}(\.[0-9A-F]{8}\.backup)?|[0-9A-F]{8}\.history", re.ASCII)
SEALED = ".sealed"
BLOCK = 4096
"""A piece cut short by the clock is mostly noughts; blocks of these take no room on the disk."""


@dataclass(frozen=True, slots=True)
class Archive:
    """Where the log of a data folder goes, and who can read it there."""

    folder: Path
    public: str

    @property
    def recipient(self) -> X25519PublicKey:
        """The key that pieces are sealed for."""
        return public_key(self.public)

    @property
    def pieces(self) -> list[Path]:
        """What the archive holds, in the log's order."""
        found = self.folder.glob(f"*{SEALED}")
        return sorted(file for file in found if NAME.fullmatch(file.name.removesuffix(SEALED)))


def archive_of(data_dir: Path) -> Archive | None:
    """Give the archive of a data folder; None when its log is not archived."""
    text = keyfiles.read(data_dir / ARCHIVED)
    if text is None:
        return None
    known = json.loads(text)
    return Archive(Path(known["folder"]), known["public"])


def begin(data_dir: Path, folder: Path, public: str) -> None:
    """Archive the log from the server's next start on.

    Raises ``SettingsError`` for a text that is no public key, or a folder that another hub (or this
    one, before it was restored) may have written into: pieces of two hubs have the same names.
    """
    public_key(public)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise SettingsError(f"{folder.name} is not empty; every archive begins in a new folder.")
    keyfiles.make_folder(data_dir)
    known = {"folder": str(folder.resolve()), "public": public.strip()}
    keyfiles.write(data_dir / ARCHIVED, json.dumps(known))


def end(data_dir: Path) -> None:
    """Archive no more, from the server's next start on; harmless when nothing is."""
    (data_dir / ARCHIVED).unlink(missing_ok=True)


def waiting(spool: Path) -> list[Path]:
    """Give the finished pieces that are not in the archive yet, in the log's order."""
    if not spool.is_dir():
        return []
    return sorted(file for file in spool.iterdir() if NAME.fullmatch(file.name))


def take(spool: Path, archive: Archive) -> int:
    """Seal every waiting piece into the archive; give how many.

    A piece leaves the spool once it is on the archive's disk; one that was sealed before a crash
    is sealed again. Raises ``OSError`` while the archive cannot be written.
    """
    found = waiting(spool)
    for piece in found:
        _seal(piece, archive)
        piece.unlink()
    return len(found)


def _seal(piece: Path, archive: Archive) -> None:
    target = archive.folder / f"{piece.name}{SEALED}"
    draft = archive.folder / f".{target.name}"
    # O_NOFOLLOW: the spool belongs to the server's account, which must not aim the hub's eye.
    source = os.fdopen(os.open(piece, os.O_RDONLY | os.O_NOFOLLOW), "rb")
    with source, os.fdopen(os.open(draft, _WRITE, keyfiles.PRIVATE_FILE), "wb") as out:
        sealing, packing = Sealing(out, archive.recipient), zlib.compressobj(1)
        while block := source.read(PIECE):
            sealing.write(packing.compress(block))
        sealing.write(packing.flush())
        sealing.close()
        out.flush()
        os.fsync(out.fileno())
    draft.replace(target)
    _sync(archive.folder)


_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def unseal(archive: Path, key: X25519PrivateKey, first: str, to: Path) -> int:
    """Open the pieces from ``first`` on into the folder ``to``; give how many.

    Raises ``SettingsError`` for another key or a changed piece.
    """
    number = 0
    for file in Archive(archive, "").pieces:
        name = file.name.removesuffix(SEALED)
        # A piece's name begins with its timeline, which a later one may have changed.
        if name.endswith(".history") or name[8:24] >= first[8:24]:
            with file.open("rb") as source, (to / name).open("xb") as out:
                _write(_unpacked(Opening(source, key)), out)
            number += 1
    return number


def _unpacked(opening: Opening) -> Iterator[bytes]:
    packing = zlib.decompressobj()
    try:
        while sealed := opening.read(PIECE):
            yield packing.decompress(sealed)
        yield packing.flush()
    except zlib.error:
        raise SettingsError(CHANGED) from None
    if not packing.eof:
        raise SettingsError(CHANGED)


def _write(content: Iterator[bytes], out: IO[bytes]) -> None:
    """Write content, leaving holes where it is nought."""
    waiting = bytearray()
    for part in content:
        waiting += part
        while len(waiting) >= BLOCK:
            _block(bytes(waiting[:BLOCK]), out)
            del waiting[:BLOCK]
    _block(bytes(waiting), out)
    out.truncate()


def _block(block: bytes, out: IO[bytes]) -> None:
    if block.strip(b"\0"):
        out.write(block)
    else:
        out.seek(len(block), os.SEEK_CUR)
