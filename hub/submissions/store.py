"""Storing a return: whole or not at all, as an immutable revision.

One row lock per return (dataset, agency, period) orders everything that happens to it, so that
there is one current revision, no gap and no number used twice (security K1); the database's own
constraints say the same (K2).
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from hub.audit import Event, event_by, record
from hub.audit.ledger import require_writing
from hub.auth.principals import Principal
from hub.db.sessions import IntakeSession
from hub.db.tables import intake
from hub.errors import PreconditionError
from hub.returns import Finding, Return, Severity
from hub.submissions import staging
from hub.submissions.changes import Counts, changes, compare
from hub.submissions.history import current_revision, findings_of, observations_of
from hub.submissions.receipts import keep
from hub.submissions.revisions import Revision, Sent, Submission, etag_of
from hub.submissions.states import OPEN, Act, State
from hub.submissions.steps import step

Asking = Callable[[], Awaitable[tuple[Finding, ...]]]
"""Gives every finding about a return. It needs no connection: who waits for it may hold one."""


async def submit(
    session: IntakeSession,
    body: Return,
    ask: Asking,
    principal: Principal,
    at: datetime,
    *,
    if_match: str | None = None,
    if_none_match: str | None = None,
    sent: Sent | None = None,
) -> Submission:
    """Store ``body`` as a revision; the same content as the current one stores nothing.

    The caller has validated it: what ``ask`` gives holds no error. It is asked while PostgreSQL
    puts the rows into the store, which takes as long. By what it was ``sent`` as,
    :func:`repeated` knows it again.

    Raises:
        PreconditionError: ``if_match`` names another revision than the current one, or
            ``if_none_match`` is ``*`` and there is one.
    """
    require_writing(session)
    return_id = await _lock(session, body, at)
    current = await current_revision(session, return_id)
    check(current, if_match, if_none_match)
    if current and current.content_hash == body.content_hash and current.state in _LIVE:
        counts = Counts(received=len(body.observations), unchanged=len(body.observations))
        findings = await ask()
        return _answer(body, return_id, current.number, current.state, counts, findings, False)
    await staging.stage(session, body.columns)
    counts = await _counts(session, body, current)
    number = current.number + 1 if current else 1
    findings, _ = await asyncio.gather(ask(), staging.store(session, return_id, number))
    state = first_state(body, findings)
    if current:
        await _step_aside(session, current, principal, at)
    await _store(session, return_id, number, state, body, findings, principal, at, sent)
    sequence = await record(session, _event(body, number, principal), at)
    await keep(session, return_id, number, sequence)
    return _answer(body, return_id, number, state, counts, findings, True)


async def repeated(session: IntakeSession, current: Revision) -> Submission | None:
    """Answer the push of what is the current revision already; None when that was withdrawn.

    The findings are those it was stored with. Nothing is stored.
    """
    if current.state not in _LIVE:
        return None
    return Submission(
        return_id=current.return_id,
        dataset=current.dataset,
        agency=current.agency,
        period=current.period,
        revision=current.number,
        state=current.state,
        content_hash=current.content_hash,
        counts=Counts(received=current.rows, unchanged=current.rows),
        findings=await findings_of(session, current.return_id, current.number),
        created=False,
    )


async def rehearse(
    session: IntakeSession, body: Return, findings: tuple[Finding, ...]
) -> Submission:
    """Say what :func:`submit` would answer, and store nothing."""
    current = await find(session, body.dataset, body.agency, body.period)
    before = await observations_of(session, current.return_id, current.number) if current else ()
    return Submission(
        return_id=current.return_id if current else None,
        dataset=body.dataset,
        agency=body.agency,
        period=body.period,
        revision=current.number if current else None,
        state=current.state if current else None,
        content_hash=body.content_hash,
        counts=compare(body, before),
        findings=findings,
        created=False,
        dry_run=True,
        changes=changes(body.observations, before),
    )


async def find(session: IntakeSession, dataset: str, agency: str, period: str) -> Revision | None:
    """Find the current revision of a return, if any was ever stored."""
    table = intake.return_
    query = select(table.c.id).where(
        table.c.dataset == dataset, table.c.agency == agency, table.c.period == period
    )
    return_id: UUID | None = await session.scalar(query)
    return await current_revision(session, return_id) if return_id else None


def check(current: Revision | None, if_match: str | None, if_none_match: str | None) -> None:
    """Hold a push to the conditions it came on, as HTTP's headers word them.

    Raises:
        PreconditionError: the current revision is not the one meant.
    """
    if if_none_match == "*" and current:
        raise PreconditionError("This return already has a revision; send If-Match to replace it.")
    if if_match and if_match != "*":
        have = etag_of(current.number, current.content_hash) if current else None
        if if_match != have:
            raise PreconditionError(
                "The return has changed since the revision named in If-Match. "
                "GET it, look at what changed, and send again with its ETag."
            )
    if if_match == "*" and not current:
        raise PreconditionError("If-Match: * needs a revision, and this return has none yet.")


def first_state(body: Return, findings: tuple[Finding, ...]) -> State:
    """A note on the return answers its queries; without one it waits for answers."""
    asked = any(item.severity is Severity.QUERY for item in findings)
    return State.SUBMITTED if asked and not body.note else State.VALIDATED


_LIVE = frozenset(State) - {State.WITHDRAWN, State.SUPERSEDED}


async def _lock(session: IntakeSession, body: Return, at: datetime) -> UUID:
    """Make the return's row if it is new, and hold it until the transaction ends."""
    table = intake.return_
    names = {"dataset": body.dataset, "agency": body.agency, "period": body.period}
    await session.execute(
        upsert(table).values(id=uuid4(), created_at=at, **names).on_conflict_do_nothing()
    )
    query = select(table.c.id).filter_by(**names).with_for_update()
    found: UUID = (await session.execute(query)).scalar_one()
    return found


async def _counts(session: IntakeSession, body: Return, current: Revision | None) -> Counts:
    received = len(body.observations)
    if current is None:
        return Counts(received=received, added=received)
    return await staging.compare(session, received, current.return_id, current.number)


async def _step_aside(
    session: IntakeSession, current: Revision, principal: Principal, at: datetime
) -> None:
    """The revision before is no longer current; one not yet signed off is superseded.

    A signed-off revision stays usable by releases until its successor is signed off.
    """
    table = intake.revision
    here = (table.c.return_id == current.return_id) & (table.c.number == current.number)
    await session.execute(update(table).where(here).values(is_current=False))
    if current.state in OPEN:
        await step(session, [current], Act.SUPERSEDE, principal.subject, at, None)


async def _store(
    session: IntakeSession,
    return_id: UUID,
    number: int,
    state: State,
    body: Return,
    findings: tuple[Finding, ...],
    principal: Principal,
    at: datetime,
    sent: Sent | None,
) -> None:
    where = {"return_id": return_id, "revision": number}
    await session.execute(
        insert(intake.revision).values(
            return_id=return_id,
            number=number,
            content_hash=body.content_hash,
            state=str(state),
            note=body.note,
            submitted_by=principal.subject,
            client_id=principal.client_id,
            submitted_at=at,
            rows=len(body.observations),
            is_current=True,
            **(asdict(sent) if sent else {}),
        )
    )
    if findings:
        listed = [where | _finding(index, item) for index, item in enumerate(findings)]
        await session.execute(insert(intake.finding), listed)
    history = {"ordinal": 0, "from_state": None, "to_state": str(state), "reason": None}
    await session.execute(
        insert(intake.transition).values(**where, **history, by_subject=principal.subject, at=at)
    )


def _finding(ordinal: int, item: Finding) -> dict[str, object]:
    return {
        "ordinal": ordinal,
        "severity": str(item.severity),
        "code": item.code,
        "message": item.message,
        "row": item.row,
        "column": item.column,
        "pointer": item.pointer,
        "allowed": item.allowed,
    }


def _event(body: Return, number: int, principal: Principal) -> Event:
    what = f"{body.dataset}/{body.agency}/{body.period}#{number}"
    details = {"contentHash": body.content_hash}
    return event_by(
        principal, "return.submit", what, agency=body.agency, outcome="stored", details=details
    )


def _answer(
    body: Return,
    return_id: UUID,
    number: int,
    state: State,
    counts: Counts,
    findings: tuple[Finding, ...],
    created: bool,
) -> Submission:
    return Submission(
        return_id=return_id,
        dataset=body.dataset,
        agency=body.agency,
        period=body.period,
        revision=number,
        state=state,
        content_hash=body.content_hash,
        counts=counts,
        findings=findings,
        created=created,
    )
