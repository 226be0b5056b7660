"""Killed at any moment, the hub keeps what it acknowledged, whole (security C1).

The real server process over its own embedded PostgreSQL; agencies push in a loop; SIGKILL takes
the server, the postmaster, or both with every process of the database, at a random moment. Then it
is started again: every acknowledged return is there with its content, nothing is there by halves,
and each has its record. A control run on a database that does not wait for its disk must lose
some: else the kills would prove nothing. A kill says nothing about a power cut (C3).
"""

import asyncio
import contextlib
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from hub.audit import verify_chain
from hub.auth.registry import grant_role, register_client
from hub.auth.roles import Role
from hub.clock import now
from hub.db.embedded.home import settle
from hub.db.embedded.postmaster import read_pid_file
from hub.db.engine import Database
from hub.db.server import running_server
from hub.db.tables import audit, intake
from hub.settings import Settings
from tests.provider.running import free_port

ROOT = Path(__file__).parents[2]
PERIODS = ("CY2015", "CY2016", "CY2017")
AREAS = ("E07000102", "E07000103", "E07000098")
PATIENCE = 240
"""Seconds a start may take on a machine that is busy with other things."""
Acknowledged = dict[tuple[str, int], str]
"""Period and revision of each push that was answered, with its content hash."""


@dataclass
class Hub:
    """A data folder, and the server process over it."""

    settings: Settings
    secret: str
    acknowledged: Acknowledged = field(default_factory=dict)
    troubles: Counter[str] = field(default_factory=Counter)
    """What was answered instead, in this life of the server."""

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
            deadline = time.monotonic() + PATIENCE
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
            while not stopped.is_set():
                try:
                    bearer = {"Authorization": f"Bearer {await self.token(http)}"}
                    while not stopped.is_set():
                        await self.push(http, bearer, dice)
                except (httpx2.HTTPError, KeyError, ValueError) as error:
                    self.troubles[repr(error)] += 1
                    await asyncio.sleep(0.1)

    async def push(
        self, http: httpx2.AsyncClient, bearer: dict[str, str], dice: random.Random
    ) -> None:
        """Push once."""
        period = dice.choice(PERIODS)
        address = f"/v1/returns/POLICE_CRIME/HERTS_POLICE/{period}"
        answer = await http.put(address, json=body(dice), headers=bearer)
        if answer.status_code == 201:
            known = answer.json()
            key = (period, known["revision"])
            assert key not in self.acknowledged, "one number for two revisions"
            self.acknowledged[key] = known["contentHash"]
        else:
            self.troubles[f"{answer.status_code} {answer.json()['code']}"] += 1


def body(dice: random.Random) -> dict[str, object]:
    rows = [
        {"indicator": code, "area": area, "value": dice.randint(100, 90_000)}
        for area in AREAS
        for code in ("POL_DA_CRIME", "POL_DA_INCIDENT")
    ]
    return {"observations": rows, "note": "Checked."}


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    database = await Database.open(settings)
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Settings, str]]:
    """A hub on a disk, with one client and its secret."""
    folder = tmp_path_factory.mktemp("crash") / "hub"
    settings = Settings(env="development", data_dir=folder, port=free_port())
    async with opened(settings) as database, database.identity() as session:
        made = await register_client(
            session, client_id="police", title="test", at=now(), agency="HERTS_POLICE"
        )
        await grant_role(session, "police", Role.SUBMITTER, granted_by="test", at=now())
    yield settings, made.secret or ""
    database = await Database.open(settings)
    await database.discard()


@pytest.fixture
def crashing(place: tuple[Settings, str]) -> Hub:
    return Hub(*place)


def killed_with(hub: Hub, victim: str) -> list[int]:
    """Find the processes of the database that a victim takes along."""
    if victim == "server":
        return []
    found = read_pid_file(settle(hub.settings.data_dir).cluster)
    assert found is not None
    return [found.pid] if victim == "postmaster" else [found.pid, *children_of(found.pid)]


def children_of(parent: int) -> list[int]:
    """Find a process's children; those that end meanwhile are none."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            after_name = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(after_name[1]) == parent:
                found.append(int(folder.name))
    return found


async def crash(hub: Hub, victim: str, dice: random.Random) -> set[tuple[str, int]]:
    """One life of the server: start, push from several sides, kill.

    Gives what the crash before it lost, as the server that came back by itself has it.
    """
    process = await hub.start()
    lost = await examine(hub)
    stopped = asyncio.Event()
    pushing = [
        asyncio.create_task(hub.push_until(stopped, dice.randrange(1 << 30))) for _ in range(3)
    ]
    before = len(hub.acknowledged)
    hub.troubles.clear()
    deadline = time.monotonic() + PATIENCE
    while len(hub.acknowledged) < before + 3 and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    await asyncio.sleep(dice.random() * 0.5)
    for pid in killed_with(hub, victim):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if victim == "postmaster":
        await asyncio.sleep(dice.random())
    process.kill()
    await process.wait()
    stopped.set()
    await asyncio.gather(*pushing)
    assert len(hub.acknowledged) >= before + 3, f"too little was acknowledged: {hub.troubles}"
    return lost


async def examine(hub: Hub) -> set[tuple[str, int]]:
    """What is there is whole, current once, without a gap, each recorded; give what is missing."""
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
    submitted = select(func.count()).where(audit.event.c.act == "return.submit")
    async with opened(hub.settings) as database:
        async with database.release() as session:
            kept = (await session.execute(query)).all()
        async with database.identity() as session:
            assert (await verify_chain(session)).is_intact
            assert await session.scalar(submitted) == len(kept)
    assert [one.number for one in kept if one.there != one.rows] == []
    for period in {one.period for one in kept}:
        mine = [one for one in kept if one.period == period]
        assert sorted(one.number for one in mine) == list(range(1, len(mine) + 1))
        assert [one.number for one in mine if one.is_current] == [len(mine)]
    stored = {(one.period, one.number): one.content_hash for one in kept}
    return {key for key, hash_ in hub.acknowledged.items() if stored.get(key) != hash_}


VICTIMS = ("server", "postmaster", "everything")


async def test_nothing_acknowledged_is_lost(crashing: Hub) -> None:
    dice = random.Random(4)
    for victim in VICTIMS:
        assert await crash(crashing, victim, dice) == set()
    assert await examine(crashing) == set()


async def owner_says(settings: Settings, *statements: str) -> None:
    async with running_server(settings) as address:
        owner = create_async_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        async with owner.connect() as connection:
            for statement in statements:
                await connection.execute(text(statement))


async def test_a_database_that_does_not_wait_for_its_disk_loses_some(crashing: Hub) -> None:
    """The control: the same kill, and what was acknowledged is missing."""
    await owner_says(
        crashing.settings,
        "ALTER ROLE hub_ingest SET synchronous_commit = off",
        "ALTER SYSTEM SET wal_writer_delay = '10s'",
    )
    await crash(crashing, "everything", random.Random(5))
    assert await examine(crashing) != set()
    await owner_says(
        crashing.settings,
        "ALTER ROLE hub_ingest RESET synchronous_commit",
        "ALTER SYSTEM RESET wal_writer_delay",
    )


@pytest.mark.long
async def test_nothing_acknowledged_is_lost_in_three_hundred_crashes(crashing: Hub) -> None:
    dice = random.Random(int(os.environ.get("CRASH_SEED", "300")))
    for number in range(int(os.environ.get("CRASHES", "300"))):
        assert await crash(crashing, VICTIMS[number % 3], dice) == set()
        sys.stdout.write(f"{number} kills, {len(crashing.acknowledged)} kept, none lost\n")
    assert await examine(crashing) == set()
