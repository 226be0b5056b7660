"""Single questions of readers, straight over the driver.

What is published never changes, so that a transaction around one ``SELECT`` keeps nothing
together that could fall apart: it would only add two round trips and the work of a session to
every answer (ADR 17). The login, its limits and its row level security are those of every other
reading connection; the server itself makes each statement read only.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import asyncpg
from sqlalchemy import URL

from hub.db.contention import connecting_said
from hub.db.logins import Duty
from hub.db.pools import entrance, limits
from hub.errors import DatabaseError, OverloadedError

WAIT = 5.0
"""Seconds that a question waits for a free connection."""
READS = 8
"""Connections for single questions, beside those of sessions."""
_GONE = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
)
"""What the driver says when the server went away."""


class UnfitError(Exception):
    """A server cannot answer: another is to be asked. Never leaves this package."""


class Asks(Protocol):
    """Asks a server single questions."""

    async def rows(self, statement: str, *values: object) -> list[Any]:
        """Ask one question."""
        ...


@dataclass(slots=True)
class Line:
    """A connection, and what is known of the server behind it as long as it lasts."""

    connection: Any
    replayed: set[str] = field(default_factory=set)


Admit = Callable[[Line], Awaitable[None]]
"""Looks at a connection before a question; raises ``UnfitError`` to ask none over it."""


class Reads:
    """A few connections of the readers' login to one server, used most recently first.

    A connection is given back as it is: nothing a single read-only statement does outlives it,
    so there is nothing to reset. ``driver`` are settings of the driver's own, such as time limits
    in seconds; ``changed`` settings of the server's that differ from the login's usual ones.
    """

    def __init__(
        self, address: URL, data_dir: Path, changed: Mapping[str, str] | None = None, **driver: Any
    ) -> None:
        self._named: dict[str, Any] = {
            **address.set(username=Duty.READ.value, password=None).translate_connect_args(
                username="user"
            ),
            **address.query,
            "server_settings": limits(Duty.READ) | dict(changed or {}),
            **driver,
        }
        self._enter = entrance(data_dir, Duty.READ)
        self._free: list[Line] = []
        self._places = asyncio.Semaphore(READS)
        self._closing: set[asyncio.Task[None]] = set()

    async def rows(self, statement: str, *values: object) -> list[Any]:
        """Ask one question; statements are prepared once a connection and kept.

        A connection that was lost is replaced and the question asked once more: reading twice is
        harmless. Raises ``DatabaseError`` when the database does not answer or all connections
        stay busy.
        """
        return await self.admitted(None, statement, *values)

    async def admitted(self, admit: Admit | None, statement: str, *values: object) -> list[Any]:
        """Ask over a connection that ``admit`` lets pass; raises what it raises, too."""
        await self._enter_place()
        try:
            if self._free:
                line = self._free.pop()
                try:
                    return await self._asked(line, admit, statement, values)
                except TimeoutError:
                    raise
                except _GONE:
                    self._drop_dead()
            with connecting_said():
                line = Line(await self._enter(**self._named))
            return await self._asked(line, admit, statement, values)
        except _GONE as error:
            message = "The database does not answer; nothing was kept. Ask again."
            raise DatabaseError(message) from error
        finally:
            self._places.release()

    async def close(self) -> None:
        """Give every connection back."""
        while self._free:
            await _closed(self._free.pop().connection)
        if self._closing:
            await asyncio.gather(*self._closing)

    async def _enter_place(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(WAIT):
                await self._places.acquire()
        except TimeoutError:
            raise OverloadedError from None

    async def _asked(
        self, line: Line, admit: Admit | None, statement: str, values: tuple[object, ...]
    ) -> list[Any]:
        try:
            if admit is not None:
                await admit(line)
            found: list[Any] = await line.connection.fetch(statement, *values)
        except _GONE:
            line.connection.terminate()
            raise
        except (asyncpg.PostgresError, UnfitError) as error:
            if isinstance(error, asyncpg.PostgresError):
                error.detail = None
            self._free.append(line)
            raise
        except BaseException:
            # Stopped half-way: the driver has the server told, which takes its time.
            self._leave(line.connection)
            raise
        self._free.append(line)
        return found

    def _drop_dead(self) -> None:
        self._free = [each for each in self._free if not each.connection.is_closed()]

    def _leave(self, connection: Any) -> None:
        task = asyncio.create_task(_closed(connection))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _closed(connection: Any) -> None:
    try:
        await connection.close(timeout=5)
    except (TimeoutError, OSError, asyncpg.InterfaceError, asyncpg.PostgresError):
        connection.terminate()
