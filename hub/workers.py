"""Several server processes on one port: ``hub serve --workers N``.

The workers share nothing but the listening socket and the database. Whoever is free takes the next
connection; connections that wait are not lost when a worker dies, because the socket is this
process's. This process serves nothing itself: it keeps the embedded database (if it is one) from
before the first worker to after the last, replaces workers that die, and ends them all in good
order. Workers notice by a pipe when it is gone, however it went, and end too.
"""

import asyncio
import multiprocessing
import signal
import socket
import sys
from contextlib import suppress
from multiprocessing.context import SpawnProcess

import structlog
import uvloop

from hub.errors import HubError, SettingsError
from hub.logs import configure_logs
from hub.running import running
from hub.server import GRACE, listen, serving
from hub.settings import Settings

PAUSE = 1.0
"""Seconds before a worker that died is replaced."""
UNFIT = 3
"""Exit status of a worker that cannot serve at all: another would fare no better."""
_CONTEXT = multiprocessing.get_context("spawn")
"""Each a new program, not a fork: that would share connections and states of chance."""
_log = structlog.get_logger(__name__)


def serve_together(settings: Settings, workers: int) -> None:
    """Serve with some processes until SIGINT or SIGTERM.

    Each allows its part of every rate, so ``HUB_PROCESSES`` is at least their number.

    Raises:
        SettingsError: a setting is unsafe, the port is taken, or no worker can serve.
    """
    processes = max(settings.processes, workers)
    uvloop.run(_together(settings.model_copy(update={"processes": processes}), workers))


async def _together(settings: Settings, workers: int) -> None:
    async with running(settings):
        with listen(settings) as listening:
            crew = _Crew(settings, listening)
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, crew.over.set)
            await asyncio.gather(*(crew.keep_one() for _ in range(workers)))
    if crew.is_unfit:
        raise SettingsError("No worker could serve; what it said stands above.")


class _Crew:
    """The workers, each kept alive until ``over`` is set."""

    def __init__(self, settings: Settings, listening: socket.socket) -> None:
        self._settings = settings
        self._listening = listening
        self.over = asyncio.Event()
        self.is_unfit = False

    async def keep_one(self) -> None:
        """Keep one worker alive; end it in good order when all is over."""
        while not self.over.is_set():
            process = _CONTEXT.Process(target=_work, args=(self._settings, self._listening))
            process.start()
            await self._watch(process)
            if process.exitcode == UNFIT:
                self.is_unfit = True
                self.over.set()
            elif not self.over.is_set():
                _log.error("worker_died", process=process.pid, status=process.exitcode)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.over.wait(), PAUSE)

    async def _watch(self, process: SpawnProcess) -> None:
        ended = asyncio.create_task(_end_of(process))
        over = asyncio.create_task(self.over.wait())
        await asyncio.wait({ended, over}, return_when=asyncio.FIRST_COMPLETED)
        over.cancel()
        if not ended.done():
            process.terminate()
            await asyncio.wait({ended}, timeout=GRACE + 10)
        if not ended.done():
            process.kill()
        await ended
        process.join()


async def _end_of(process: SpawnProcess) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(process.sentinel, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(process.sentinel)


def _work(settings: Settings, listening: socket.socket) -> None:
    """Serve, in a process of its own."""
    configure_logs(settings.log_level)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt):
            uvloop.run(_serve(settings, listening))
    except HubError as error:
        sys.stderr.write(f"{error.code}: {error.message}\n")
        sys.exit(UNFIT)


async def _serve(settings: Settings, listening: socket.socket) -> None:
    parent = multiprocessing.parent_process()
    async with (
        running(settings) as hub,
        serving(hub, listening, None if parent is None else int(parent.sentinel)) as task,
    ):
        await task
