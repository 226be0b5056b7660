"""One database login per duty, so that a room can only do what its duty needs.

Logins belong to the whole server, not to one database: several databases of one server share
them, and with them one ``credentials.json``. Two hubs with different data folders must
therefore not share a server.
"""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from hub import keyfiles
from hub.db.lock import held
from hub.errors import DatabaseError

CREDENTIALS = "credentials.json"
LOCK = "credentials.lock"
"""Held while the file is made or replaced."""
BEFORE = "before"
ITERATIONS = 4096


class Duty(StrEnum):
    """What a connection is for; the value is the login's name."""

    INGEST = "hub_ingest"
    """Reads and writes returns; sees nothing of releases."""
    RELEASE = "hub_release"
    """Reads returns, prepares releases, writes what is published."""
    READ = "hub_read"
    """Reads what is published and past its embargo; nothing else."""
    IDENTITY = "hub_identity"
    """Clients, people, keys, tokens; reads the audit record for auditors."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The password of each duty's login; while they are being replaced, the ones before too."""

    passwords: Mapping[Duty, str] = field(repr=False)
    before: Mapping[Duty, str] = field(default_factory=dict, repr=False)

    def of(self, duty: Duty) -> tuple[str, ...]:
        """Give the passwords to try for a login, the likeliest first."""
        kept = (self.passwords[duty], self.before.get(duty))
        return tuple(password for password in kept if password is not None)

    def as_text(self) -> str:
        """Write them as ``credentials.json`` holds them."""
        plain = {duty.value: password for duty, password in self.passwords.items()}
        old = {duty.value: password for duty, password in self.before.items()}
        return json.dumps({**plain, BEFORE: old} if old else plain)


def credentials(data_dir: Path) -> Credentials:
    """Read the passwords below ``data_dir``; generate them at first use (file mode 0600).

    Raises ``KeyFileError`` when the file is open to others, ``DatabaseError`` when it is not
    what the hub wrote.
    """
    keyfiles.make_folder(data_dir)
    with held(data_dir / LOCK, seconds=10):
        if keyfiles.read(data_dir / CREDENTIALS) is None:
            keyfiles.write(data_dir / CREDENTIALS, drawn().as_text())
    return stored(data_dir)


def drawn() -> Credentials:
    """Draw a new password for each login."""
    return Credentials({duty: keyfiles.generate() for duty in Duty})


def stored(data_dir: Path) -> Credentials:
    """Read the passwords as they are now; the file is only ever replaced whole.

    Raises ``DatabaseError`` when there are none, or not as the hub wrote them.
    """
    text = keyfiles.read(data_dir / CREDENTIALS)
    try:
        found = json.loads(text or "")
        before = {Duty(name): str(password) for name, password in found.get(BEFORE, {}).items()}
        return Credentials({duty: str(found[duty.value]) for duty in Duty}, before)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DatabaseError(f"{CREDENTIALS} is damaged; delete it and run `hub migrate`.") from None


def scram_verifier(password: str, salt: bytes | None = None) -> str:
    """Give what PostgreSQL stores for a password.

    Sent in place of the password, which so reaches no statement, log or replica.
    """
    salt = salt if salt is not None else os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, ITERATIONS)
    client = hmac.digest(salted, b"Client Key", "sha256")
    stored = hashlib.sha256(client).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    return f"SCRAM-SHA-256${ITERATIONS}:{_text(salt)}${_text(stored)}:{_text(server)}"


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
