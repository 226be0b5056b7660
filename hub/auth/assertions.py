"""``private_key_jwt``: a client proves itself with a short JWT that it signs (RFC 7523).

An unknown client takes the same path with a key that nobody has, so that neither the answer
nor its time tells which clients exist.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key

from hub.auth.client_keys import client_keys
from hub.auth.clients import Client

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST = 5 * 60
"""Seconds an assertion may still be good for."""
SKEW = 30
LARGEST = 4096
LONGEST_ID = 200

COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
HEADER = frozenset({"alg", "typ", "kid"})
TYPES = frozenset({None, "JWT", "client-authentication+jwt"})


@dataclass(frozen=True, slots=True)
class Assertion:
    """A verified assertion; it counts only once it has been spent."""

    client: Client
    jti: str
    spent_until: datetime


def read_assertion(
    text: str, find: Callable[[str], Client | None], issuer: str, now: datetime
) -> Assertion | None:
    """Verify an assertion; None for every one that does not hold.

    ``find`` looks a client up by its id. The audience is the issuer identifier alone: an
    assertion made for another server's token endpoint is worth nothing here.
    """
    try:
        signed, claims = _open(text)
    except (JoseError, ValueError, TypeError, RecursionError):
        return None
    client_id = claims.get("sub")
    if not isinstance(client_id, str) or claims.get("iss") != client_id:
        return None
    client = find(client_id)
    if not _signed_by(client, signed) or client is None:
        return None
    expires = _expiry(claims, int(now.timestamp()))
    jti = claims.get("jti")
    if claims.get("aud") not in (issuer, [issuer]) or expires is None:
        return None
    if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_ID or not jti.isprintable():
        return None
    return Assertion(client, jti, datetime.fromtimestamp(expires + SKEW, UTC))


def _open(text: str) -> tuple[jws.CompactSignature, dict[str, Any]]:
    if len(text) > LARGEST or not COMPACT.fullmatch(text):
        raise ValueError("no compact JWS")
    signed = jws.extract_compact(text.encode("ascii"))
    header = signed.headers()
    if not header.keys() <= HEADER or header.get("typ") not in TYPES:
        raise ValueError("a header the hub does not take")
    claims = json.loads(signed.payload or b"")
    if not isinstance(claims, dict):
        raise ValueError("claims are no object")
    return signed, claims


def _signed_by(client: Client | None, signed: jws.CompactSignature) -> bool:
    """Verify against the key that the assertion names; do the same work when there is none."""
    has_keys = client is not None and client.jwks is not None
    keys = client_keys(client.jwks if client and client.jwks else _nobodys_keys())
    header = signed.headers()
    named = _named(keys, header.get("kid")) if has_keys else None
    key, algorithm = named or next(iter(keys.values()))
    try:
        holds = jws.validate_compact(signed, key, [algorithm])
    except (JoseError, ValueError, TypeError):
        return False
    return holds and named is not None


def _named(keys: Mapping[str, tuple[Key, str]], kid: object) -> tuple[Key, str] | None:
    """Choose the key of a ``kid``; without one only where there is no choice."""
    if kid is None:
        return next(iter(keys.values())) if len(keys) == 1 else None
    return keys.get(kid) if isinstance(kid, str) else None


@cache
def _nobodys_keys() -> Mapping[str, Any]:
    """Give a key set whose private half is gone: what an unknown client is verified with."""
    key = ECKey.generate_key("P-256", auto_kid=True)
    return {"keys": [key.as_dict(private=False)]}


def _expiry(claims: dict[str, Any], now: int) -> int | None:
    expires = claims.get("exp")
    if type(expires) is not int or not now - SKEW < expires <= now + LONGEST + SKEW:
        return None
    for name in ("iat", "nbf"):
        moment = claims.get(name, now)
        if type(moment) is not int or moment > now + SKEW:
            return None
    return expires
