"""Verifying ID tokens against the fixed profile (OpenID Connect Core section 3.1.3.7)."""

import hmac
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError

from hub.auth.oidc.keysets import KeySet
from hub.auth.oidc.profile import Profile
from hub.clock import Clock
from hub.errors import UnauthenticatedError

SKEW = 30
LONGEST = 24 * 3600
"""Seconds an ID token may live: it is used once, right after it was made."""
LARGEST = 16 * 1024
COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
NEVER = frozenset({"crit", "b64", "jku", "jwk", "x5u", "x5c"})
"""Header members that name keys or change the meaning of others."""


@dataclass(frozen=True, slots=True)
class Identified:
    """Whom the provider vouches for. ``second_factor_at`` is None where none was shown."""

    issuer: str
    subject: str
    second_factor_at: datetime | None


@dataclass(frozen=True, slots=True)
class IdTokens:
    """Reads the ID tokens of one provider."""

    profile: Profile
    keys: KeySet
    clock: Clock

    async def read(self, token: str, nonce: str) -> Identified:
        """Verify a token that answers the sign-in of ``nonce``.

        Raises ``UnauthenticatedError`` for every one that does not hold, ``ProviderError`` when
        the provider's keys cannot be had.
        """
        claims = await self._claims(token)
        now = int(self.clock().timestamp())
        sound = (
            claims.get("iss") == self.profile.issuer
            and self._is_for_us(claims)
            and _is_current(claims, now)
            and _same(claims.get("nonce"), nonce)
        )
        subject = claims.get("sub")
        if not sound or not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise _refusal()
        return Identified(self.profile.issuer, subject, self._second_factor_at(claims, now))

    async def _claims(self, token: str) -> dict[str, Any]:
        if len(token) > LARGEST or not COMPACT.fullmatch(token):
            raise _refusal()
        try:
            signed = jws.extract_compact(token.encode("ascii"))
            header = signed.headers()
            if not self._is_taken(header):
                raise _refusal()
            key = await self.keys.find(header["kid"])
            if key is None or not jws.validate_compact(signed, key, [self.profile.algorithm]):
                raise _refusal()
            claims = json.loads(signed.payload or b"")
        except (JoseError, ValueError, TypeError, RecursionError):
            raise _refusal() from None
        if not isinstance(claims, dict):
            raise _refusal()
        return claims

    def _is_taken(self, header: dict[str, Any]) -> bool:
        """Take one algorithm, a named key, and a ``typ`` that is not another kind of token's."""
        types: dict[str | None, tuple[str | None, ...]] = {
            None: (None, "JWT"),
            "JWT": ("JWT",),
            "none": (None,),
        }
        return (
            header.get("alg") == self.profile.algorithm
            and isinstance(header.get("kid"), str)
            and header.get("typ") in types[self.profile.typ]
            and not NEVER & header.keys()
        )

    def _is_for_us(self, claims: dict[str, Any]) -> bool:
        """The hub is the only audience, and the party it was issued to."""
        own = self.profile.client_id
        return claims.get("aud") in (own, [own]) and claims.get("azp", own) == own

    def _second_factor_at(self, claims: dict[str, Any], now: int) -> datetime | None:
        """Say when a second factor was shown, by ``auth_time``; without that, nobody knows."""
        moment, methods = claims.get("auth_time"), claims.get("amr", [])
        if type(moment) is not int or not 0 < moment <= now + SKEW:
            return None
        named = {each for each in methods if isinstance(each, str)} if _is_list(methods) else set()
        acr = claims.get("acr")
        by_acr = isinstance(acr, str) and acr in self.profile.second_factor_acr
        if not by_acr and not named & self.profile.second_factor_amr:
            return None
        return datetime.fromtimestamp(min(moment, now), UTC)


def _is_current(claims: dict[str, Any], now: int) -> bool:
    issued, expires = claims.get("iat"), claims.get("exp")
    starts = claims.get("nbf", issued)
    if type(issued) is not int or type(expires) is not int or type(starts) is not int:
        return False
    return (
        expires + SKEW > now
        and issued - SKEW <= now
        and starts - SKEW <= now
        and 0 < expires - issued <= LONGEST
    )


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _same(shown: object, expected: str) -> bool:
    return isinstance(shown, str) and hmac.compare_digest(shown.encode(), expected.encode())


def _refusal() -> UnauthenticatedError:
    return UnauthenticatedError("The sign-in does not hold; begin again.", code="SIGN_IN")
