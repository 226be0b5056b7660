"""The provider's signing keys: fetched seldom, kept for a while when it does not answer."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key

from hub.clock import Clock
from hub.errors import ProviderError

FRESH = timedelta(minutes=10)
"""How long a set is used without asking again."""
LAST_GOOD = timedelta(hours=24)
"""How long one is used while the provider gives no other."""
AGAIN = timedelta(minutes=1)
"""How often an unknown key, or a failed fetch, may make the hub ask."""
MOST = 50
TYPES: Mapping[str, str] = {"ES256": "EC", "PS256": "RSA", "RS256": "RSA", "Ed25519": "OKP"}

Fetch = Callable[[], Awaitable[dict[str, Any]]]


class KeySet:
    """The public keys of one provider that may sign with its one algorithm, by ``kid``."""

    def __init__(self, fetch: Fetch, algorithm: str, clock: Clock) -> None:
        self._fetch, self._algorithm, self._clock = fetch, algorithm, clock
        self._lock = asyncio.Lock()
        self._keys: dict[str, Key] = {}
        self._good_at: datetime | None = None
        self._asked_at: datetime | None = None

    async def find(self, kid: str) -> Key | None:
        """Find a key; asks the provider when its set is old or does not hold it.

        Raises ``ProviderError`` when there is no set that is still good.
        """
        async with self._lock:
            if self._age(self._good_at) > FRESH or kid not in self._keys:
                await self._refresh()
            if self._age(self._good_at) > LAST_GOOD:
                raise ProviderError("The sign-in provider's keys cannot be fetched.")
            return self._keys.get(kid)

    async def _refresh(self) -> None:
        if self._age(self._asked_at) < AGAIN:
            return
        self._asked_at = self._clock()
        try:
            keys = usable(await self._fetch(), self._algorithm)
        except ProviderError:
            return
        if keys:
            self._keys, self._good_at = keys, self._asked_at

    def _age(self, moment: datetime | None) -> timedelta:
        """Tell how long ago; a moment in the future (a clock set back) counts as long ago."""
        age = self._clock() - moment if moment is not None else timedelta.max
        return age if age >= timedelta(0) else timedelta.max


def usable(jwks: Mapping[str, Any], algorithm: str) -> dict[str, Key]:
    """Pick the public keys that may sign with ``algorithm``; anything else in the set is ignored.

    A ``kid`` that occurs twice names no key.
    """
    rows = jwks.get("keys")
    found: dict[str, Key] = {}
    doubled = set()
    for row in rows[:MOST] if isinstance(rows, list) else ():
        kid = row.get("kid") if isinstance(row, dict) else None
        key = _key(row, algorithm) if isinstance(kid, str) else None
        if key is None or not isinstance(kid, str):
            continue
        doubled |= {kid} & found.keys()
        found[kid] = key
    return {kid: key for kid, key in found.items() if kid not in doubled}


def _key(row: dict[str, Any], algorithm: str) -> Key | None:
    if row.get("kty") != TYPES[algorithm] or row.get("alg", algorithm) != algorithm:
        return None
    if row.get("use", "sig") != "sig":
        return None
    try:
        key = import_key(row)
        return key if not key.is_private and _is_strong(key) else None
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _is_strong(key: Key) -> bool:
    if isinstance(key, RSAKey):
        return bool(key.public_key.key_size >= 2048)
    if isinstance(key, ECKey):
        return bool(key.curve_name == "P-256")
    return isinstance(key, OKPKey) and key.curve_name == "Ed25519"
