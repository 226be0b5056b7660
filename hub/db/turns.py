"""Waiting outside the database for one's turn at a thing that one writer at a time may change.

Many writers of one thing would otherwise hold every connection of a pool, all waiting for one
row's lock, and whoever found no connection free would be told that the database has too much to
do, although somebody else was simply faster. Here they wait without a connection, first come,
first served, so that one thing never keeps more than one of them. The row's lock stays what makes
it right, across processes too; this only says who waits where.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from hub.errors import BusyError, DatabaseError, HubError, OverloadedError

PATIENCE = 10.0
"""Seconds to wait for one's turn: as long as for a free connection."""


@dataclass(slots=True)
class _Queue:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    callers: int = 0
    served: int = 0


class Turns:
    """Who is at what in this process. Belongs to one event loop."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._queues: dict[str, _Queue] = {}

    @asynccontextmanager
    async def of(self, name: str) -> AsyncIterator[None]:
        """Be alone at ``name`` for a block. Take it before a connection, never within one.

        Raises ``BusyError`` when the turn did not come in time because others had theirs, and
        ``OverloadedError`` when the database served none of them. A slow machine is not a database
        that is held up: who has waited long enough while one turn lasts hears how that one ends.
        """
        queue = self._queues.setdefault(name, _Queue())
        queue.callers += 1
        try:
            await self._wait(queue)
            queue.over.clear()
            try:
                yield
            except HubError as error:
                queue.served += not isinstance(error, DatabaseError)
                raise
            else:
                queue.served += 1
            finally:
                queue.over.set()
                queue.lock.release()
        finally:
            queue.callers -= 1
            if not queue.callers:
                del self._queues[name]

    async def _wait(self, queue: _Queue) -> None:
        served = queue.served
        try:
            async with asyncio.timeout(self._patience):
                await queue.lock.acquire()
        except TimeoutError:
            if queue.served == served and queue.lock.locked():
                await queue.over.wait()
            raise (BusyError() if queue.served > served else OverloadedError()) from None
