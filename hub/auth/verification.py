"""Verifying access tokens: everything that is not exactly what the hub issues is refused.

Header and claims are checked before the registry is asked, so that a forged token costs no
query. Errors say that a token does not hold and never why: the caller who asks an honest
question needs a new token in every case.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Never

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from hub.auth.keys import ALGORITHM, SigningKeys
from hub.auth.principals import Principal
from hub.auth.standing import CALLERS, Standing
from hub.auth.tokens import TYPE
from hub.clock import Clock
from hub.errors import UnauthenticatedError

SKEW = 30
"""Seconds by which two clocks may differ."""
LONGEST = 15 * 60
"""Seconds between ``iat`` and ``exp`` beyond which a token is not believed."""
LARGEST = 4096
"""Characters; the hub's own tokens have about 600."""

HEADER = frozenset({"alg", "typ", "kid"})
"""The only header members: a key or the address of one (jwk, jku, x5u, x5c) never counts."""
COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
TEXTS = ("iss", "sub", "aud", "client_id", "jti", "scope")


@dataclass(frozen=True, slots=True)
class Claims:
    """The verified claims of a token; times in seconds since the epoch."""

    client_id: str
    token_id: str
    scopes: frozenset[str]
    issued_at: int
    expires_at: int
    account_id: str
    """Whose rights it carries: the client's own, or those of the person it acts for."""
    consent_id: str | None = None
    second_factor_at: int | None = None

    def lifeline(self) -> tuple[str, ...]:
        """Tell the ids of which any that is denied ends the token."""
        return (self.token_id, self.consent_id) if self.consent_id else (self.token_id,)


@dataclass(frozen=True, slots=True)
class TokenVerifier:
    """Turns the text of a token into the caller it stands for."""

    keys: SigningKeys
    issuer: str
    clock: Clock
    standing: Standing
    second_factor: timedelta | None = None
    """What a system's token counts as: never shown; outside production a hub without a provider
    lets its own tokens count."""

    async def verify(self, token: str) -> Principal:
        """Give the caller, as the registry knows them now.

        The very same caller as long as the registry is not read anew. Raises
        ``UnauthenticatedError`` for every token that does not hold: forged, expired, revoked, or
        of a client that was disabled.
        """
        proof, claims = self._read(token)
        callers, known = await self.standing.callers(), (proof, self.second_factor)
        caller = callers.get(known)
        if caller is None:
            caller = await self._caller(claims)
            # How long ago a factor was shown is another answer each time.
            if claims.second_factor_at is None and len(callers) < CALLERS:
                callers[known] = caller
        return caller

    def proof(self, token: str) -> bytes:
        """Name a token, for this issuer, without keeping it."""
        return hashlib.sha256(f"{self.issuer} {token}".encode()).digest()

    def known(self, proof: bytes) -> Principal | None:
        """Give the caller that :meth:`verify` gave for a token, if all of it still holds.

        None whenever something would have to be looked at anew.
        """
        callers, claims = self.standing.known_callers(), self.keys.remembered(proof)
        if callers is None or not isinstance(claims, Claims):
            return None
        try:
            self._require_now(claims.issued_at, claims.expires_at)
        except UnauthenticatedError:
            return None
        return callers.get((proof, self.second_factor))

    async def _caller(self, claims: Claims) -> Principal:
        for each in claims.lifeline():
            if await self.standing.denied(each):
                _refuse()
        client = await self.standing.client(claims.client_id)
        # A public client has no right of its own, and no other may act for somebody else.
        if client is None or client.is_public is not (claims.consent_id is not None):
            _refuse()
        if claims.consent_id is None:
            factor = self.second_factor
            return client.principal(claims.scopes, claims.token_id, second_factor=factor)
        account = await self.standing.client(claims.account_id)
        if account is None or account.is_public:
            _refuse()
        return account.principal(
            claims.scopes & client.own_scopes,
            claims.token_id,
            through=client.client_id,
            second_factor=self._age(claims.second_factor_at),
        )

    def _age(self, shown: int | None) -> timedelta | None:
        if shown is None:
            return self.second_factor
        return self.clock() - datetime.fromtimestamp(shown, UTC)

    def read(self, token: str) -> Claims:
        """Check signature and claims only; the registry is not asked.

        A signature is checked once and remembered while its key is published; the times are
        looked at each time.
        """
        return self._read(token)[1]

    def _read(self, token: str) -> tuple[bytes, Claims]:
        if len(token) > LARGEST:
            _refuse()
        proof = self.proof(token)
        known = self.keys.remembered(proof)
        if isinstance(known, Claims):
            self._require_now(known.issued_at, known.expires_at)
            return proof, known
        key, payload = self._payload(token)
        claims = self._claims(payload)
        self.keys.remember(proof, key, claims)
        return proof, claims

    def _claims(self, payload: dict[str, Any]) -> Claims:
        if any(not isinstance(payload.get(name), str) for name in TEXTS):
            _refuse()
        if not payload["jti"] or not payload["client_id"]:
            _refuse()
        if payload["iss"] != self.issuer or payload["aud"] != self.issuer:
            _refuse()
        consent, shown = payload.get("consent"), payload.get("auth_time")
        if consent is None and (payload["sub"] != payload["client_id"] or shown is not None):
            _refuse()
        if not isinstance(consent, str | None) or type(shown) not in (int, type(None)):
            _refuse()
        issued, expires = self._times(payload)
        return Claims(
            client_id=payload["client_id"],
            token_id=payload["jti"],
            scopes=frozenset(payload["scope"].split()),
            issued_at=issued,
            expires_at=expires,
            account_id=payload["sub"],
            consent_id=consent,
            second_factor_at=shown,
        )

    def _payload(self, token: str) -> tuple[ECKey, dict[str, Any]]:
        if not COMPACT.fullmatch(token):
            _refuse()
        try:
            signed = jws.extract_compact(token.encode("ascii"))
            header = signed.headers()
            if header.keys() != HEADER or header["typ"] != TYPE or header["alg"] != ALGORITHM:
                _refuse()
            key = self.keys.find(header["kid"]) if isinstance(header["kid"], str) else None
            if key is None or not jws.validate_compact(signed, key, [ALGORITHM]):
                _refuse()
            payload = json.loads(signed.payload or b"")
        except (JoseError, ValueError, TypeError, RecursionError):
            _refuse()
        if not isinstance(payload, dict):
            _refuse()
        return key, payload

    def _times(self, payload: dict[str, Any]) -> tuple[int, int]:
        issued, expires = payload.get("iat"), payload.get("exp")
        starts = payload.get("nbf", issued)
        # By type, not isinstance: ``True`` is an ``int`` in Python, and no fraction is a time here.
        if type(issued) is not int or type(expires) is not int or type(starts) is not int:
            _refuse()
        self._require_now(max(issued, starts), expires)
        if not 0 < expires - issued <= LONGEST:
            _refuse()
        return issued, expires

    def _require_now(self, starts: int, expires: int) -> None:
        now = int(self.clock().timestamp())
        if expires + SKEW <= now:
            _refuse("TOKEN_EXPIRED")
        if starts - SKEW > now:
            _refuse()


def _refuse(code: str = "TOKEN_INVALID") -> Never:
    raise UnauthenticatedError(
        "The token does not hold; ask /oauth/token for a new one.", code=code
    ) from None
