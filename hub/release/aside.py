"""Preparing a large release in a process of its own, so that readers are served meanwhile.

Python runs one thread at a time, so minutes of protection beside the event loop would be felt in
every answer. The process yields the processor to those who serve, and its memory is the system's
again when it ends: a server does not keep the size of its largest release. Small releases stay in
a thread: starting a process takes longer than they do.
"""

import asyncio
import contextlib
import multiprocessing
import os
import signal
import threading
import time
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, Protocol, TypeVar, cast

import structlog

from hub.disclosure import Progress
from hub.errors import DisclosureError

Made = TypeVar("Made", covariant=True)
LARGE = 2_000
"""Observations from which a release is worth a process of its own."""
YIELDING = 10
"""How nice the process is (nice(2))."""
PAUSE = 0.5
"""Seconds between two tellings of progress."""
_CONTEXT = multiprocessing.get_context("spawn")
_log = structlog.get_logger(__name__)


class Work(Protocol[Made]):
    """What is to be done; can be pickled."""

    def __call__(self, *, progress: Progress) -> Made:
        """Do it, telling how far it is."""
        ...


def told(step: str, done: int, of: int) -> None:
    """Write progress to the log: no figure of a return is in it."""
    _log.info("release_preparing", step=step, done=done, of=of)


async def beside(work: Work[Made], size: int, progress: Progress = told) -> Made:
    """Do ``work`` on so many observations without holding up the event loop.

    Cancelled, the process ends at once. Raises what ``work`` raises, and ``DisclosureError`` when
    the process was ended from outside.
    """
    paced = _paced(progress)
    if size < LARGE:
        return await asyncio.to_thread(work, progress=paced)
    reader, writer = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_child, args=(writer, work))
    try:
        await asyncio.to_thread(process.start)
        writer.close()
        return await asyncio.to_thread(_receive, reader, paced)
    finally:
        _end(process)
        reader.close()


def _child(writer: Connection, work: Work[Any]) -> None:
    os.setsid()  # with the processes that it may start itself, it can be ended as one
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    os.nice(YIELDING)

    def tell(step: str, done: int, of: int) -> None:
        writer.send(("progress", (step, done, of)))

    try:
        writer.send(("made", work(progress=_paced(tell))))
    except Exception as error:
        writer.send(("failed", error))


def _end_with_the_server() -> None:
    """A server that was killed cannot end this; nobody would take what it makes."""
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        os.killpg(os.getpid(), signal.SIGKILL)


def _receive(reader: Connection, progress: Progress) -> Any:
    while True:
        try:
            kind, content = reader.recv()
        except (EOFError, OSError):
            raise DisclosureError(
                "The process that prepared the release ended before it was done: it was killed, "
                "or there was too little memory. Nothing was kept; prepare the release again."
            ) from None
        if kind == "made":
            return content
        if kind == "failed":
            raise cast(Exception, content)
        progress(*content)


def _end(process: SpawnProcess) -> None:
    if process.pid is None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()


def _paced(progress: Progress) -> Progress:
    """Tell the start and the end of each step, and not more than now and then between."""
    last: tuple[str, float] = ("", 0.0)

    def tell(step: str, done: int, of: int) -> None:
        nonlocal last
        at = time.monotonic()
        if step != last[0] or done == of or at - last[1] >= PAUSE:
            last = (step, at)
            progress(step, done, of)

    return tell
