"""The one door through which raw counts leave the submissions: only the release room uses it."""

from hub.db.sessions import ReleaseSession
from hub.db.tables import intake
from hub.errors import ConflictError
from hub.submissions.history import observations_of, revision_of, revisions
from hub.submissions.revisions import Revision, SignedOff
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
    return [await _with_observations(session, revision) for revision in found]


async def of_release(session: ReleaseSession, release_id: str) -> list[SignedOff]:
    """Read the revisions that a release was made from, whatever became of them since."""
    body, used = intake.revision, intake.release_input
    query = (
        revisions()
        .join(used, (used.c.return_id == body.c.return_id) & (used.c.revision == body.c.number))
        .where(used.c.release_id == release_id)
        .order_by(intake.return_.c.agency, intake.return_.c.dataset, intake.return_.c.period)
    )
    found = [revision_of(row) for row in (await session.execute(query)).all()]
    return [await _with_observations(session, revision) for revision in found]


async def _with_observations(session: ReleaseSession, revision: Revision) -> SignedOff:
    rows = await observations_of(session, revision.return_id, revision.number)
    if revision.rows and not rows:
        raise ConflictError(
            f"The counts of {revision.agency} that an earlier release was made from were erased, "
            "so that a later one cannot be protected against it. This hub makes no more releases.",
            code="ERASED",
        )
    return SignedOff(revision, rows)
