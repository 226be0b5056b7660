"""Reading a raw return leaves a record: who looked at which revision."""

from datetime import datetime

from hub.audit import event_by, record
from hub.auth.principals import Principal
from hub.db.sessions import IntakeSession
from hub.submissions.revisions import Revision


async def record_reading(
    session: IntakeSession, revision: Revision, principal: Principal, at: datetime
) -> None:
    """Keep that the caller read this revision's counts (security L2)."""
    what = f"{revision.dataset}/{revision.agency}/{revision.period}#{revision.number}"
    event = event_by(principal, "return.read", what, agency=revision.agency)
    await record(session, event, at)
