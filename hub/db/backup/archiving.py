"""Takes finished pieces of the log to the archive while the hub runs, and the last ones after."""

import asyncio
from contextlib import suppress
from pathlib import Path

import structlog

from hub.db.backup.archive import archive_of, take, waiting
from hub.db.embedded.home import settle

SECONDS = 3.0
MOST = 20
"""Pieces that may wait before it is an error: some minutes of a hub that is written to."""
log = structlog.get_logger(__name__)


class Archiving:
    """One for a process that owns an embedded server, from its making until ``end``.

    Looks every time whether the log is archived at all: a server that died comes back with what
    the data folder says then.
    """

    def __init__(self, data_dir: Path, seconds: float = SECONDS) -> None:
        self._data_dir = data_dir
        self._home = settle(data_dir)
        self._seconds = seconds
        self._over = asyncio.Event()
        self._task = asyncio.create_task(self._go_round())

    async def end(self) -> None:
        """Take what is left; called once the server has stopped and finished its last piece."""
        self._over.set()
        await self._task
        await self._round()

    async def _go_round(self) -> None:
        while not self._over.is_set():
            await self._round()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), self._seconds)

    async def _round(self) -> None:
        """Nothing is lost when this fails: the pieces wait in the spool."""
        archive = archive_of(self._data_dir)
        if archive is None:
            return
        try:
            await asyncio.to_thread(take, self._home.spool, archive)
        except OSError as error:
            left = len(waiting(self._home.spool))
            tell = log.error if left > MOST else log.warning
            tell("log_not_archived", reason=error.strerror, waiting=left)
