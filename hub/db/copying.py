"""Many rows at once by COPY, within a session's transaction.

Rows are made while they are sent, some hundred kilobytes at a time, so that neither memory nor the
event loop is held by all of them.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from hub.errors import DatabaseError

Rows = Iterable[tuple[object, ...]]


async def copy_into(
    session: AsyncSession, schema: str, table: str, columns: Sequence[str], rows: Rows
) -> None:
    """Copy rows into a table that the session's login may write without being held to rows.

    Raises:
        DatabaseError: the server went away; nothing was kept.
    """
    connection = await session.connection()
    raw: Any = (await connection.get_raw_connection()).driver_connection
    try:
        await raw.copy_records_to_table(
            table, schema_name=schema, columns=list(columns), records=rows
        )
    except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError) as error:
        raise DatabaseError("The database went away; nothing was kept. Ask again.") from error
