"""Reading many rows leaves the event loop free in between."""

import asyncio
from contextlib import suppress
from typing import Any

from sqlalchemy import Row, Select, literal_column, select, text

from hub.db.engine import Database
from hub.db.streaming import PART, made_of


async def test_others_have_their_turn_while_many_rows_are_read(database: Database) -> None:
    made: list[int] = []
    seen: set[int] = set()

    def make(row: Row[Any]) -> int:
        made.append(row[0])
        return int(row[0])

    async def look() -> None:
        while True:
            seen.add(len(made))
            await asyncio.sleep(0)

    series = text(f"generate_series(1, {4 * PART}) AS number")
    numbers: Select[Any] = select(literal_column("number")).select_from(series)
    looking = asyncio.create_task(look())
    async with database.release() as session:
        found = await made_of(session, numbers, make)
    looking.cancel()
    with suppress(asyncio.CancelledError):
        await looking
    assert found == tuple(range(1, 4 * PART + 1))
    assert {PART, 2 * PART, 3 * PART} <= seen
