"""The ledger's own key: signs heads, exports and receipts, never a token (security L4).

It lives in one private file below the data folder, apart from the keys of tokens: whoever can
forge one cannot forge the other. Keys that were replaced stay known, so that what they signed
still verifies.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from hub import keyfiles
from hub.db.lock import held
from hub.errors import SettingsError

ALGORITHM = "ES256"
FOLDER = "keys"
FILE = "ledger.json"


@dataclass(frozen=True, slots=True)
class LedgerKeys:
    """The key that signs, and all whose signatures hold."""

    active: ECKey = field(repr=False)
    known: Mapping[str, ECKey] = field(repr=False)

    def public(self) -> dict[str, Any]:
        """Give the public halves as a JWK set: all that a verifier needs."""
        return {"keys": [key.as_dict(private=False) for key in self.known.values()]}

    def key_set(self) -> KeySet:
        """Give the public halves as joserfc takes them."""
        return public_keys(self.public())


def public_keys(content: Mapping[str, Any]) -> KeySet:
    """Read a JWK set of public keys. Raises ``SettingsError`` when it is none."""
    try:
        keys = KeySet.import_key_set({"keys": list(content["keys"])})
    except (JoseError, KeyError, TypeError, ValueError):
        raise SettingsError("That is no set of public keys (JWK set).") from None
    if not keys.keys or any(not isinstance(key, ECKey) for key in keys.keys):
        raise SettingsError("The ledger's keys are elliptic curve keys; that file has others.")
    return keys


def ledger_keys(data_dir: Path) -> LedgerKeys:
    """Read the ledger's keys; make one at first use (file mode 0600).

    Read again at each use, so that a replaced key needs no restart. Raises ``KeyFileError``
    when the file is open to others, ``SettingsError`` when it is damaged.
    """
    path = _path(data_dir)
    text = keyfiles.read(path)
    if text is None:
        with held(path.with_suffix(".lock"), seconds=10):
            text = keyfiles.read(path) or _write(path, [_new_key()])
    return _parse(text)


def replace_key(data_dir: Path) -> LedgerKeys:
    """Make a new signing key; the ones before it go on verifying."""
    path = _path(data_dir)
    keys = ledger_keys(data_dir)
    with held(path.with_suffix(".lock"), seconds=10):
        return _parse(_write(path, [_new_key(), *keys.known.values()]))


def _path(data_dir: Path) -> Path:
    folder = data_dir / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / FILE


def _new_key() -> ECKey:
    return ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)


def _write(path: Path, keys: list[ECKey]) -> str:
    text = json.dumps({"keys": [key.as_dict(private=True) for key in keys]})
    keyfiles.write(path, text)
    return text


def _parse(text: str) -> LedgerKeys:
    try:
        keys = {jwk["kid"]: ECKey.import_key(jwk) for jwk in json.loads(text)["keys"]}
        active = next(iter(keys.values()))
        sound = all(key.curve_name == "P-256" and key.is_private for key in keys.values())
    except (ValueError, KeyError, TypeError, JoseError, StopIteration):
        sound = False
    if not sound:
        raise SettingsError(f"{FOLDER}/{FILE} is damaged; restore it from where you keep it.")
    return LedgerKeys(active, keys)
