"""What ended before its time, and the picture of it that :class:`Standing` keeps."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from hub.auth import registry
from hub.auth.clients import Client
from hub.auth.roles import Role, forbidden_pairs
from hub.auth.standing import BrowserSession, Picture, Source
from hub.clock import Clock
from hub.db.engine import Database
from hub.db.sessions import IdentitySession
from hub.db.tables import identity


def deny_token(session: Session, token_id: str, expires_at: datetime) -> None:
    """Refuse a token from now until ``expires_at``, on every worker within five seconds."""
    row = {"jti": token_id, "expires_at": expires_at}
    statement = postgresql.insert(identity.denied_token).values(row)
    session.execute(statement.on_conflict_do_nothing())


async def picture(session: AsyncSession, at: datetime) -> Picture:
    """Read everything that decides whether a caller is let in."""
    denied, live = identity.denied_token.c, identity.session.c
    clients = await registry.clients(session)
    sessions = await session.execute(
        select(identity.session).where(live.kind != "ticket", live.expires_at > at)
    )
    return Picture(
        clients={client.client_id: client for client in powerless(clients) if client.enabled},
        denied=frozenset(await session.scalars(select(denied.jti))),
        sessions={
            row.hash: BrowserSession(
                row.client_id, row.expires_at, row.kind == "session", row.second_factor_at
            )
            for row in sessions
        },
    )


def powerless(clients: Iterable[Client]) -> list[Client]:
    """Take every role from a person who holds two that must not meet, over all their clients.

    Granting refuses it; this stands where rows came into the registry another way (Z9).
    """
    everyone = list(clients)
    held: dict[str, set[Role]] = {}
    for client in everyone:
        if client.enabled:
            held.setdefault(client.subject, set()).update(client.roles)
    torn = {subject for subject, roles in held.items() if forbidden_pairs(roles)}
    return [
        replace(client, roles=frozenset()) if client.subject in torn else client
        for client in everyone
    ]


def source(database: Database, clock: Clock) -> Source:
    """Make the port of :class:`Standing` that reads the database."""

    async def read() -> Picture:
        async with database.identity() as session:
            return await picture(session, clock())

    return read


async def forget_expired(session: IdentitySession, at: datetime) -> None:
    """Delete what has expired by itself; housekeeping, for once an hour."""
    for table in (
        identity.assertion,
        identity.denied_token,
        identity.session,
        identity.sign_in,
        identity.consent,
    ):
        await session.execute(delete(table).where(table.c.expires_at < at))


async def end_sessions(session: IdentitySession) -> None:
    """End every session, sign-in under way and refresh token, as after a restore."""
    for table in (identity.session, identity.sign_in, identity.consent):
        await session.execute(delete(table))
