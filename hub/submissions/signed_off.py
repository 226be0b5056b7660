"""The one door through which raw counts leave the submissions: only the release room uses it."""

from collections.abc import Collection, MutableMapping
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import select

from hub.db.sessions import ReleaseSession
from hub.db.tables import intake
from hub.errors import ConflictError
from hub.submissions.history import observations_of, revision_of, revisions
from hub.submissions.revisions import Revision, SignedOff
from hub.submissions.states import APPROVED
from hub.submissions.steps import lock_returns

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
    found = await inputs_of(session, release_id)
    kept = {} if kept is None else kept
    for one in found:
        address = one.return_id, one.number
        if address not in kept:
            kept[address] = await _with_observations(session, one, indicators)
    return [kept[one.return_id, one.number] for one in found]


async def inputs_of(session: ReleaseSession, release_id: str) -> list[Revision]:
    """Read which revisions a release was made from, as they stand now."""
    body, used = intake.revision, intake.release_input
    query = (
        revisions()
        .join(used, (used.c.return_id == body.c.return_id) & (used.c.revision == body.c.number))
        .where(used.c.release_id == release_id)
        .order_by(intake.return_.c.agency, intake.return_.c.dataset, intake.return_.c.period)
    )
    return [revision_of(row) for row in (await session.execute(query)).all()]


async def lock_inputs(session: ReleaseSession, release_id: str) -> None:
    """Hold the returns that a release was made from until the transaction ends."""
    used = intake.release_input
    await lock_returns(session, select(used.c.return_id).where(used.c.release_id == release_id))


async def _with_observations(
    session: ReleaseSession, revision: Revision, indicators: Collection[str] | None = None
) -> SignedOff:
    rows = await observations_of(session, revision.return_id, revision.number, indicators)
    if revision.rows and not rows and not await _is_kept(session, revision):
        raise ConflictError(
            f"The counts of {revision.agency} that an earlier release was made from were erased, "
            "so that a later one cannot be protected against it. This hub makes no more releases.",
            code="ERASED",
        )
    return SignedOff(revision, rows)


async def _is_kept(session: ReleaseSession, revision: Revision) -> bool:
    """Whether any observation of a revision is still there."""
    table = intake.observation
    query = select(table.c.row).where(
        table.c.return_id == revision.return_id, table.c.revision == revision.number
    )
    return (await session.execute(query.limit(1))).first() is not None
