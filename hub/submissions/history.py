"""Reading stored revisions."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select

from hub.db.sessions import IntakeSession, OwnerSession, ReleaseSession
from hub.db.streaming import made_of
from hub.db.tables import intake
from hub.errors import NotFoundError
from hub.returns import Finding, Reported, Severity
from hub.submissions.changes import Change, changes
from hub.submissions.revisions import Revision, Sent
from hub.submissions.states import State
from hub.vocabulary import parse_breakdown

AnySession = IntakeSession | ReleaseSession | OwnerSession


def revisions() -> Select[Any]:
    """Select every revision with the names of its return; add conditions to narrow it."""
    head, body = intake.return_, intake.revision
    return select(head.c.dataset, head.c.agency, head.c.period, body).join(
        body, body.c.return_id == head.c.id
    )


def revision_of(row: Row[Any]) -> Revision:
    """Read one row of :func:`revisions`."""
    return Revision(
        return_id=row.return_id,
        dataset=row.dataset,
        agency=row.agency,
        period=row.period,
        number=row.number,
        state=State(row.state),
        content_hash=row.content_hash,
        submitted_by=row.submitted_by,
        submitted_at=row.submitted_at,
        rows=row.rows,
        current=row.is_current,
        note=row.note,
        sent=None if row.expected is None else _sent(row),
    )


def _sent(row: Row[Any]) -> Sent:
    return Sent(row.body_hash, row.expected, row.received, row.vocabulary)


async def current_revision(session: AnySession, return_id: UUID) -> Revision | None:
    """Find the current revision of a return."""
    body = intake.revision
    query = revisions().where(body.c.return_id == return_id, body.c.is_current)
    row = (await session.execute(query)).one_or_none()
    return revision_of(row) if row else None


async def one_revision(session: AnySession, return_id: UUID, number: int) -> Revision:
    """Find one revision.

    Raises:
        NotFoundError: there is none of that number.
    """
    body = intake.revision
    query = revisions().where(body.c.return_id == return_id, body.c.number == number)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFoundError("There is no such revision.")
    return revision_of(row)


async def all_revisions(session: AnySession, agency: str | None = None) -> list[Revision]:
    """List the current revisions, newest first; of one agency if given."""
    body = intake.revision
    query = revisions().where(body.c.is_current).order_by(body.c.submitted_at.desc())
    if agency is not None:
        query = query.where(intake.return_.c.agency == agency)
    return [revision_of(row) for row in (await session.execute(query)).all()]


async def revisions_of(session: AnySession, return_id: UUID) -> list[Revision]:
    """List every revision of a return, first to last."""
    body = intake.revision
    query = revisions().where(body.c.return_id == return_id).order_by(body.c.number)
    return [revision_of(row) for row in (await session.execute(query)).all()]


async def observations_of(
    session: AnySession, return_id: UUID, number: int, indicators: Collection[str] | None = None
) -> tuple[Reported, ...]:
    """Read a revision's observations in the order of its rows, or only those of ``indicators``."""
    table = intake.observation
    query = (
        select(table)
        .where(table.c.return_id == return_id, table.c.revision == number)
        .order_by(table.c.row, table.c.indicator, table.c.area, table.c.period, table.c.breakdown)
    )
    if indicators is not None:
        query = query.where(table.c.indicator.in_(sorted(indicators)))
    return await made_of(session, query, _reported)


async def changed_by(session: AnySession, later: Revision) -> tuple[Change, ...]:
    """List what a revision changed of the one before it; everything, if it is the first."""
    after = await observations_of(session, later.return_id, later.number)
    return changes(after, await observations_of(session, later.return_id, later.number - 1))


def _reported(row: Row[Any]) -> Reported:
    return Reported(
        indicator=row.indicator,
        area=row.area,
        period=row.period,
        breakdown=parse_breakdown(row.breakdown),
        value=row.value,
        status=row.status,
        reason=row.reason,
        base=row.base,
        note=row.note,
        row=row.row,
    )


async def findings_of(session: AnySession, return_id: UUID, number: int) -> tuple[Finding, ...]:
    """Read what validation said of a revision."""
    table = intake.finding
    query = (
        select(table)
        .where(table.c.return_id == return_id, table.c.revision == number)
        .order_by(table.c.ordinal)
    )
    rows: Sequence[Row[Any]] = (await session.execute(query)).all()
    return tuple(
        Finding(
            severity=Severity(row.severity),
            code=row.code,
            message=row.message,
            row=row.row,
            column=row.column,
            pointer=row.pointer,
            allowed=row.allowed,
        )
        for row in rows
    )
