"""Issuing access tokens: JWTs as RFC 9068 wants them, short-lived, without names."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt

from hub.auth.clients import Client
from hub.auth.keys import ALGORITHM, SigningKeys
from hub.clock import Clock

SYSTEM_LIFETIME = timedelta(minutes=5)
PERSON_LIFETIME = timedelta(minutes=10)
"""The longest any access token of the hub lives."""

TYPE = "at+jwt"


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A signed token and what its holder is told about it."""

    text: str = field(repr=False)
    token_id: str
    scopes: frozenset[str]
    lifetime: timedelta


@dataclass(frozen=True, slots=True)
class Delegation:
    """What lets a public client act for a person: their account, and the consent they gave."""

    account: Client
    consent_id: str
    second_factor_at: datetime | None

    def claims(self) -> dict[str, Any]:
        """Give what a token says of it: opaque marks and a moment, nothing of the person."""
        shown = self.second_factor_at
        proof = {"auth_time": int(shown.timestamp()), "amr": ["mfa"]} if shown else {}
        return {"sub": self.account.client_id, "consent": self.consent_id} | proof


@dataclass(frozen=True, slots=True)
class TokenIssuer:
    """Signs tokens for the hub's own resource, whose identifier is the issuer's."""

    keys: SigningKeys
    issuer: str
    clock: Clock
    lifetime: timedelta = SYSTEM_LIFETIME

    def issue(
        self,
        client: Client,
        scopes: Iterable[str],
        *,
        lifetime: timedelta | None = None,
        delegation: Delegation | None = None,
    ) -> AccessToken:
        """Sign a token for a client that has proved itself, or acts for a person who consented.

        ``lifetime`` is the issuer's own if left out, and cut to ten minutes. Raises
        ``ValueError`` when a scope goes beyond the roles behind it: the endpoint must have
        refused it.
        """
        granted = frozenset(scopes)
        allowed = delegation.account.scopes & client.own_scopes if delegation else client.scopes
        if not granted <= allowed:
            raise ValueError("a token was to hold scopes that the client's roles do not give")
        lifetime = min(lifetime or self.lifetime, PERSON_LIFETIME)
        token_id = secrets.token_urlsafe(16)
        issued = int(self.clock().timestamp())
        claims = {
            "iss": self.issuer,
            "sub": client.client_id,
            "aud": self.issuer,
            "client_id": client.client_id,
            "iat": issued,
            "exp": issued + int(lifetime.total_seconds()),
            "jti": token_id,
            "scope": " ".join(sorted(granted)),
        } | (delegation.claims() if delegation else {})
        header = {"alg": ALGORITHM, "typ": TYPE, "kid": self.keys.active.kid}
        text = jwt.encode(header, claims, self.keys.active, [ALGORITHM])
        return AccessToken(text, token_id, granted, lifetime)
