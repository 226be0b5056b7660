"""The rows of a return on their way into the store: by COPY into a table of the connection's own.

PostgreSQL takes no COPY from a login that is held to rows (row level security). So the rows go
into a temporary table first, and from there into the store by one statement, which the agency's
wall checks once as a set and not row by row. How they differ from the revision before is counted
there too, as a set, so that revision is not read back. The temporary table is seen by this
connection alone, and is empty after every transaction.
"""

import asyncio
from uuid import UUID

from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    Uuid,
    and_,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy import insert as insert_into

from hub.db.copying import Written, copy_into
from hub.db.sessions import IntakeSession
from hub.db.tables import intake
from hub.returns import Columns, each
from hub.submissions.changes import Counts
from hub.vocabulary import breakdown_text

_ADDRESS = ("area", "period", "breakdown", "indicator")
_CONTENT = ("value", "status", "reason", "base", "note")
_NAMES = (*_ADDRESS, *_CONTENT, "row")
_KINDS = {"value": Numeric, "base": Numeric, "row": Integer}
_MAKE = f"""CREATE TEMP TABLE IF NOT EXISTS staged
({", ".join(f'"{name}" {_KINDS[name].__name__ if name in _KINDS else "text"}' for name in _NAMES)})
ON COMMIT DELETE ROWS"""
_staged = Table(
    "staged",
    MetaData(schema="pg_temp"),
    *(Column(name, _KINDS.get(name, Text)) for name in _NAMES),
)


async def stage(session: IntakeSession, columns: Columns) -> None:
    """Lay the rows ready in this transaction.

    Raises:
        DatabaseError: the server went away; nothing was kept.
    """
    await (await session.connection()).exec_driver_sql(_MAKE)
    lines = await asyncio.to_thread(_lines, columns)
    await copy_into(session, "pg_temp", _staged.name, _NAMES, lines)


async def store(session: IntakeSession, return_id: UUID, number: int) -> None:
    """Put the staged rows into the store as those of a revision."""
    names = ("return_id", "revision", *_NAMES)
    rows = select(
        literal(return_id, Uuid),
        literal(number, Integer),
        *(_staged.c[name] for name in _NAMES),
    )
    await session.execute(insert_into(intake.observation).from_select(names, rows))


async def compare(session: IntakeSession, received: int, return_id: UUID, number: int) -> Counts:
    """Count what the staged rows add, change and leave alone of a stored revision."""
    old, new = intake.observation, _staged
    same = and_(*(old.c[name] == new.c[name] for name in _ADDRESS))
    mine = (old.c.return_id == return_id) & (old.c.revision == number)
    changed = or_(*(old.c[name].is_distinct_from(new.c[name]) for name in _CONTENT))
    query = select(
        func.count().label("met"), func.count().filter(changed).label("changed")
    ).select_from(new.join(old, same & mine))
    there = select(func.count()).select_from(old).where(mine)
    met = (await session.execute(query)).one()
    before = await session.scalar(there) or 0
    return Counts(
        received=received,
        added=received - met.met,
        changed=met.changed,
        unchanged=met.met - met.changed,
        removed=before - met.met,
    )


def _lines(columns: Columns) -> list[str]:
    """The rows as COPY reads them, in the order of the store's key, which then grows at one end."""
    written = Written()
    fields = (
        columns.area,
        columns.period,
        map(breakdown_text, columns.breakdown),
        columns.indicator,
        each(written.other, columns.value),
        each(written.__getitem__, columns.status),
        each(written.__getitem__, columns.reason),
        each(written.other, columns.base),
        each(written.__getitem__, columns.note),
        map(written.other, columns.row),
    )
    return sorted(map("\t".join, zip(*fields, strict=True)))
