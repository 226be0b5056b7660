"""Browser sessions, and the one-time tickets that open them in the demo; stored as hashes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, insert

from hub.auth.clients import hash_secret, new_secret
from hub.db.sessions import IdentitySession
from hub.db.tables import identity

TICKET_LIFETIME = timedelta(minutes=10)
SESSION_LIFETIME = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that just began; ``key`` is what the browser keeps."""

    client_id: str
    key: str = field(repr=False)


async def make_ticket(session: IdentitySession, client_id: str, at: datetime) -> str:
    """Make a ticket that lets one browser act as a client, once, within ten minutes."""
    return await _open(session, "ticket", client_id, at, TICKET_LIFETIME)


async def redeem_ticket(session: IdentitySession, ticket: str, at: datetime) -> SignedIn | None:
    """Exchange a ticket for a session; None when it is unknown, expired or was used before.

    The ticket's row is deleted to take it, so that of many at once one gets it.
    """
    table = identity.session.c
    taken = delete(identity.session).where(
        table.hash == hash_secret(ticket), table.kind == "ticket", table.expires_at > at
    )
    client_id = await session.scalar(taken.returning(table.client_id))
    if client_id is None:
        return None
    key = await _open(session, "session", client_id, at, SESSION_LIFETIME)
    return SignedIn(client_id, key)


async def begin_session(
    session: IdentitySession, client_id: str, *, second_factor_at: datetime | None, at: datetime
) -> SignedIn:
    """Begin the session of a person whom the provider vouched for, under a key never used."""
    key = await _open(session, "person", client_id, at, SESSION_LIFETIME, second_factor_at)
    return SignedIn(client_id, key)


async def end_session(session: IdentitySession, key: str) -> str | None:
    """Sign a browser out; gives the client it acted as, None where there was no session."""
    table = identity.session.c
    ended = delete(identity.session).where(table.hash == hash_secret(key), table.kind != "ticket")
    client_id: str | None = await session.scalar(ended.returning(table.client_id))
    return client_id


async def _open(
    session: IdentitySession,
    kind: str,
    client_id: str,
    at: datetime,
    lifetime: timedelta,
    second_factor_at: datetime | None = None,
) -> str:
    key = new_secret()
    row = {
        "hash": hash_secret(key),
        "kind": kind,
        "client_id": client_id,
        "created_at": at,
        "expires_at": at + lifetime,
        "second_factor_at": second_factor_at,
    }
    await session.execute(insert(identity.session).values(row))
    return key
