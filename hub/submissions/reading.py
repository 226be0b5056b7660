"""Reading a raw return leaves a record: who looked at which revision."""

from datetime import datetime

from hub.audit import Event, record
from hub.auth.principals import Principal
from hub.db.sessions import IntakeSession
from hub.submissions.revisions import Revision


async def record_reading(
    session: IntakeSession, revision: Revision, principal: Principal, at: datetime
) -> None:
    """Keep that the caller read this revision's counts (security L2)."""
    event = Event(
        act="return.read",
        actor=principal.subject,
        client_id=principal.client_id,
        agency=revision.agency,
        object=f"{revision.dataset}/{revision.agency}/{revision.period}#{revision.number}",
        outcome="done",
    )
    await record(session, event, at)
