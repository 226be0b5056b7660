"""The one door through which raw counts leave the submissions: only the release room uses it."""

from sqlalchemy import select

from hub.db.sessions import ReleaseSession
from hub.db.tables import intake
from hub.submissions.history import observations_of, revision_of, revisions
from hub.submissions.revisions import SignedOff
from hub.submissions.states import APPROVED


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
    return [
        SignedOff(revision, await observations_of(session, revision.return_id, revision.number))
        for revision in found
    ]


async def signed_hashes(session: ReleaseSession) -> dict[tuple[str, int], str]:
    """Content hashes of the signed-off revisions, to see whether a draft is still current."""
    body = intake.revision
    query = select(body.c.return_id, body.c.number, body.c.content_hash).where(
        body.c.state.in_([str(state) for state in APPROVED])
    )
    rows = (await session.execute(query)).all()
    return {(str(row.return_id), row.number): row.content_hash for row in rows}
