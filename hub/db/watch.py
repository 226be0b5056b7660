"""Brings the embedded server back when it dies under a running hub."""

import asyncio
from contextlib import suppress

import structlog

from hub.db.embedded import EmbeddedPostgres
from hub.errors import HubError

SECONDS = 1.0
log = structlog.get_logger(__name__)


class Watch:
    """Looks after one embedded server from its making until ``end``, in the running event loop.

    The server comes back at the same address, so the pools find it again by themselves.
    """

    def __init__(self, postgres: EmbeddedPostgres, seconds: float = SECONDS) -> None:
        self._postgres = postgres
        self._seconds = seconds
        self._over = asyncio.Event()
        self._task = asyncio.create_task(self._keep_alive())

    async def end(self) -> None:
        """Stop watching; a restart under way is waited for, so that a stop can follow safely."""
        self._over.set()
        await self._task

    async def _keep_alive(self) -> None:
        while not self._over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), self._seconds)
                return
            try:
                await asyncio.to_thread(self._look)
            except HubError as error:
                log.error("embedded_database_down", reason=error.message)

    def _look(self) -> None:
        if not self._postgres.is_alive:
            log.warning("embedded_database_died")
            self._postgres.start()
