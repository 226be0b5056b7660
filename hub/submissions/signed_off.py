"""The one door through which raw counts leave the submissions: only the release room uses it."""

from collections.abc import Collection, MutableMapping
from typing import TypeAlias
from uuid import UUID

from hub.db.sessions import ReleaseSession
from hub.db.tables import intake
from hub.submissions.history import observations_of, revision_of, revisions
from hub.submissions.revisions import Revision, SignedOff
from hub.submissions.states import APPROVED

Kept: TypeAlias = MutableMapping[tuple[UUID, int], SignedOff]
"""Revisions that were read before. Releases in a row are made from almost the same ones; each is
read and held once."""


async def signed_off(session: ReleaseSession) -> list[SignedOff]:
    """Read every revision that its agency signed off and that nothing has replaced."""
    body = intake.revision
    query = (
        revisions()
        .where(body.c.state.in_([str(state) for state in APPROVED]))
        .order_by(intake.return_.c.agency, intake.return_.c.dataset)
        .order_by(intake.return_.c.period)
    )
    found = [revision_of(row) for row in (await session.execute(query)).all()]
    return [await _with_observations(session, revision) for revision in found]


async def of_release(
    session: ReleaseSession,
    release_id: str,
    indicators: Collection[str] | None = None,
    kept: Kept | None = None,
) -> list[SignedOff]:
    """Read the revisions that a release was made from, whatever became of them since.

    With ``indicators`` only these figures of each; ``kept`` are those read before in the same way.
    """
    body, used = intake.revision, intake.release_input
    query = (
        revisions()
        .join(used, (used.c.return_id == body.c.return_id) & (used.c.revision == body.c.number))
        .where(used.c.release_id == release_id)
        .order_by(intake.return_.c.agency, intake.return_.c.dataset, intake.return_.c.period)
    )
    found = [revision_of(row) for row in (await session.execute(query)).all()]
    kept = {} if kept is None else kept
    for one in found:
        address = one.return_id, one.number
        if address not in kept:
            kept[address] = await _with_observations(session, one, indicators)
    return [kept[one.return_id, one.number] for one in found]


async def _with_observations(
    session: ReleaseSession, revision: Revision, indicators: Collection[str] | None = None
) -> SignedOff:
    rows = await observations_of(session, revision.return_id, revision.number, indicators)
    return SignedOff(revision, rows)
