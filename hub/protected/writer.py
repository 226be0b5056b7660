"""Writing published releases. Only the release room may import this module."""

from datetime import datetime

from sqlalchemy import func, insert, literal, select, text

from hub.db.sessions import ReleaseSession
from hub.db.tables import intake, protected
from hub.protected.observations import Observation
from hub.protected.reader import observation_of
from hub.protected.releases import Audience

_LOCK = 0x7075626C
"""Advisory lock that orders publications, so that sequence numbers have no gap."""


async def publish(
    session: ReleaseSession, release_id: str, at: datetime, visible_from: datetime
) -> None:
    """Copy an approved draft into the protected store and number it."""
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    draft, release = intake.release_draft, protected.release
    number = (
        select(func.coalesce(func.max(release.c.sequence), 0) + 1)
        .where(release.c.audience == draft.c.audience)
        .scalar_subquery()
    )
    copied = ("content_hash", "policy_version", "vocabulary_version", "note", "prepared_by")
    chosen = select(
        draft.c.id,
        number,
        draft.c.audience,
        *(draft.c[name] for name in copied),
        draft.c.approved_by,
        literal(at),
        literal(visible_from),
        draft.c.cells,
    ).where(draft.c.id == release_id)
    target = ["id", "sequence", "audience", *copied, "approved_by", "published_at", "visible_from"]
    await session.execute(insert(release).from_select([*target, "cells"], chosen))
    cell, observation = intake.release_cell, protected.observation
    names = [column.name for column in observation.columns]
    rows = select(*(cell.c[name] for name in names)).where(cell.c.release_id == release_id)
    await session.execute(insert(observation).from_select(names, rows))


async def last_published_at(session: ReleaseSession, audience: Audience) -> datetime | None:
    """When the newest release of an audience was published, if any was."""
    table = protected.release
    query = select(func.max(table.c.published_at)).where(table.c.audience == str(audience))
    found: datetime | None = await session.scalar(query)
    return found


async def last_release(session: ReleaseSession, audience: Audience) -> tuple[Observation, ...]:
    """Read what the newest release of an audience shows: everyone knows it for ever."""
    release, observation = protected.release, protected.observation
    newest = (
        select(release.c.id)
        .where(release.c.audience == str(audience))
        .order_by(release.c.sequence.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = await session.execute(select(observation).where(observation.c.release_id == newest))
    return tuple(observation_of(row) for row in rows.all())
