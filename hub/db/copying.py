"""Many rows at once by COPY, within a session's transaction.

Rows are made while they are sent, a thousand at a time, so that neither memory nor the event loop
is held by all of them. They go as text: the driver takes twice as long to make its binary form,
and PostgreSQL reads either equally fast.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import islice
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from hub.errors import DatabaseError

PART = 1_000
"""Rows sent in one go: one or two milliseconds of work."""
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


class Written(dict[str | None, str]):
    """How COPY writes texts, and ``None``: rows say the same few thousands of times."""

    def __init__(self) -> None:
        super().__init__({None: r"\N"})

    def __missing__(self, text: str) -> str:
        found = self[text] = text.translate(_ESCAPES)
        return found

    def other(self, value: object) -> str:
        """Write ``None`` or what PostgreSQL reads as Python writes it: numbers, truth values."""
        return self[None] if value is None else str(value)


async def copy_into(
    session: AsyncSession,
    schema: str,
    table: str,
    columns: Sequence[str],
    lines: Iterable[str],
) -> None:
    """Copy rows into a table that the session's login may write without being held to rows.

    ``lines`` are rows as COPY reads them: fields in the order of ``columns``, by :class:`Written`,
    with a tab between two.

    Raises:
        DatabaseError: the server went away; nothing was kept.
    """
    connection = await session.connection()
    raw: Any = (await connection.get_raw_connection()).driver_connection
    try:
        await raw.copy_to_table(
            table, schema_name=schema, columns=list(columns), source=_parts(lines)
        )
    except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError) as error:
        raise DatabaseError("The database went away; nothing was kept. Ask again.") from error


async def _parts(lines: Iterable[str]) -> AsyncIterator[bytes]:
    source = iter(lines)
    while part := list(islice(source, PART)):
        yield ("\n".join(part) + "\n").encode()
