"""Webhooks: who is told of new releases, and where."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.sessions import IdentitySession
from hub.db.tables import identity
from hub.errors import InvalidError, NotFoundError
from hub.protected.releases import Audience, Release
from hub.webhooks.address import Reach, require_fit
from hub.webhooks.outbox import BEFORE, owe

OVERLAP = timedelta(hours=24)
"""How long notices are signed with the replaced secret too, so that a change has no gap."""
LONGEST_TITLE = 100


@dataclass(frozen=True, slots=True)
class Webhook:
    """A receiver of notices. ``generation`` counts its secrets."""

    id: str
    url: str = field(repr=False)
    """May hold a token of the receiver's own, so it is shown without its query."""
    title: str
    audience: Audience
    generation: int
    rotated_at: datetime | None
    created_at: datetime
    removed_at: datetime | None

    @property
    def shown(self) -> str:
        """The address as operators see it."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}{parts.path}" + ("?…" if parts.query else "")

    def generations(self, at: datetime) -> list[int]:
        """Tell whose secrets sign now, the newest first."""
        overlaps = self.rotated_at is not None and at < self.rotated_at + OVERLAP
        return [self.generation, self.generation - 1] if overlaps else [self.generation]


async def add_webhook(
    session: IdentitySession,
    url: str,
    title: str,
    audience: Audience,
    reach: Reach,
    known: Iterable[Release],
    by: str,
    at: datetime,
) -> Webhook:
    """Register a receiver of an audience's releases; of those in ``known`` it is not told.

    Raises:
        InvalidError: the address or the title is not fit.
    """
    require_fit(url, reach)
    if not (0 < len(title) <= LONGEST_TITLE and title.isprintable()):
        raise InvalidError(f"A title has 1 to {LONGEST_TITLE} printable characters.")
    row = {
        "id": f"wh_{secrets.token_hex(8)}",
        "url": url,
        "title": title,
        "audience": str(audience),
        "generation": 1,
        "created_by": by,
        "created_at": at,
    }
    table = identity.webhook
    made = (await session.execute(insert(table).values(row).returning(table))).one()
    await owe(session, [(made.id, one) for one in known], at, BEFORE)
    return _webhook(made)


async def webhooks(session: AsyncSession, *, removed: bool = False) -> list[Webhook]:
    """List receivers, oldest first; those taken away only if asked for."""
    table = identity.webhook
    query = select(table).order_by(table.c.created_at, table.c.id)
    if not removed:
        query = query.where(table.c.removed_at.is_(None))
    return [_webhook(row) for row in await session.execute(query)]


async def remove_webhook(session: IdentitySession, webhook_id: str, at: datetime) -> Webhook:
    """Tell a receiver nothing more; what is under way to it is given up.

    Raises:
        NotFoundError: there is none of this id.
    """
    return await _change(session, webhook_id, removed_at=at)


async def rotate_secret(session: IdentitySession, webhook_id: str, at: datetime) -> Webhook:
    """Give a receiver another secret; the old one signs beside it for a day.

    Raises:
        NotFoundError: there is none of this id.
    """
    table = identity.webhook.c
    return await _change(session, webhook_id, generation=table.generation + 1, rotated_at=at)


async def _change(session: IdentitySession, webhook_id: str, **values: Any) -> Webhook:
    table = identity.webhook
    changed = (
        update(table)
        .where(table.c.id == webhook_id, table.c.removed_at.is_(None))
        .values(values)
        .returning(table)
    )
    row = (await session.execute(changed)).one_or_none()
    if row is None:
        raise NotFoundError("There is no such webhook.")
    return _webhook(row)


def _webhook(row: Row[Any]) -> Webhook:
    return Webhook(
        id=row.id,
        url=row.url,
        title=row.title,
        audience=Audience(row.audience),
        generation=row.generation,
        rotated_at=row.rotated_at,
        created_at=row.created_at,
        removed_at=row.removed_at,
    )
