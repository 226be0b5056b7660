"""Hostile files are sent to a hub: each refused, the hub answers all along, the parser stays small.

By default every fourth; the long run sends all of them, with the odd but valid ones between.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import httpx2
import pytest

from hub.auth.roles import Role
from hub.loaders import XLSX, sheet_child
from hub.running import RunningHub
from tests.functional.acts import rows
from tests.functional.conftest import Client, Sign, http, hub, sign
from tests.hostile.files import HOSTILE, ODD_BUT_VALID, PLANTED

__all__ = ["http", "hub", "sign"]
ADDRESS = "POLICE_CRIME/HERTS_POLICE/CY2017"
PATIENCE = 5.0
"""Seconds in which the hub answers whoever else asks, on a machine that is busy with other things;
one that reads a hostile file itself would not in minutes."""


@pytest.fixture
async def police(sign: Sign) -> Client:
    return await sign(Role.SUBMITTER, "HERTS_POLICE")


@pytest.fixture
async def waits(http: httpx2.AsyncClient) -> AsyncIterator[list[float]]:
    """Ask for the hub's health all the time; how long each answer took."""
    found: list[float] = []

    async def ask() -> None:
        while True:
            started = time.monotonic()
            assert (await http.get("/healthz")).status_code == 200
            found.append(time.monotonic() - started)
            await asyncio.sleep(0.05)

    asking = asyncio.create_task(ask())
    yield found
    assert not asking.done(), asking.exception()
    asking.cancel()


MEASURED = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-I", "-B", sys.argv[1]], input=sys.stdin.buffer.read(),
    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_maxrss * 1024, used.ru_utime + used.ru_stime)
"""
"""Runs the parser from a small process: a child counts its parent's memory until it is itself."""


def used_by(body: bytes) -> tuple[float, float]:
    """Bytes of memory and seconds of processor that the parser took for a workbook."""
    argv = [sys.executable, "-c", MEASURED, str(Path(sheet_child.__file__))]
    done = subprocess.run(argv, input=body, capture_output=True, check=True, timeout=90)
    memory, seconds = map(float, done.stdout.split())
    return memory, seconds


async def send(police: Client, hub: RunningHub, names: Iterable[str]) -> None:
    for name in names:
        media_type, make = HOSTILE[name]
        answer = await police.put(ADDRESS, make(), **{"Content-Type": media_type})
        assert answer.status_code in (400, 413, 415, 422), name
        assert PLANTED not in answer.text, name
        assert answer.headers["content-type"] == "application/problem+json"
    kept = await police.put(ADDRESS, rows(("POL_DA_CRIME", 617)))
    assert (kept.status_code, kept.json()["revision"]) == (201, 1)


async def test_hostile_files_are_refused_and_the_hub_answers(
    police: Client, hub: RunningHub, waits: list[float]
) -> None:
    await send(police, hub, list(HOSTILE)[::4])
    assert waits
    assert max(waits) < PATIENCE


@pytest.mark.long
async def test_every_hostile_file_is_refused_over_http(
    police: Client, hub: RunningHub, waits: list[float]
) -> None:
    for media_type, make, _ in ODD_BUT_VALID.values():
        odd = await police.put(f"{ADDRESS}?dryRun=true", make(), **{"Content-Type": media_type})
        assert odd.status_code in (200, 422)  # readable; its words may not be this vocabulary's
    await send(police, hub, HOSTILE)
    assert max(waits) < PATIENCE


@pytest.mark.long
def test_the_parser_stays_within_its_limits() -> None:
    found = {
        name: used_by(make())
        for files in (HOSTILE, ODD_BUT_VALID)
        for name, (kind, make, *_) in files.items()
        if kind == XLSX
    }
    most = max(memory for memory, _ in found.values()), max(used for _, used in found.values())
    assert len(found) > 30
    assert most[0] <= sheet_child.MEMORY
    assert most[1] <= sheet_child.CPU_SECONDS + 1
    sys.stdout.write(f"{most[0] / 2**20:.0f} MB and {most[1]:.1f} s at most\n")
