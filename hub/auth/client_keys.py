"""The public keys a client registers for ``private_key_jwt``, and which algorithm each may use."""

from collections.abc import Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key

from hub.errors import InvalidError

LARGEST_SET = 10


def client_keys(jwks: Mapping[str, Any]) -> dict[str, tuple[Key, str]]:
    """Read a JWK set: each key by its ``kid``, with the one algorithm it may sign with.

    Raises ``InvalidError`` for a set that holds a private or weak key, no ``kid``, a doubled
    one, or a kind of key the hub does not take.
    """
    rows = jwks.get("keys")
    if not isinstance(rows, list) or not 0 < len(rows) <= LARGEST_SET:
        raise InvalidError(f"A JWK set has 1 to {LARGEST_SET} keys below `keys`.", code="JWKS")
    keys = {}
    for row in rows:
        kid = row.get("kid") if isinstance(row, dict) else None
        if not isinstance(kid, str) or not kid or kid in keys:
            raise InvalidError("Every key needs a `kid` of its own.", code="JWKS")
        keys[kid] = _client_key(row)
    return keys


def _client_key(row: dict[str, Any]) -> tuple[Key, str]:
    try:
        key = import_key(row)
    except (JoseError, ValueError, TypeError, KeyError):
        raise InvalidError("A key of the set cannot be read as a JWK.", code="JWKS") from None
    if key.is_private:
        raise InvalidError("The set holds a private key; register public keys only.", code="JWKS")
    algorithm = _algorithm(key, row.get("alg"))
    if algorithm is None:
        raise InvalidError(
            "A key must be EC P-256 (ES256), Ed25519, or RSA of 2048 bits or more "
            "(PS256, or RS256 when its `alg` says so).",
            code="JWKS",
        )
    return key, algorithm


def _algorithm(key: Key, stated: object) -> str | None:
    """Pin the algorithm of a key: the one its kind has, or for RSA the one it states."""
    if isinstance(key, ECKey) and key.curve_name == "P-256":
        allowed: tuple[str, ...] = ("ES256",)
    elif isinstance(key, OKPKey) and key.curve_name == "Ed25519":
        allowed = ("Ed25519",)
    elif isinstance(key, RSAKey) and key.public_key.key_size >= 2048:
        allowed = ("PS256", "RS256")
    else:
        return None
    if stated is None:
        return allowed[0]
    return stated if isinstance(stated, str) and stated in allowed else None
