"""Hears at once what another process changed: PostgreSQL's LISTEN on a connection of its own.

News make caches look again; they carry no content. A notice may be lost with its connection, so
hearing is for speed only: whoever caches reads again by itself after some seconds, and is told of
everything when a lost connection is back.
"""

import asyncio
import contextlib
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import asyncpg
import structlog
from sqlalchemy import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from hub.db.pools import Entrance

CHANNEL = "hub_news"
"""What migration ``news`` notifies on."""
BEAT = 20.0
"""Seconds between two looks whether a silent connection still lives."""
PAUSE = 1.0
"""Seconds before a lost connection is tried again."""

AGAIN = 5.0
"""Seconds after which a listener is told once more to end."""
_log = structlog.get_logger("hub.listening")


class News(StrEnum):
    """What changed; the payload of a notice."""

    REGISTRY = "registry"
    """Clients, roles, revoked tokens."""
    RELEASE = "release"
    """A release was published or withdrawn."""
    POLICY = "policy"
    """A disclosure policy came into force."""


Heard = Callable[[News], None]
"""Told of each piece of news, in the event loop; must not block."""


class Listener:
    """Listens from ``begin`` until ``end``, over as many connections as it takes."""

    def __init__(self, address: URL, entrance: Entrance, heard: Heard, beat: float = BEAT) -> None:
        settings = {"application_name": "hub_listen", "search_path": "pg_catalog"}
        self._engine = create_async_engine(
            address,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"server_settings": settings, "async_creator_fn": entrance},
        )
        self._heard = heard
        self._beat = beat
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Start listening in the running event loop."""
        self._task = asyncio.create_task(self._listen())

    async def end(self) -> None:
        """Stop listening and give the connection back."""
        if self._task is not None:
            # Cancelled while it connects, it may be told of a failure to connect instead.
            while not self._task.done():
                self._task.cancel()
                await asyncio.wait({self._task}, timeout=AGAIN)
        await self._engine.dispose()

    async def _listen(self) -> None:
        while True:
            try:
                async with self._engine.connect() as connection:
                    await self._stay(connection)
            except (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError) as e:
                _log.warning("not listening", error_type=type(e).__qualname__)
            await asyncio.sleep(PAUSE)

    async def _stay(self, connection: AsyncConnection) -> None:
        """Listen until the connection is lost."""
        raw: Any = (await connection.get_raw_connection()).driver_connection
        lost = asyncio.Event()
        raw.add_termination_listener(lambda *_: lost.set())
        await raw.add_listener(CHANNEL, self._notice)
        for news in News:
            # Whatever happened while nobody listened.
            self._heard(news)
        while not lost.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(lost.wait(), self._beat)
                return
            async with asyncio.timeout(self._beat):
                await raw.fetchval("SELECT 1")

    def _notice(self, connection: Any, process: int, channel: str, payload: str) -> None:
        if payload in set(News):
            self._heard(News(payload))
