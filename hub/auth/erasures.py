"""Erasing an agency is proposed by one administrator and approved by another."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from hub.auth.permissions import different_person
from hub.db.sessions import IdentitySession, OwnerSession
from hub.db.tables.identity import erasure
from hub.errors import ConflictError, InvalidError

OPEN_FOR = timedelta(days=30)
"""How long a proposal may be approved."""
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Erasure:
    """A proposal: whom, why, and whether also the counts that published releases are made of."""

    id: int
    agency: str
    counts: bool
    reason: str
    proposed_by: str


async def propose(
    session: IdentitySession, agency: str, reason: str, by: str, at: datetime, *, counts: bool
) -> None:
    """Propose to erase an agency.

    Raises ``InvalidError`` without a reason, or with a very long one.
    """
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise InvalidError("Say why, in at most 500 characters.", code="REASON_MISSING")
    row = {"agency": agency, "counts": counts, "reason": reason.strip()}
    await session.execute(insert(erasure).values(row | {"proposed_by": by, "proposed_at": at}))


async def approve(session: OwnerSession, agency: str, by: str, at: datetime) -> Erasure:
    """Approve the newest open proposal for an agency.

    Raises:
        ConflictError: there is none.
        RefusedError: the one who proposed it approves it.
    """
    query = (
        select(erasure)
        .where(erasure.c.agency == agency, erasure.c.approved_at.is_(None))
        .where(erasure.c.proposed_at > at - OPEN_FOR)
        .order_by(erasure.c.id.desc())
        .limit(1)
        .with_for_update()
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise ConflictError("Nobody has proposed to erase this agency in the last 30 days.")
    different_person(row.proposed_by, by)
    mine = update(erasure).where(erasure.c.id == row.id)
    await session.execute(mine.values(approved_by=by, approved_at=at))
    return Erasure(row.id, row.agency, row.counts, row.reason, row.proposed_by)
