"""The agency's acts on its own revision: answer queries, sign off, withdraw.

Sign-off is by a second person, and bound to the revision and content that person saw (Z10).
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert

from hub.audit import Event, event_by, record
from hub.auth.permissions import different_person
from hub.auth.principals import Principal
from hub.db.sessions import IntakeSession
from hub.db.tables import intake
from hub.errors import ConflictError, InvalidError
from hub.submissions.history import one_revision, revision_of, revisions
from hub.submissions.revisions import Revision
from hub.submissions.states import APPROVED, Act, State
from hub.submissions.steps import lock_returns, step
from hub.validation.identifiers import require_impersonal


async def sign_off(
    session: IntakeSession,
    return_id: UUID,
    number: int,
    content_hash: str,
    principal: Principal,
    at: datetime,
    *,
    note: str | None = None,
) -> Revision:
    """Sign a revision off; ``note`` answers its open queries.

    Signing the same revision again is harmless. The revision signed before it is superseded.

    Raises:
        InvalidError: the note is too long, or seems to point at a person.
        ConflictError: it is not the current revision, its content is not the one seen, or a query
            is still open.
        RefusedError: the person signing is the one who submitted it.
    """
    require_impersonal(note or "")
    await lock_returns(session, [return_id])
    revision = await one_revision(session, return_id, number)
    _seen(revision, content_hash)
    if revision.state in APPROVED:
        return revision
    different_person(revision.submitted_by, principal.subject)
    if revision.state is State.SUBMITTED:
        revision = await _answer(session, revision, principal, at, note)
    await _retire(session, revision, principal, at)
    await step(session, [revision], Act.SIGN_OFF, principal.subject, at, note)
    await session.execute(
        insert(intake.sign_off).values(
            return_id=return_id,
            revision=number,
            content_hash=content_hash,
            by_subject=principal.subject,
            at=at,
        )
    )
    await record(session, _event("return.approve", revision, principal), at)
    return await one_revision(session, return_id, number)


async def withdraw(
    session: IntakeSession, return_id: UUID, reason: str, principal: Principal, at: datetime
) -> Revision:
    """Take a return back: no later release uses it. What is published stays known.

    Raises:
        InvalidError: no reason is given, or one that is too long or seems to point at a person.
        ConflictError: there is nothing to withdraw.
    """
    if not reason.strip():
        raise InvalidError("Withdrawing a return needs a reason.", code="REASON_MISSING")
    require_impersonal(reason)
    await lock_returns(session, [return_id])
    body = intake.revision
    rows = (await session.execute(revisions().where(body.c.return_id == return_id))).all()
    live = [
        revision
        for revision in map(revision_of, rows)
        if revision.current or revision.state in APPROVED
    ]
    if not any((revision.state, Act.WITHDRAW) in _WITHDRAWABLE for revision in live):
        raise ConflictError("There is no revision left to withdraw.")
    await step(session, live, Act.WITHDRAW, principal.subject, at, reason)
    for revision in live:
        await record(session, _event("return.withdraw", revision, principal), at)
    newest = max(live, key=lambda revision: revision.number)
    return await one_revision(session, return_id, newest.number)


_WITHDRAWABLE = {
    (state, Act.WITHDRAW) for state in State if state not in (State.WITHDRAWN, State.SUPERSEDED)
}


def _seen(revision: Revision, content_hash: str) -> None:
    if not revision.current:
        raise ConflictError("A later revision has replaced this one; look at that one first.")
    if revision.content_hash != content_hash:
        raise ConflictError("The content hash is not that of this revision; look at it again.")


async def _answer(
    session: IntakeSession,
    revision: Revision,
    principal: Principal,
    at: datetime,
    note: str | None,
) -> Revision:
    if not (note and note.strip()):
        raise ConflictError(
            "This revision has open queries. Sign off with a note that answers them, "
            "or send the return again with a note."
        )
    await step(session, [revision], Act.ANSWER, principal.subject, at, note)
    return await one_revision(session, revision.return_id, revision.number)


async def _retire(
    session: IntakeSession, revision: Revision, principal: Principal, at: datetime
) -> None:
    """The revision that was signed off before gives way to this one."""
    body = intake.revision
    query = revisions().where(
        body.c.return_id == revision.return_id,
        body.c.number != revision.number,
        body.c.state.in_([str(state) for state in APPROVED]),
    )
    before = [revision_of(row) for row in (await session.execute(query)).all()]
    await step(session, before, Act.SUPERSEDE, principal.subject, at, None)


def _event(act: str, revision: Revision, principal: Principal) -> Event:
    what = f"{revision.dataset}/{revision.agency}/{revision.period}#{revision.number}"
    details = {"contentHash": revision.content_hash}
    return event_by(principal, act, what, agency=revision.agency, details=details)
