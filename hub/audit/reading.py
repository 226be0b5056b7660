"""Parts of the record for those who may read them: one's own acts, those of one's agency."""

from sqlalchemy import ColumnElement, or_, select

from hub.audit.chain import Entry
from hub.audit.ledger import entry_of
from hub.db.sessions import IdentitySession
from hub.db.tables.audit import event, person

MOST = 1000
"""Most entries of one page."""


async def acts_of(session: IdentitySession, subject: str, after: int = 0) -> list[Entry]:
    """List what one person or system did, in order, after a sequence number.

    The record names a person by a pseudonym; whoever had it forgotten has no acts here any more.
    """
    alias = select(person.c.alias).where(person.c.subject == subject).scalar_subquery()
    return await _page(session, or_(event.c.actor == subject, event.c.actor == alias), after)


async def acts_for(session: IdentitySession, agency: str, after: int = 0) -> list[Entry]:
    """List what was done for one agency, in order, after a sequence number."""
    return await _page(session, event.c.agency == agency, after)


async def _page(
    session: IdentitySession, condition: ColumnElement[bool], after: int
) -> list[Entry]:
    query = select(event).where(condition, event.c.sequence > after)
    rows = await session.execute(query.order_by(event.c.sequence).limit(MOST))
    return [entry_of(row) for row in rows.all()]
