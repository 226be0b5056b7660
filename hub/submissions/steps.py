"""Moving stored revisions from state to state: many of them by one statement."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Executable,
    Integer,
    Select,
    Text,
    Uuid,
    cast,
    column,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.types import TypeEngine

from hub.db.sessions import IntakeSession, OwnerSession, ReleaseSession
from hub.db.tables import intake
from hub.errors import ConflictError
from hub.submissions.revisions import Revision
from hub.submissions.states import Act, move

_COLUMNS: tuple[tuple[str, type[TypeEngine[Any]]], ...] = (
    ("return_id", Uuid),
    ("number", Integer),
    ("from_state", Text),
    ("to_state", Text),
)


async def lock_returns(
    session: IntakeSession | ReleaseSession | OwnerSession,
    return_ids: Collection[UUID] | Select[tuple[UUID]],
) -> None:
    """Hold returns until the transaction ends; whatever happens to them waits (security K4).

    They are taken in one order, so that two holders of several never wait for each other.
    """
    table = intake.return_
    query = select(table.c.id).where(table.c.id.in_(return_ids)).order_by(table.c.id)
    await session.execute(query.with_for_update())


async def step(
    session: IntakeSession | ReleaseSession | OwnerSession,
    revisions: Sequence[Revision],
    act: Act,
    subject: str,
    at: datetime,
    reason: str | None,
) -> None:
    """Move revisions by an act and keep each step in its history: all of them, or none.

    What the act leaves in its state is left alone. However many they are, it is one statement: a
    release of a thousand returns asks no more of the database than one of a single return.

    Raises:
        ConflictError: the act is not possible in the state of one, or somebody else has moved one
            since it was read.
    """
    moves = [(one, move(one.state, act)) for one in revisions]
    rows = [
        (one.return_id, one.number, str(one.state), str(after))
        for one, after in moves
        if after is not one.state
    ]
    if not rows:
        return
    arrays: list[ColumnElement[Any]] = [
        cast(list(values), ARRAY(kind))
        for values, (_, kind) in zip(zip(*rows, strict=True), _COLUMNS, strict=True)
    ]
    moved = await session.scalars(_step(arrays, subject, at, reason))
    if len(moved.all()) != len(rows):
        raise ConflictError("The revision has moved on meanwhile; look at it again.")


def _step(
    arrays: Sequence[ColumnElement[Any]], subject: str, at: datetime, reason: str | None
) -> Executable:
    table, history = intake.revision, intake.transition
    asked = (
        func.unnest(*arrays)
        .table_valued(*(column(name, kind) for name, kind in _COLUMNS), name="asked")
        .render_derived()
    )
    moved = (
        update(table)
        .where(
            table.c.return_id == asked.c.return_id,
            table.c.number == asked.c.number,
            table.c.state == asked.c.from_state,
        )
        .values(state=asked.c.to_state)
        .returning(*asked.c)
        .cte("moved")
    )
    mine = (history.c.return_id == moved.c.return_id) & (history.c.revision == moved.c.number)
    ordinal = select(func.count()).select_from(history).where(mine).scalar_subquery()
    rows = select(
        moved.c.return_id,
        moved.c.number,
        ordinal,
        moved.c.from_state,
        moved.c.to_state,
        literal(subject),
        literal(at, history.c.at.type),
        literal(reason, Text),
    )
    names = [one.name for one in history.columns]
    return insert(history).from_select(names, rows).returning(history.c.return_id)
