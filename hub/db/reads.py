"""Single questions of readers, straight over the driver.

What is published never changes, so that a transaction around one ``SELECT`` keeps nothing
together that could fall apart: it would only add two round trips and the work of a session to
every answer (ADR 17). The login, its limits and its row level security are those of every other
reading connection; the server itself makes each statement read only.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import asyncpg
from sqlalchemy import URL

from hub.db.pools import Entrance
from hub.errors import DatabaseError

WAIT = 10.0
"""Seconds that a question waits for a free connection."""
_GONE = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
)
"""What the driver says when the server went away."""


class Reads:
    """A few connections of one login to one server, used most recently first.

    A connection is given back as it is: nothing a single read-only statement does outlives it,
    so there is nothing to reset.
    """

    def __init__(self, address: URL, enter: Entrance, limits: Mapping[str, str], size: int) -> None:
        self._named: dict[str, Any] = {
            **address.translate_connect_args(username="user"),
            **address.query,
            "server_settings": dict(limits),
        }
        self._enter = enter
        self._free: list[Any] = []
        self._places = asyncio.Semaphore(size)
        self._closing: set[asyncio.Task[None]] = set()

    async def rows(self, statement: str, *values: object) -> list[Any]:
        """Ask one question; statements are prepared once a connection and kept.

        A connection that was lost is replaced and the question asked once more: reading twice is
        harmless. Raises ``DatabaseError`` when the database does not answer or all connections
        stay busy.
        """
        await self._enter_place()
        try:
            try:
                return await self._asked(statement, values)
            except _GONE:
                self._drop_dead()
                return await self._asked(statement, values)
        except _GONE as error:
            message = "The database does not answer; nothing was kept. Ask again."
            raise DatabaseError(message) from error
        finally:
            self._places.release()

    async def close(self) -> None:
        """Give every connection back."""
        while self._free:
            await self._free.pop().close(timeout=5)
        if self._closing:
            await asyncio.gather(*self._closing, return_exceptions=True)

    async def _enter_place(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(WAIT):
                await self._places.acquire()
        except TimeoutError:
            message = "Too many are asking at once; nothing was kept. Ask again."
            raise DatabaseError(message) from None

    async def _asked(self, statement: str, values: tuple[object, ...]) -> list[Any]:
        connection = self._free.pop() if self._free else await self._enter(**self._named)
        try:
            found: list[Any] = await connection.fetch(statement, *values)
        except _GONE:
            connection.terminate()
            raise
        except asyncpg.PostgresError as error:
            error.detail = None
            self._free.append(connection)
            raise
        except BaseException:
            # Stopped half-way: the driver has the server told, which takes its time.
            self._leave(connection)
            raise
        self._free.append(connection)
        return found

    def _drop_dead(self) -> None:
        self._free = [each for each in self._free if not each.is_closed()]

    def _leave(self, connection: Any) -> None:
        task = asyncio.create_task(_closed(connection))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _closed(connection: Any) -> None:
    try:
        await connection.close(timeout=5)
    except (TimeoutError, OSError, asyncpg.InterfaceError, asyncpg.PostgresError):
        connection.terminate()
