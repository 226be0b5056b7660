"""Whether the end of the record holds: a quick look, for a server that is asked if it is ready.

The whole record is verified by ``hub audit verify``; this looks at what was written last and at
the newest signed head, so that it may be asked every few seconds.
"""

from datetime import datetime

from sqlalchemy import select

from hub.audit.chain import GENESIS, Verification
from hub.audit.ledger import entry_of
from hub.db.sessions import IdentitySession
from hub.db.tables.audit import anchor, event
from hub.errors import DatabaseError

LATEST = 100
"""Entries looked at."""


async def require_sound(session: IdentitySession, *, no_later_than: datetime) -> None:
    """Raise ``DatabaseError`` unless the record's end holds.

    Its latest entries must follow each other, reach the newest signed head, and none may be of
    a moment that has not come yet, as it would be after the clock was set back.
    """
    query = select(event).order_by(event.c.sequence.desc()).limit(LATEST + 1)
    entries = [entry_of(row) for row in (await session.execute(query)).all()][::-1]
    before = GENESIS if len(entries) <= LATEST else entries.pop(0).head
    verification = Verification(after=before)
    for entry in entries:
        verification.follow(entry)
    if not verification.verdict().is_intact:
        raise DatabaseError("The end of the record does not hold.")
    await _require_signed_head(session)
    if entries and entries[-1].at > no_later_than:
        raise DatabaseError("The record is ahead of the clock.")


async def _require_signed_head(session: IdentitySession) -> None:
    newest = select(anchor.c.sequence, anchor.c.hash).order_by(anchor.c.sequence.desc()).limit(1)
    signed = (await session.execute(newest)).one_or_none()
    if signed is None:
        return
    kept = await session.scalar(select(event.c.hash).where(event.c.sequence == signed.sequence))
    if kept != signed.hash:
        raise DatabaseError("The record is not the one whose head was signed.")
