"""Originals: what an agency sent, byte for byte, where the hub's policy keeps it (security U7).

By default only the content hash is kept. With ``HUB_ORIGINALS_KEY`` the body of each stored
revision is kept as well, sealed for a key that the hub does not hold, and deleted when its time is
over.
"""

import io
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from sqlalchemy import delete, insert, select

from hub.db.backup.envelope import Sealing
from hub.db.engine import ORIGINALS
from hub.db.sessions import IntakeSession, OwnerSession, ReleaseSession
from hub.db.tables import intake
from hub.errors import NotFoundError
from hub.submissions.revisions import Submission


async def keep_original(
    session: IntakeSession, stored: Submission, body: bytes, media_type: str, at: datetime
) -> None:
    """Keep the body of a new revision, in the transaction that stores it."""
    recipient: X25519PublicKey | None = session.info.get(ORIGINALS)
    if recipient is None or not stored.created:
        return
    out = io.BytesIO()
    sealing = Sealing(out, recipient)
    sealing.write(body)
    sealing.close()
    row = {"return_id": stored.return_id, "revision": stored.revision, "media_type": media_type}
    await session.execute(
        insert(intake.original).values(row | {"sealed": out.getvalue(), "at": at})
    )


async def forget_originals(session: ReleaseSession, now: datetime, days: int) -> int:
    """Delete originals older than ``days``; give how many."""
    table = intake.original
    old = delete(table).where(table.c.at < now - timedelta(days=days)).returning(table.c.at)
    return len((await session.execute(old)).all())


async def original_of(
    session: OwnerSession, dataset: str, agency: str, period: str, number: int
) -> tuple[str, bytes]:
    """Give the media type and the sealed original of a revision.

    Raises ``NotFoundError`` when none is kept, or no more.
    """
    table, head = intake.original, intake.return_
    query = (
        select(table.c.media_type, table.c.sealed)
        .join(head, head.c.id == table.c.return_id)
        .where(head.c.dataset == dataset, head.c.agency == agency, head.c.period == period)
        .where(table.c.revision == number)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFoundError("No original of that revision is kept.")
    return row.media_type, row.sealed
