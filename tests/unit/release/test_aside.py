"""Large work leaves the process that serves; what it says, raises and leaves behind."""

import asyncio
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from hub.disclosure import Progress
from hub.errors import ConflictError, DisclosureError
from hub.release.aside import LARGE, YIELDING, beside

Told = list[tuple[str, int, int]]


def work(start: int, *, progress: Progress) -> tuple[int, int]:
    for done in range(1000):
        progress("steps", done + 1, 1000)
    return os.getpid(), os.nice(0) - start


def failing(*, progress: Progress) -> None:
    raise ConflictError("Returns contradict each other.", code="CONTRADICTION")


def dying(*, progress: Progress) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def staying(file: Path, *, progress: Progress) -> None:
    file.write_text(str(os.getpid()))
    time.sleep(600)


async def test_large_work_is_done_in_another_process_that_yields() -> None:
    heard: Told = []
    started = partial(work, os.nice(0))
    pid, nicer = await beside(started, LARGE, lambda *said: heard.append(said))
    assert pid != os.getpid()
    assert nicer in (YIELDING, 19 - os.nice(0))
    # Not each of a thousand steps is told; the last one is.
    assert heard[-1] == ("steps", 1000, 1000)
    assert len(heard) < 100


async def test_small_work_is_not() -> None:
    pid, _ = await beside(partial(work, 0), LARGE - 1, lambda *said: None)
    assert pid == os.getpid()


async def test_what_it_raises_is_raised() -> None:
    with pytest.raises(ConflictError) as raised:
        await beside(failing, LARGE)
    assert (raised.value.code, raised.value.message) == (
        "CONTRADICTION",
        "Returns contradict each other.",
    )


async def test_one_that_was_killed_is_said_in_words() -> None:
    with pytest.raises(DisclosureError, match="ended before it was done"):
        await beside(dying, LARGE)


async def test_cancelled_it_leaves_no_process(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    task = asyncio.create_task(beside(partial(staying, file), LARGE))
    async with asyncio.timeout(60):
        while not file.exists() or not file.read_text():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(int(file.read_text()), 0)


SERVER = """
import asyncio, sys
from functools import partial
from pathlib import Path
from hub.release.aside import LARGE, beside
from tests.unit.release.test_aside import staying

if __name__ == "__main__":
    asyncio.run(beside(partial(staying, Path(sys.argv[1])), LARGE))
"""


async def test_it_ends_with_a_server_that_is_killed(tmp_path: Path) -> None:
    file, program = tmp_path / "pid", tmp_path / "server.py"
    program.write_text(SERVER)
    root = str(Path(__file__).parents[3])
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, str(program), str(file)), env=os.environ | {"PYTHONPATH": root}
    )
    async with asyncio.timeout(60):
        while not file.exists() or not file.read_text():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        child = int(file.read_text())
        server.kill()
        await server.wait()
        while _lives(child):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def _lives(pid: int) -> bool:
    """Ended, but not yet collected by whoever inherited it, is ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
