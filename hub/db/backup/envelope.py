"""A file that only the holder of a private key can open (security B3).

X25519 with a fresh key for each file, HKDF-SHA256, and ChaCha20-Poly1305 over pieces of 64 KiB;
a piece's nonce is its number and whether it is the last, so pieces can be neither swapped nor cut
off. It is the construction of age (https://age-encryption.org/v1), for one recipient. The host
that makes backups holds the public key only.
"""

from base64 import b64decode, b64encode
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub import keyfiles
from hub.errors import SettingsError

MAGIC = b"hub-backup-1\n"
PIECE = 64 * 1024
TAG = 16
CHANGED = "The backup was changed or cut, or the key is another."
PUBLIC = "hub-backup-public-key"
PRIVATE = "hub-backup-private-key"


def make_keys(file: Path) -> str:
    """Write a new private key to ``file`` (mode 0600) and give the public one, as text."""
    if file.exists():
        raise SettingsError(f"{file.name} exists; a key that opens backups is never overwritten.")
    private = X25519PrivateKey.generate()
    text = b64encode(private.private_bytes_raw()).decode()
    keyfiles.write(file, f"{PRIVATE} {text}\n")
    return f"{PUBLIC} {b64encode(private.public_key().public_bytes_raw()).decode()}\n"


def public_key(text: str) -> X25519PublicKey:
    """Read a public key. Raises ``SettingsError`` when the text is none."""
    return X25519PublicKey.from_public_bytes(_raw(text, PUBLIC))


def private_key(file: Path) -> X25519PrivateKey:
    """Read a private key. Raises ``KeyFileError`` for a file open to others."""
    return X25519PrivateKey.from_private_bytes(_raw(keyfiles.read(file) or "", PRIVATE))


def _raw(text: str, kind: str) -> bytes:
    words = text.split()
    try:
        raw = b64decode(words[1], validate=True) if words[:1] == [kind] else b""
    except (ValueError, IndexError):
        raw = b""
    if len(raw) != 32:
        raise SettingsError(f"That file holds no {kind}.")
    return raw


class Sealing:
    """What ``tarfile`` writes into: seals as it goes. ``close`` writes the last piece."""

    def __init__(self, out: IO[bytes], recipient: X25519PublicKey) -> None:
        once = X25519PrivateKey.generate()
        public = once.public_key().public_bytes_raw()
        self._cipher = _cipher(once.exchange(recipient), public, recipient.public_bytes_raw())
        self._out, self._number, self._waiting = out, 0, bytearray()
        out.write(MAGIC + public)

    def write(self, data: bytes) -> int:
        """Take some bytes."""
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(data)

    def close(self) -> None:
        """Seal what is left, as the last piece."""
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, last), piece, None))
        self._number += 1


class Opening:
    """What ``tarfile`` reads from. Raises ``SettingsError`` for a wrong key or a changed file."""

    def __init__(self, source: IO[bytes], key: X25519PrivateKey) -> None:
        head = source.read(len(MAGIC) + 32)
        if not head.startswith(MAGIC) or len(head) != len(MAGIC) + 32:
            raise SettingsError("That file is no backup of a hub.")
        public = head[len(MAGIC) :]
        try:
            shared = key.exchange(X25519PublicKey.from_public_bytes(public))
        except ValueError:  # a point that no honest sealing writes
            raise SettingsError(CHANGED) from None
        self._cipher = _cipher(shared, public, key.public_key().public_bytes_raw())
        self._source, self._number, self._ready = source, 0, bytearray()
        self._next = source.read(PIECE + TAG)
        self._ended = False

    def read(self, size: int) -> bytes:
        """Give up to ``size`` bytes, fewer only at the end."""
        while len(self._ready) < size and not self._ended:
            self._open()
        taken = bytes(self._ready[:size])
        del self._ready[:size]
        return taken

    def _open(self) -> None:
        piece, self._next = self._next, self._source.read(PIECE + TAG)
        self._ended = not self._next
        try:
            self._ready += self._cipher.decrypt(_nonce(self._number, self._ended), piece, None)
        except InvalidTag:
            raise SettingsError(CHANGED) from None
        self._number += 1

    def drain(self) -> None:
        """Read to the end, so that a cut after the archive's own end is found too."""
        while self.read(PIECE):
            pass


def _cipher(shared: bytes, once: bytes, recipient: bytes) -> ChaCha20Poly1305:
    derived = HKDF(SHA256(), 32, salt=once + recipient, info=MAGIC).derive(shared)
    return ChaCha20Poly1305(derived)


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
