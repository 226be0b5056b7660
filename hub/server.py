"""Serving a running hub over HTTP, and ending well when asked to.

Uvicorn's own signal handling raises the signal again once it has stopped, which would end the
process before the database is given back; so signals are handled here.
"""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext

import structlog
import uvicorn

from hub.app import build
from hub.audit.anchoring import Anchoring
from hub.auth.revocation import forget_expired
from hub.db.listening import News
from hub.errors import SettingsError
from hub.running import RunningHub
from hub.settings import Settings
from hub.submissions.idempotency import forget_old
from hub.submissions.originals import forget_originals
from hub.web.wire import wired
from hub.webhooks.outbox import forget_tries
from hub.webhooks.sending import Sending

_log = structlog.get_logger("hub.server")

TIDY = 3600
"""Seconds between two rounds of housekeeping."""
TURN = 0.001
"""Seconds that a thread may keep Python's lock while the event loop waits for it. Reading and
judging a large push are in threads; with Python's own five milliseconds every round trip to the
database of anybody would last as long, if it falls into one."""
PATIENCE = 5.0
"""Seconds after which what goes on in the background is told once more to end."""
GRACE = 20
"""Seconds that running requests are given to finish (security H11)."""


class _Server(uvicorn.Server):
    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()


def configured(hub: RunningHub) -> uvicorn.Config:
    """Say how uvicorn serves the hub."""
    app = build(hub)
    return uvicorn.Config(
        app,
        host=hub.settings.host,
        port=hub.settings.port,
        http=wired(app.state.express),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        # Uvicorn would believe any program of this machine; only the configured proxy may speak
        # for others (security H9).
        proxy_headers=hub.settings.proxy is not None,
        forwarded_allow_ips=hub.settings.proxy or "",
    )


@asynccontextmanager
async def serving(
    hub: RunningHub, listening: socket.socket | None = None, parent: int | None = None
) -> AsyncIterator["asyncio.Task[None]"]:
    """Serve the hub in this event loop; gives the server's task once it listens.

    SIGINT and SIGTERM end the task in good order; leaving the block does as well. ``listening`` is
    a socket shared with other processes; ``parent`` a file that can be read once the process that
    shares it has gone, which ends the task too.

    Raises:
        SettingsError: the port is taken or the address is not this machine's.
    """
    if listening is None:
        listen(hub.settings).close()
    server = _Server(configured(hub))
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    if parent is not None:
        loop.add_reader(parent, stop)
    task = asyncio.create_task(server.serve([listening] if listening else None))
    tidying = asyncio.create_task(_tidy(hub))
    anchoring = asyncio.create_task(Anchoring(hub.database, hub.settings, hub.clock).run())
    stocking = asyncio.create_task(hub.shelf.stock.run())
    sending = Sending(hub.database, hub.settings, hub.clock)
    telling = asyncio.create_task(sending.run())
    listener = hub.database.listener(lambda news: _hear(hub, sending, news))
    listener.begin()
    hub.shelf.is_hearing = True
    while not server.started and not task.done():  # noqa: ASYNC110 uvicorn has no event for it
        await asyncio.sleep(0.02)
    # What is made by now lives as long as the server. Left to the garbage collector, all of it is
    # looked through again with every large push: a quarter of its time, where that was measured.
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(TURN)
    try:
        yield task
    finally:
        stop()
        if parent is not None:
            loop.remove_reader(parent)
        tidying.cancel()
        await task
        for each in (stocking, telling, anchoring):
            await ended(each)
        hub.shelf.is_hearing = False
        await listener.end()


async def ended(task: "asyncio.Task[None]", patience: float = PATIENCE) -> None:
    """End a task; raises what it raises.

    A task that is cancelled while it reaches the database may be told of it as a failure of the
    database, and go on; so it is told again.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=patience)
    if not task.cancelled():
        task.result()


def _hear(hub: RunningHub, sending: Sending, news: News) -> None:
    """Look again at what another process changed (security A13)."""
    if news is News.REGISTRY:
        hub.standing.forget()
    elif news is News.RELEASE:
        hub.shelf.hear()
        sending.wake()


async def _tidy(hub: RunningHub) -> None:
    """Forget every hour what has expired: tokens, sessions, keys, originals."""
    while True:
        await asyncio.sleep(TIDY)
        try:
            async with hub.database.identity() as session:
                await forget_expired(session, hub.clock())
                await forget_tries(session, hub.clock())
            async with hub.database.intake() as intake:
                await forget_old(intake, hub.clock())
            async with hub.database.release() as release:
                await forget_originals(release, hub.clock(), hub.settings.originals_days)
        except Exception as error:
            # The next round may do better; serving goes on meanwhile.
            _log.error("housekeeping failed", error_type=type(error).__qualname__)


def listen(settings: Settings) -> socket.socket:
    """Take the address to listen on.

    Raises:
        SettingsError: it is taken or is not this machine's; uvicorn would say it in a traceback.
    """
    host, port = settings.host, settings.port
    opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
    except OSError as error:
        opened.close()
        raise SettingsError(
            f"{host}:{port} cannot be listened on ({error.strerror}); "
            "stop what runs there or choose another port."
        ) from None
    return opened
