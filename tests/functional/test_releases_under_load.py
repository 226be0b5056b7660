"""Two server processes while releases come: every answer is whole, none is older than promised."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.db.engine import Database
from hub.settings import Settings
from tests.functional.test_crash import children_of
from tests.functional.test_workers import Worker, serve, token_of
from tests.functional.traffic import AREAS, PROMISED, Traffic, ask
from tests.provider.running import free_port

RELEASES = 5
"""One each second; a minute of them in the long run."""


@dataclass
class Together:
    """``hub serve --workers 2`` and its readers, each with one connection kept open."""

    hub: Worker
    port: int
    traffic: Traffic

    @property
    def workers(self) -> list[int]:
        """The processes that serve; what tracks multiprocessing's resources is none."""
        return worker_processes(self.hub.process.pid)

    async def both(self) -> list[int]:
        """Wait for two workers."""
        async with asyncio.timeout(60):
            while len(self.workers) != 2:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        return self.workers

    def connections(self) -> list[int]:
        """How many readers each worker has."""
        lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        ends = f":{self.port:04X}"
        open_ = {f"socket:[{each[9]}]" for each in lines if each[1].endswith(ends)}
        listening = {f"socket:[{each[9]}]" for each in lines if each[3] == "0A"}
        return [len((open_ - listening) & _files(pid)) for pid in self.workers]


def worker_processes(parent: int) -> list[int]:
    """The children of ``hub serve`` that serve."""
    return sorted(pid for pid in children_of(parent) if _is_worker(pid))


def _files(pid: int) -> set[str]:
    found = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            found.add(str(file.readlink()))
    return found


def _is_worker(pid: int) -> bool:
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


@pytest.fixture
async def together(settings: Settings, database: Database) -> AsyncIterator[Together]:
    """Two workers, each with at least one reader, and the first release."""
    async with AsyncExitStack() as stack:
        port = free_port()
        hub = await serve(stack, settings, f"http://127.0.0.1:{port}", port, "--workers", "2")
        await hub.answers()
        token, _ = await token_of(hub, database, "reader")
        readers: list[httpx2.AsyncClient] = []
        made = Together(hub, port, Traffic(readers, token, database))
        await made.traffic.publish()
        await made.both()
        while len(readers) < 6 or not all(made.connections()):
            assert len(readers) < 100, "one worker takes every connection"
            limits = httpx2.Limits(max_connections=1)
            http = httpx2.AsyncClient(base_url=hub.http.base_url, limits=limits, timeout=30)
            readers.append(await stack.enter_async_context(http))
            await ask(http, token, {"area": AREAS[0]}, "")
        yield made


@pytest.fixture
async def two_servers(settings: Settings, database: Database) -> AsyncIterator[Traffic]:
    """Two servers apart, as on two machines."""
    async with AsyncExitStack() as stack:
        ports = [free_port(), free_port()]
        issuer = f"http://127.0.0.1:{ports[0]}"
        workers = [await serve(stack, settings, issuer, port) for port in ports]
        await asyncio.gather(*(worker.answers() for worker in workers))
        token, _ = await token_of(workers[0], database, "reader")
        made = Traffic([worker.http for worker in workers], token, database)
        await made.publish()
        yield made


async def each_second(traffic: Traffic, releases: int, each: int) -> None:
    async with traffic.readers(each=each, pause=0.02):
        for _ in range(releases):
            began = time.monotonic()
            await traffic.publish()
            await asyncio.sleep(max(0.0, 1 - (time.monotonic() - began)))


def examine(traffic: Traffic, least: int) -> None:
    assert traffic.wrong == []
    assert traffic.back_in_time() == []
    assert traffic.stale() == []
    assert len(traffic.answers) >= least


async def test_workers_show_no_mixed_and_no_stale_answer_and_are_replaced(
    together: Together, owner: AsyncEngine
) -> None:
    traffic = together.traffic
    await each_second(traffic, RELEASES, each=1)
    examine(traffic, least=30)
    # By NOTIFY: a look comes by itself after four seconds only.
    assert traffic.lag < 1.5
    # And without any news, which may be lost with their connection.
    async with owner.begin() as connection:
        await connection.execute(text("DROP TRIGGER tell_news ON protected.release"))
    async with traffic.readers(each=1, pause=0.05):
        await traffic.publish()
        async with asyncio.timeout(2 * PROMISED):
            while not traffic.is_everywhere:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    examine(traffic, least=30)
    # One of them dies, another comes; they end together.
    first = await together.both()
    os.kill(first[0], signal.SIGKILL)
    async with asyncio.timeout(30):
        while first[0] in together.workers:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    http, area = together.hub.http, {"area": AREAS[0]}
    assert (await ask(http, traffic.token, area, "")).status_code == 200
    second = await together.both()
    assert first[1] in second
    together.hub.process.terminate()
    assert await asyncio.wait_for(together.hub.process.wait(), 30) == 0
    assert not [pid for pid in second if _is_worker(pid)]


@pytest.mark.long
async def test_a_release_each_second_for_a_minute(two_servers: Traffic) -> None:
    releases = int(os.environ.get("RELEASES", "60"))
    await each_second(two_servers, releases, each=2)
    examine(two_servers, least=10 * releases)
    assert two_servers.is_everywhere
    assert two_servers.lag < 1


@pytest.mark.long
async def test_workers_end_when_what_started_them_is_gone(
    settings: Settings, database: Database
) -> None:
    """Killed, it cannot tell them; nobody is left behind on the port."""
    async with AsyncExitStack() as stack:
        port = free_port()
        hub = await serve(stack, settings, f"http://127.0.0.1:{port}", port, "--workers", "2")
        await hub.answers()
        workers = await Together(hub, port, Traffic([], "", database)).both()
        hub.process.kill()
        async with asyncio.timeout(30):
            while any(_is_worker(pid) for pid in workers):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
