"""The hub's signing keys: two published, one of them active.

They live in one private file below the data folder, never in the database. The second key is
published ahead of time, so that a switch finds it already in everybody's cache. Every process
looks at the file again within a second, so that a rotation needs no restart.
"""

import fcntl
import json
import os
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from hub import keyfiles
from hub.errors import HubError, SettingsError

ALGORITHM = "ES256"
CURVE = "P-256"
FOLDER = "keys"
FILE = "signing.json"
HELD = 4096
"""Signatures that are remembered; the oldest go first."""
LOOK_AGAIN = 1.0
"""Seconds between two looks at the file."""

_log = structlog.get_logger("hub.keys")


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys as the file has them; times are when each key took the state it is in."""

    active: ECKey = field(repr=False)
    published: Mapping[str, ECKey] = field(repr=False)
    since: Mapping[str, datetime] = field(default_factory=dict)

    def as_json(self) -> str:
        """Write the set as the file holds it."""
        rows = [key.as_dict(private=True) for key in self.published.values()]
        since = {kid: moment.isoformat() for kid, moment in self.since.items()}
        return json.dumps({"active": self.active.kid, "keys": rows, "since": since})


class SigningKeys:
    """The key that signs and every key whose signatures hold, by key id, as they are now."""

    def __init__(self, file: Path, keys: KeySet, mark: object) -> None:
        self._file, self._keys, self._mark = file, keys, mark
        self._looked = time.monotonic()
        self._held: OrderedDict[bytes, tuple[ECKey, object]] = OrderedDict()

    @property
    def active(self) -> ECKey:
        """The key that signs."""
        return self._now().active

    @property
    def published(self) -> Mapping[str, ECKey]:
        """Every key whose signatures hold."""
        return self._now().published

    @property
    def since(self) -> Mapping[str, datetime]:
        """When each key took the state it is in."""
        return self._now().since

    def find(self, kid: str) -> ECKey | None:
        """Find a published key by its id."""
        return self.published.get(kid)

    def remember(self, proof: bytes, key: ECKey, claims: object) -> None:
        """Keep what a signature by a published key was found to say, by a hash of the whole."""
        self._held[proof] = key, claims
        if len(self._held) > HELD:
            self._held.popitem(last=False)

    def remembered(self, proof: bytes) -> object | None:
        """Give what was kept, unless its key is published no more."""
        found = self._held.get(proof)
        if found is None:
            return None
        key, claims = found
        if self.find(str(key.kid)) is not key:
            del self._held[proof]
            return None
        return claims

    def jwks(self) -> dict[str, Any]:
        """Give the public halves as a JWK set."""
        return {"keys": [key.as_dict(private=False) for key in self.published.values()]}

    def _now(self) -> KeySet:
        moment = time.monotonic()
        if moment - self._looked >= LOOK_AGAIN:
            self._looked = moment
            self._look()
        return self._keys

    def _look(self) -> None:
        """Read the file if it was replaced; a broken one is said, and the last good one kept."""
        try:
            mark = _mark(self._file)
            if mark != self._mark:
                self._keys, self._mark = _parse(keyfiles.read(self._file) or ""), mark
        except (HubError, OSError) as error:
            _log.error("signing keys not read", error_type=type(error).__qualname__)


def signing_keys(data_dir: Path) -> SigningKeys:
    """Read the signing keys; make them at first start (file mode 0600).

    Raises ``KeyFileError`` when the file is open to others, ``SettingsError`` when it is
    damaged or holds a key of another kind.
    """
    with key_file(data_dir) as file:
        text = keyfiles.read(file)
        if text is None:
            text = _generate().as_json()
            keyfiles.write(file, text)
        return SigningKeys(file, _parse(text), _mark(file))


@contextmanager
def key_file(data_dir: Path) -> Iterator[Path]:
    """Give the file's path for a block in which no other process makes or changes keys."""
    folder = data_dir / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder):
        yield folder / FILE


def read_keys(file: Path) -> KeySet:
    """Read the file. Raises ``KeyFileError``, ``SettingsError`` as :func:`signing_keys` does."""
    return _parse(keyfiles.read(file) or "")


def new_key() -> ECKey:
    """Draw a key."""
    return ECKey.generate_key(CURVE, {"use": "sig", "alg": ALGORITHM}, auto_kid=True)


def _generate() -> KeySet:
    """Both keys of a first start may be used at once: nobody has a cache to wait for."""
    keys = {str(key.kid): key for key in (new_key(), new_key())}
    first = datetime.fromtimestamp(0, UTC)
    return KeySet(next(iter(keys.values())), keys, dict.fromkeys(keys, first))


def _parse(text: str) -> KeySet:
    try:
        stored = json.loads(text)
        keys = {jwk["kid"]: ECKey.import_key(jwk) for jwk in stored["keys"]}
        active = keys[stored["active"]]
        sound = all(key.curve_name == CURVE and key.is_private for key in keys.values())
        # A file of an earlier version has no times: its keys have been there for long.
        told = {kid: datetime.fromtimestamp(0, UTC).isoformat() for kid in keys}
        told |= stored.get("since", {})
        since = {kid: datetime.fromisoformat(told[kid]) for kid in keys}
    except (ValueError, KeyError, TypeError, AttributeError, JoseError):
        sound = False
    if not sound:
        raise SettingsError(
            f"{FOLDER}/{FILE} is damaged or holds a key that is no {CURVE} private key; "
            "restore it, or delete it to make new keys (tokens of the old ones end)."
        )
    return KeySet(active, keys, since)


def _mark(file: Path) -> object:
    """Tell one version of the file from another: it is always replaced whole."""
    found = file.stat()
    return found.st_ino, found.st_mtime_ns


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time make keys: two first starts must not differ."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
