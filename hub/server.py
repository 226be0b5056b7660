"""Serving a running hub over HTTP, and ending well when asked to.

Uvicorn's own signal handling raises the signal again once it has stopped, which would end the
process before the database is given back; so signals are handled here.
"""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext

import uvicorn

from hub.app import RunningHub, build

GRACE = 20
"""Seconds that running requests are given to finish (security H11)."""


class _Server(uvicorn.Server):
    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()


@asynccontextmanager
async def serving(hub: RunningHub) -> AsyncIterator["asyncio.Task[None]"]:
    """Serve the hub in this event loop; gives the server's task once it listens.

    SIGINT and SIGTERM end the task in good order; leaving the block does as well.

    Raises:
        SystemExit: the port is taken; uvicorn has said so.
    """
    config = uvicorn.Config(
        build(hub),
        host=hub.settings.host,
        port=hub.settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )
    server = _Server(config)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    task = asyncio.create_task(server.serve())
    while not server.started and not task.done():  # noqa: ASYNC110 uvicorn has no event for it
        await asyncio.sleep(0.02)
    try:
        yield task
    finally:
        stop()
        await task
