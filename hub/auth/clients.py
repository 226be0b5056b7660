"""A registered client: what the registry knows of it, and the caller it makes."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from hub.auth.principals import Principal
from hub.auth.roles import Role, scopes_of

AuthMethod = Literal["client_secret_basic", "private_key_jwt", "none", "sign_in"]
"""How a row of the registry proves itself: ``none`` is a public client, which acts for whoever
consents; ``sign_in`` a person, whom the identity provider vouches for."""


@dataclass(frozen=True, slots=True)
class Client:
    """One row of the registry with its roles.

    ``person`` names the account behind the client by an opaque mark, never a name: two clients
    with the same mark are one person. Without one the client stands for itself.
    """

    client_id: str
    title: str
    roles: frozenset[Role]
    agency: str | None = None
    areas: tuple[str, ...] = ()
    auth_method: AuthMethod = "client_secret_basic"
    secret_hash: bytes | None = field(default=None, repr=False)
    jwks: Mapping[str, Any] | None = field(default=None, repr=False)
    person: str = ""
    disabled_at: datetime | None = None
    redirect_uris: tuple[str, ...] = ()
    own_scopes: frozenset[str] = frozenset()
    """What a public client may ask people for; empty for every other."""
    origins: tuple[str, ...] = ()
    """Sites whose pages may read answers to it in a browser."""

    @property
    def enabled(self) -> bool:
        """Whether the client may still act."""
        return self.disabled_at is None

    @property
    def is_public(self) -> bool:
        """Whether it is a program without a secret, which never acts for itself."""
        return self.auth_method == "none"

    @property
    def scopes(self) -> frozenset[str]:
        """Every scope the client's roles give."""
        return scopes_of(self.roles)

    @property
    def subject(self) -> str:
        """The person behind it, or it itself where none is known."""
        return self.person or self.client_id

    def holds_secret(self, secret: str) -> bool:
        """Compare a presented secret in constant time; False for clients that have none."""
        known = self.secret_hash if self.auth_method == "client_secret_basic" else None
        matches = hmac.compare_digest(hash_secret(secret), known or NO_HASH)
        return matches and known is not None

    def principal(
        self,
        scopes: frozenset[str],
        token_id: str | None = None,
        *,
        through: str | None = None,
        second_factor: timedelta | None = None,
    ) -> Principal:
        """Make the caller; ``scopes`` can only narrow what the roles give.

        ``through`` is the id of the public client that acts for this account.
        """
        return Principal(
            subject=self.subject,
            client_id=through or self.client_id,
            title=self.title,
            roles=self.roles,
            agency=self.agency,
            areas=self.areas,
            scopes=scopes & self.scopes,
            token_id=token_id,
            second_factor=second_factor,
            account_id=self.client_id if through else "",
        )


NO_HASH = hashlib.sha256(secrets.token_bytes(32)).digest()
"""The hash of nothing known: what a missing secret is compared with, for equal time."""


def new_secret() -> str:
    """Draw a secret of 256 bits; only its hash is ever stored."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    """Hash a drawn secret. Plain SHA-256 is right for 256 random bits, never for a password."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
