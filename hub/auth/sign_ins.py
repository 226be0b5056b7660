"""Sign-ins under way: one browser, one try, ten minutes.

The browser keeps one secret. State, nonce and PKCE verifier are derived from it, so that the
database holds its hash only, and nothing that was written there could finish a sign-in.
"""

import base64
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, insert

from hub.auth.clients import hash_secret, new_secret
from hub.db.sessions import IdentitySession
from hub.db.tables import identity

LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Secrets:
    """What one sign-in is made of; ``key`` is what the browser keeps."""

    key: str = field(repr=False)

    @property
    def state(self) -> str:
        """Binds the provider's answer to this browser."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """Binds the ID token to this sign-in."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """Binds the code to the hub (RFC 7636): 43 characters."""
        return self._derived("verifier")

    def _derived(self, purpose: str) -> str:
        digest = hmac.digest(self.key.encode(), purpose.encode(), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


async def begin(session: IdentitySession, destination: str, at: datetime) -> Secrets:
    """Begin a sign-in that leads on to a local path."""
    own = Secrets(new_secret())
    row = {
        "hash": hash_secret(own.key),
        "destination": destination,
        "expires_at": at + LIFETIME,
    }
    await session.execute(insert(identity.sign_in).values(row))
    return own


async def finish(session: IdentitySession, key: str, at: datetime) -> str | None:
    """Use a sign-in up and tell where it leads; None when it is unknown, over or was used."""
    table = identity.sign_in.c
    taken = delete(identity.sign_in).where(table.hash == hash_secret(key), table.expires_at > at)
    destination: str | None = await session.scalar(taken.returning(table.destination))
    return destination
