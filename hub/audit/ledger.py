"""Writes the record in the caller's transaction, and verifies the stored chain."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Row, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.audit.acts import NAMES
from hub.audit.chain import GENESIS, Entry, Head, Verdict, Verification, link
from hub.audit.event import Event
from hub.audit.persons import pseudonymised
from hub.db.engine import HALTED
from hub.db.sessions import IdentitySession, IntakeSession, ReleaseSession
from hub.db.tables.audit import event as table
from hub.errors import DatabaseError

LOCK = 0x4855_425F_4155_44
"""Advisory lock under which the chain grows."""
PAGE = 1000

WritingSession = IntakeSession | ReleaseSession | IdentitySession
"""Reading what is published is not recorded; a read that is, is recorded by one of these."""


async def record(session: WritingSession, event: Event, at: datetime) -> int:
    """Append an event in the session's own transaction; give its sequence number.

    Takes a lock that is held until the transaction ends, because only one transaction at a time
    may know the chain's end: **record last**, just before the commit, and never across a
    network call. Waiting longer than the login's ``lock_timeout`` fails the whole act, which is
    right: an act that cannot be recorded must not happen.

    Raises ``ValueError`` for an act that stands in no line of :data:`hub.audit.acts.ACTS`, and
    ``DatabaseError`` while nothing may be written (security L7, U11).
    """
    if event.act not in NAMES:
        raise ValueError(f"{event.act} is no act that the catalogue knows")
    require_writing(session)
    event = await pseudonymised(session, event)
    # A statement of its own: the next one must see what the last holder of the lock committed.
    await session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    last = await session.execute(
        select(table.c.sequence, table.c.hash).order_by(table.c.sequence.desc()).limit(1)
    )
    row = last.one_or_none()
    entry = link(Head(row.sequence, row.hash) if row else GENESIS, event, at)
    await session.execute(insert(table).values(_columns(entry)))
    return entry.sequence


def require_writing(session: WritingSession) -> None:
    """Refuse what would be recorded at its end, before it writes anything.

    Raises ``DatabaseError`` while the record cannot be anchored or the disk is full.
    """
    refusal: DatabaseError | None = session.info.get(HALTED)
    if refusal is not None:
        raise refusal


async def verify_chain(
    source: IdentitySession | AsyncConnection, known: Iterable[Head] = (), *, page: int = PAGE
) -> Verdict:
    """Verify the stored chain from its beginning, against ``known`` heads kept elsewhere.

    Reads in pages of ``page`` entries, so that a long record fits in memory and in the login's
    statement timeout.
    """
    verification = Verification(known)
    query = select(table).order_by(table.c.sequence).execution_options(yield_per=page)
    rows = await source.stream(query)
    async for row in rows:
        verification.follow(entry_of(row))
    return verification.verdict()


def _columns(entry: Entry) -> dict[str, object]:
    return {column.name: getattr(entry, column.name) for column in table.columns}


def entry_of(row: Row[*tuple[object, ...]]) -> Entry:
    """Read a row of ``audit.event``."""
    return Entry(**row._mapping)
