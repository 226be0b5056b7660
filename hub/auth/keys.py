"""The hub's signing keys: two published, one of them active.

They live in one private file below the data folder, never in the database. The second key is
published ahead of time, so that a switch finds it already in everybody's cache.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from hub.db import secrets
from hub.errors import SettingsError

ALGORITHM = "ES256"
CURVE = "P-256"
FOLDER = "keys"
FILE = "signing.json"


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The key that signs and every key whose signatures hold, by key id."""

    active: ECKey = field(repr=False)
    published: dict[str, ECKey] = field(repr=False)

    def find(self, kid: str) -> ECKey | None:
        """Find a published key by its id."""
        return self.published.get(kid)

    def jwks(self) -> dict[str, Any]:
        """Give the public halves as a JWK set."""
        return {"keys": [key.as_dict(private=False) for key in self.published.values()]}


def signing_keys(data_dir: Path) -> SigningKeys:
    """Read the signing keys; make them at first start (file mode 0600).

    Raises ``DatabaseError`` when the file is open to others, ``SettingsError`` when it is
    damaged or holds a key of another kind.
    """
    folder = data_dir / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder):
        text = secrets.read(folder / FILE)
        if text is None:
            text = json.dumps(_generate())
            secrets.write(folder / FILE, text)
    return _parse(text)


def _generate() -> dict[str, Any]:
    keys = [_new_key() for _ in range(2)]
    return {"active": keys[0].kid, "keys": [key.as_dict(private=True) for key in keys]}


def _new_key() -> ECKey:
    key = ECKey.generate_key(CURVE, {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    return key


def _parse(text: str) -> SigningKeys:
    try:
        stored = json.loads(text)
        keys = {jwk["kid"]: ECKey.import_key(jwk) for jwk in stored["keys"]}
        active = keys[stored["active"]]
        sound = all(key.curve_name == CURVE and key.is_private for key in keys.values())
    except (ValueError, KeyError, TypeError, JoseError):
        sound = False
    if not sound:
        raise SettingsError(
            f"{FOLDER}/{FILE} is damaged or holds a key that is no {CURVE} private key; "
            "restore it, or delete it to make new keys (tokens of the old ones end)."
        )
    return SigningKeys(active, keys)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time make keys: two first starts must not differ."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
