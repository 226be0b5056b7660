"""Pseudonyms: HMAC-SHA-256 with a key that never leaves the agency.

The key in use is derived from the agency's key and the financial year of the return, so that
pseudonyms of two years cannot be linked even by whoever sees both. Within one run every row gets
the key of that one year, whatever its own date, so that repeats over the turn of the year count.
"""

import hmac
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from hub import keyfiles
from hub.errors import KeyFileError
from hub.vocabulary import Period

BYTES = 32


def make_key(file: Path) -> None:
    """Make a key file that only its owner may read; an existing one is never overwritten.

    Raises:
        KeyFileError: there is such a file.
    """
    try:
        with keyfiles.create(file) as out:
            out.write(f"{keyfiles.generate()}\n".encode())
    except FileExistsError:
        raise KeyFileError(
            f"{file.name} exists. A new key would tear the pseudonyms of a year apart."
        ) from None


def load_key(file: Path) -> bytes:
    """Read the agency's key.

    Raises:
        KeyFileError: it is missing, readable by others, or not 32 bytes in hexadecimal digits.
    """
    text = keyfiles.read(file)
    if text is None:
        raise KeyFileError(
            f"{file.name} cannot be read. `hub prepare-key {file.name}` makes a key."
        )
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != BYTES:
        raise KeyFileError(f"{file.name} is no key: it must hold {2 * BYTES} hexadecimal digits.")
    return key


def year_key(key: bytes, period: Period) -> bytes:
    """The key of the financial year a return begins in."""
    year = (period.start - 3) // 12
    return hmac.digest(key, f"hub prepare, financial year from April {year}".encode(), "sha256")


def pseudonym(key: bytes, name: str, cells: Sequence[str]) -> int:
    """The first 64 bits of the HMAC of an identifier; ``name`` keeps kinds of key apart.

    Two different identifiers among a million share a pseudonym with a probability of 3 in
    100 million.
    """
    text = "\x1f".join((name, *cells))
    return int.from_bytes(hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256")[:8])


def normal(cell: str) -> str:
    """An identifier as it is compared: without spaces and marks, in capitals.

    ``ab-12 3`` and ``AB123`` are one person typed twice.
    """
    if not cell.isascii():
        cell = unicodedata.normalize("NFKC", cell)
    return "".join(filter(str.isalnum, cell)).upper()
