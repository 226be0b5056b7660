"""Killed at any moment, the hub keeps what it acknowledged, whole (security C1).

The real server process over its own embedded PostgreSQL; agencies push in a loop; SIGKILL takes
the server, or the postmaster, at a random moment. Then it is started again: every acknowledged
return is there with its content, and nothing is there by halves.
"""

import asyncio
import contextlib
import os
import random
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import func, select

from hub.auth.registry import grant_role, register_client
from hub.auth.roles import Role
from hub.clock import now
from hub.db.embedded.home import settle
from hub.db.embedded.postmaster import read_pid_file
from hub.db.engine import Database
from hub.db.tables import intake
from hub.settings import Settings

ROOT = Path(__file__).parents[2]
PERIODS = ("CY2015", "CY2016", "CY2017")
AREAS = ("E07000102", "E07000103", "E07000098")
Acknowledged = dict[tuple[str, int], str]
"""Period and revision of each push that was answered, with its content hash."""


@dataclass
class Hub:
    """A data folder, and the server process over it."""

    settings: Settings
    secret: str
    acknowledged: Acknowledged = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    async def start(self) -> asyncio.subprocess.Process:
        """Start the server and wait until it answers."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "hub.cli", "serve"),
            cwd=ROOT,
            env=os.environ
            | {
                "HUB_ENV": "development",
                "HUB_DATA_DIR": str(self.settings.data_dir),
                "HUB_PORT": str(self.settings.port),
                "HUB_ISSUER": self.url,
                "HUB_LOG_LEVEL": "ERROR",
            },
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with httpx2.AsyncClient(base_url=self.url) as http:
            deadline = time.monotonic() + 90
            while True:
                with contextlib.suppress(httpx2.HTTPError):
                    if (await http.get("/readyz")).status_code == 200:
                        return process
                assert process.returncode is None, "the server ended while starting"
                assert time.monotonic() < deadline, "the server does not answer"
                await asyncio.sleep(0.2)

    async def token(self, http: httpx2.AsyncClient) -> str:
        answer = await http.post(
            "/oauth/token", data={"grant_type": "client_credentials"}, auth=("police", self.secret)
        )
        token: str = answer.json()["access_token"]
        return token

    async def push_until(self, stopped: asyncio.Event, number: int) -> None:
        """Push other content to the same returns again and again; keep what was acknowledged."""
        dice = random.Random(number)
        async with httpx2.AsyncClient(base_url=self.url, timeout=10) as http:
            with contextlib.suppress(httpx2.HTTPError, KeyError, ValueError):
                bearer = {"Authorization": f"Bearer {await self.token(http)}"}
                while not stopped.is_set():
                    period = dice.choice(PERIODS)
                    answer = await http.put(
                        f"/v1/returns/POLICE_CRIME/HERTS_POLICE/{period}",
                        json=body(dice),
                        headers=bearer,
                    )
                    if answer.status_code == 201:
                        known = answer.json()
                        key = (period, known["revision"])
                        assert key not in self.acknowledged, "one number for two revisions"
                        self.acknowledged[key] = known["contentHash"]


def body(dice: random.Random) -> dict[str, object]:
    rows = [
        {"indicator": code, "area": area, "value": dice.randint(100, 90_000)}
        for area in AREAS
        for code in ("POL_DA_CRIME", "POL_DA_INCIDENT")
    ]
    return {"observations": rows, "note": "Checked."}


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    database = await Database.open(settings)
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
async def crashing(tmp_path: Path) -> AsyncIterator[Hub]:
    settings = Settings(env="development", data_dir=tmp_path / "hub", port=free_port())
    async with opened(settings) as database, database.identity() as session:
        made = await register_client(
            session, client_id="police", title="test", at=now(), agency="HERTS_POLICE"
        )
        await grant_role(session, "police", Role.SUBMITTER, granted_by="test", at=now())
    yield Hub(settings, made.secret or "")
    database = await Database.open(settings)
    await database.discard()


async def crash(hub: Hub, victim: str, dice: random.Random) -> None:
    """One life of the server: start, push from several sides, kill, look what is left."""
    process = await hub.start()
    stopped = asyncio.Event()
    pushing = [
        asyncio.create_task(hub.push_until(stopped, dice.randrange(1 << 30))) for _ in range(3)
    ]
    before = len(hub.acknowledged)
    deadline = time.monotonic() + 20
    while len(hub.acknowledged) < before + 3 and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    await asyncio.sleep(dice.random() * 0.5)
    if victim == "postmaster":
        found = read_pid_file(settle(hub.settings.data_dir).cluster)
        assert found is not None
        os.kill(found.pid, signal.SIGKILL)
        await asyncio.sleep(dice.random())
    process.kill()
    await process.wait()
    stopped.set()
    await asyncio.gather(*pushing)
    assert len(hub.acknowledged) >= before + 3, "nothing was acknowledged before the kill"
    await examine(hub)


async def examine(hub: Hub) -> None:
    """Everything acknowledged is there; what is there is whole, current once, without a gap."""
    head, revision, row = intake.return_, intake.revision, intake.observation
    counted = (
        select(row.c.return_id, row.c.revision, func.count().label("there"))
        .group_by(row.c.return_id, row.c.revision)
        .subquery()
    )
    query = (
        select(head.c.period, revision, counted.c.there)
        .join(revision, revision.c.return_id == head.c.id)
        .outerjoin(
            counted,
            (counted.c.return_id == revision.c.return_id)
            & (counted.c.revision == revision.c.number),
        )
    )
    async with opened(hub.settings) as database, database.release() as session:
        kept = (await session.execute(query)).all()
    stored = {(one.period, one.number): one.content_hash for one in kept}
    lost = {key for key, hash_ in hub.acknowledged.items() if stored.get(key) != hash_}
    assert lost == set()
    assert [one.number for one in kept if one.there != one.rows] == []
    for period in {one.period for one in kept}:
        mine = [one for one in kept if one.period == period]
        assert sorted(one.number for one in mine) == list(range(1, len(mine) + 1))
        assert [one.number for one in mine if one.is_current] == [len(mine)]


async def test_nothing_acknowledged_is_lost(crashing: Hub) -> None:
    dice = random.Random(4)
    for victim in ("server", "postmaster", "server", "postmaster"):
        await crash(crashing, victim, dice)


@pytest.mark.long
async def test_nothing_acknowledged_is_lost_in_two_hundred_crashes(crashing: Hub) -> None:
    dice = random.Random(200)
    for number in range(200):
        await crash(crashing, ("server", "postmaster")[number % 2], dice)
