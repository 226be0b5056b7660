"""Writing published releases. Only the release room may import this module."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, insert, literal, select, text

from hub.db.sessions import ReleaseSession
from hub.db.streaming import made_of
from hub.db.tables import intake, protected
from hub.protected.observations import Observation
from hub.protected.reader import observation_of, release_of
from hub.protected.releases import Audience, Release

_LOCK = 0x7075626C
"""Advisory lock that orders publications, so that sequence numbers have no gap."""


async def hold(session: ReleaseSession) -> None:
    """Keep any other release from being published until the transaction ends."""
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


async def publish(
    session: ReleaseSession, release_id: str, at: datetime, visible_from: datetime
) -> None:
    """Copy an approved draft into the protected store and number it."""
    await hold(session)
    draft, release = intake.release_draft, protected.release
    number = (
        select(func.coalesce(func.max(release.c.sequence), 0) + 1)
        .where(release.c.audience == draft.c.audience)
        .scalar_subquery()
    )
    copied = (
        "content_hash",
        "policy_version",
        "vocabulary_version",
        "note",
        "prepared_by",
        "protection",
    )
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


async def earlier(session: ReleaseSession, audience: Audience) -> list[Release]:
    """List the releases of an audience, oldest first; those under embargo too."""
    table = protected.release
    query = select(table).where(table.c.audience == str(audience)).order_by(table.c.sequence)
    return [release_of(row) for row in (await session.execute(query)).all()]


async def observations(
    session: ReleaseSession, release_id: str, indicators: Collection[str] | None = None
) -> tuple[Observation, ...]:
    """Read what a release shows, or of it only these ``indicators``: everyone knows it for ever."""
    table = protected.observation
    query = select(table).where(table.c.release_id == release_id)
    if indicators is not None:
        query = query.where(table.c.indicator.in_(sorted(indicators)))
    return await made_of(session, query, observation_of)


async def visible_from(session: ReleaseSession, release_id: str) -> datetime:
    """When a release's embargo ends or ended."""
    table = protected.release
    found: datetime = (
        await session.execute(select(table.c.visible_from).where(table.c.id == release_id))
    ).scalar_one()
    return found


async def all_visible_from(session: ReleaseSession) -> dict[str, datetime]:
    """When each release's embargo ends or ended."""
    table = protected.release
    rows = await session.execute(select(table.c.id, table.c.visible_from))
    return {row.id: row.visible_from for row in rows.all()}
