"""The demo's returns, released to partners in a database of a module's own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from hub.clock import now
from hub.db.engine import Database
from hub.protected import writer
from hub.protected.releases import Audience
from hub.release import drafts
from hub.release.drafts import Draft, DraftState
from hub.release.policies import policy_for
from hub.running import RunningHub, hub_over
from hub.settings import Settings
from hub.vocabulary import vocabulary
from tests.spec.audiences import public_release
from tests.spec.demo_release import Release, release


@asynccontextmanager
async def released_demo(settings: Settings, *, public: bool = False) -> AsyncIterator[RunningHub]:
    """Open a hub whose latest release holds the whole demo, made by the pure pipeline.

    ``public`` publishes the public's release beside the partners'.
    """
    database = await Database.open(settings)
    try:
        await _publish(database, "demo", Audience.PARTNER, release())
        if public:
            await _publish(database, "demo-public", Audience.PUBLIC, public_release())
        yield hub_over(database, settings)
    finally:
        await database.close()


async def publish_empty(
    database: Database, release_id: str, audience: Audience, until: datetime | None = None
) -> None:
    """Publish a release without a figure, for what concerns releases and no figure."""
    at = now()
    draft = _draft(release_id, audience, at, vocabulary().version, "0" * 64, 0)
    async with database.release() as session:
        await drafts.keep(session, draft, [], [], [])
        await writer.publish(session, draft.id, at, until or at)


async def _publish(database: Database, name: str, audience: Audience, whole: Release) -> None:
    made, at = whole.prepared, now()
    hashed, cells = made.content_hash, made.cells
    draft = _draft(name, audience, at, whole.words.version, hashed, len(cells))
    async with database.release() as session:
        await drafts.keep(session, draft, [], cells, [])
        await writer.publish(session, draft.id, at, at)


def _draft(
    release_id: str, audience: Audience, at: datetime, words: str, content_hash: str, cells: int
) -> Draft:
    return Draft(
        id=release_id,
        audience=audience,
        state=DraftState.APPROVED,
        content_hash=content_hash,
        policy_version=policy_for(audience).version,
        vocabulary_version=words,
        note=None,
        prepared_by="one",
        prepared_at=at,
        approved_by="two",
        approved_at=at,
        published_by=None,
        published_at=None,
        cells=cells,
        after_sequence=0,
        partner_release=None,
    )
