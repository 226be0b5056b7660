"""Many rows read a few hundred at a time.

Making thousands of objects in one go holds the event loop for a large part of a second, in which
no reader of this process is answered. Between two parts everybody else has a turn.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Row, Select
from sqlalchemy.ext.asyncio import AsyncSession

Made = TypeVar("Made")
PART = 500
"""Rows made in one go: some five milliseconds of work."""


async def made_of(
    session: AsyncSession, query: Select[Any], make: Callable[[Row[Any]], Made]
) -> tuple[Made, ...]:
    """Make something of each row of a query, in its order."""
    made: list[Made] = []
    found = await session.stream(query, execution_options={"yield_per": PART})
    async for rows in found.partitions():
        made += [make(row) for row in rows]
    return tuple(made)
