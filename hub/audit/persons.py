"""Pseudonyms of persons in the record, and forgetting whom one stands for (security L10).

The record itself never changes, so it must not name a person for ever: it names an alias, and a
side table says whose alias it is. A row deleted there leaves the chain as it was.
"""

import secrets
from dataclasses import replace

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from hub.audit.event import Event
from hub.db.sessions import IdentitySession, IntakeSession, ReleaseSession
from hub.db.tables.audit import person


async def pseudonymised(
    session: IntakeSession | ReleaseSession | IdentitySession, event: Event
) -> Event:
    """Name the actor by an alias where it is a person rather than a system or an operator."""
    if event.client_id is None or event.actor == event.client_id:
        return event
    return replace(event, actor=await _alias(session, event.actor))


async def forget(session: IdentitySession, subject: str) -> str | None:
    """Forget whom an alias stands for; give the alias, or None when the record has none."""
    gone = delete(person).where(person.c.subject == subject).returning(person.c.alias)
    alias: str | None = await session.scalar(gone)
    return alias


async def _alias(session: IntakeSession | ReleaseSession | IdentitySession, subject: str) -> str:
    query = select(person.c.alias).where(person.c.subject == subject)
    found: str | None = await session.scalar(query)
    if found is None:
        row = {"alias": f"person-{secrets.token_hex(8)}", "subject": subject}
        await session.execute(insert(person).values(row).on_conflict_do_nothing())
        found = await session.scalar(query)
    return found or ""
