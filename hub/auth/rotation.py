"""Rotating the signing keys with no failed request (A18).

Publish the next key, wait until every cache has it, switch, wait until the last token of the old
key has run out, retire it. Each step refuses to come too early; ``at_once`` is for a key that
was lost, where failed requests are the smaller harm.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from hub import keyfiles
from hub.auth.keys import KeySet, key_file, new_key, read_keys
from hub.auth.tokens import PERSON_LIFETIME
from hub.errors import ConflictError, NotFoundError

CACHE = timedelta(minutes=10)
"""How long anybody may keep the published set: ``max-age`` of ``/oauth/jwks``."""
OLD_TOKENS = PERSON_LIFETIME + timedelta(minutes=1)
"""How long after the switch tokens of the old key may still be shown, clocks that differ included.
"""
PUBLISHED = 2


@dataclass(frozen=True, slots=True)
class KeyState:
    """One key as an operator sees it; ``since`` is when it was published or switched."""

    kid: str
    is_active: bool
    since: datetime


def states(keys: KeySet) -> tuple[KeyState, ...]:
    """List the keys, in the order they were published."""
    active = keys.active.kid
    return tuple(KeyState(kid, kid == active, keys.since[kid]) for kid in keys.published)


def publish_next(data_dir: Path, at: datetime) -> KeyState:
    """Draw and publish the next key. Raises ``ConflictError`` where two are published already."""

    def change(keys: KeySet) -> KeySet:
        if len(keys.published) >= PUBLISHED:
            raise ConflictError("Two keys are published; retire the old one first.", code="KEYS")
        key = new_key()
        kid = str(key.kid)
        return replace(keys, published={**keys.published, kid: key}, since={**keys.since, kid: at})

    return states(_change(data_dir, change))[-1]


def activate(data_dir: Path, kid: str, at: datetime, *, at_once: bool = False) -> None:
    """Sign with another published key from now on.

    Raises ``NotFoundError`` for a key that is not published, ``ConflictError`` before every
    cache can have it.
    """

    def change(keys: KeySet) -> KeySet:
        _require(keys, kid)
        if kid == keys.active.kid:
            raise ConflictError("This key signs already.", code="KEYS")
        if not at_once:
            _wait_until(keys.since[kid] + CACHE, at, "Not every cache has this key yet")
        # The old key's time starts anew: its tokens run out from here on.
        since: Mapping[str, datetime] = {**keys.since, kid: at, str(keys.active.kid): at}
        return replace(keys, active=keys.published[kid], since=since)

    _change(data_dir, change)


def retire(data_dir: Path, kid: str, at: datetime, *, at_once: bool = False) -> None:
    """Stop publishing a key; what it signed no longer holds.

    Raises ``NotFoundError`` for a key that is not published, ``ConflictError`` for the active
    one and while tokens of it may still be shown.
    """

    def change(keys: KeySet) -> KeySet:
        _require(keys, kid)
        if kid == keys.active.kid:
            raise ConflictError("This key signs; activate another one first.", code="KEYS")
        if not at_once:
            _wait_until(keys.since[kid] + OLD_TOKENS, at, "Tokens of this key may still be shown")
        left = {name: key for name, key in keys.published.items() if name != kid}
        return replace(keys, published=left, since={name: keys.since[name] for name in left})

    _change(data_dir, change)


def _change(data_dir: Path, change: Callable[[KeySet], KeySet]) -> KeySet:
    with key_file(data_dir) as file:
        changed = change(read_keys(file))
        keyfiles.write(file, changed.as_json())
        return changed


def _require(keys: KeySet, kid: str) -> None:
    if kid not in keys.published:
        raise NotFoundError(f"There is no key {kid!r}; `hub key list` names them.")


def _wait_until(moment: datetime, at: datetime, reason: str) -> None:
    if at < moment:
        seconds = int((moment - at).total_seconds()) + 1
        raise ConflictError(
            f"{reason}; wait {seconds} s, or say --at-once when the old key was lost.",
            code="TOO_EARLY",
        )
