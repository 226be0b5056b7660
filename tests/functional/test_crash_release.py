"""Killed between any two statements of publishing, a release is finished or as if never begun
(security C6); the next start goes on.

The real server process kills itself with SIGKILL at a chosen moment of the one transaction that
publishes: before each of its statements, before its commit, and after it, before the answer.
"""

import asyncio
import contextlib
import os
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select

from hub.auth.roles import Role
from hub.db.tables import audit, intake, protected
from hub.running import RunningHub
from tests.functional.acts import PUBLISH, Partnership, rows
from tests.functional.conftest import Client, Sign
from tests.provider.running import free_port

ROOT = Path(__file__).parents[2]
ADDRESS = "POLICE_CRIME/HERTS_POLICE/CY2017"
STATEMENTS = tuple(str(number) for number in range(1, 16))
"""Moments before a statement: publishing takes as many, however many returns there are."""

IN_THE_MIDST = "11"
"""The return has been moved and the release is numbered; its observations are not there yet."""

KILLS = 50
"""In one part of the long run."""

PARTS = 10


@dataclass(frozen=True)
class Found:
    """What the stores hold of one release."""

    draft: str
    released: int
    observations: int
    cells: int
    inputs: tuple[str, ...]
    recorded: int

    @property
    def is_whole(self) -> bool:
        """Published with everything that belongs to it."""
        return (
            (self.draft, self.released, self.recorded) == ("PUBLISHED", 1, 1)
            and self.observations == self.cells > 0
            and set(self.inputs) == {"PUBLISHED"}
        )

    @property
    def is_untouched(self) -> bool:
        """As it was approved."""
        nothing = (self.draft, self.released, self.observations, self.recorded)
        return nothing == ("APPROVED", 0, 0, 0)


async def look(hub: RunningHub, release: str) -> Found:
    draft, cell, used = intake.release_draft, intake.release_cell, intake.release_input
    body = intake.revision
    event = audit.event
    published = (event.c.object == release, event.c.act == "release.publish")
    async with hub.database.identity() as session_of_audit:
        events = await session_of_audit.execute(select(event.c.act).where(*published))
        recorded = len(events.all())
    joined = (used.c.return_id == body.c.return_id) & (used.c.revision == body.c.number)

    async with hub.database.release() as session:

        async def count(table: Any, *where: Any) -> int:
            query = select(func.count()).select_from(table).where(*where)
            return int((await session.execute(query)).scalar_one())

        state = select(draft.c.state).where(draft.c.id == release)
        inputs = select(body.c.state).join(used, joined).where(used.c.release_id == release)
        return Found(
            draft=(await session.execute(state)).scalar_one(),
            released=await count(protected.release, protected.release.c.id == release),
            observations=await count(
                protected.observation, protected.observation.c.release_id == release
            ),
            cells=await count(cell, cell.c.release_id == release),
            inputs=tuple((await session.execute(inputs)).scalars().all()),
            recorded=recorded,
        )


@asynccontextmanager
async def server(hub: RunningHub, *command: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A server process over the hub's database, until it has killed itself or is told to end."""
    address, port = hub.settings.database_url, free_port()
    assert address is not None
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *command),
        cwd=ROOT,
        env=os.environ
        | {
            "HUB_ENV": "development",
            "HUB_DATABASE_URL": address.get_secret_value(),
            "HUB_DATA_DIR": str(hub.settings.data_dir),
            "HUB_PORT": str(port),
            "HUB_ISSUER": f"http://127.0.0.1:{port}",
            "HUB_LOG_LEVEL": "ERROR",
        },
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
            deadline = time.monotonic() + 90
            while True:
                with contextlib.suppress(httpx2.HTTPError):
                    if (await http.get("/readyz")).status_code == 200:
                        break
                assert process.returncode is None, "the server ended while starting"
                assert time.monotonic() < deadline, "the server does not answer"
                await asyncio.sleep(0.2)
            yield http
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def publish(http: httpx2.AsyncClient, steward: Client, release: str) -> str | None:
    """Ask for publication; the state answered, or None when the server died instead."""
    auth = (steward.client_id, steward.secret)
    form = {"grant_type": "client_credentials"}
    token = (await http.post("/oauth/token", data=form, auth=auth)).json()["access_token"]
    client = Client(http, token, steward.client_id, steward.secret)
    try:
        answer = await client.graphql("/graphql/intake", PUBLISH, id=release, until=None)
    except httpx2.HTTPError:
        return None
    done = answer["data"]["publishRelease"]
    assert not done["userErrors"], done
    state: str = done["release"]["state"]
    return state


@dataclass
class Crashing:
    """A partnership whose server is killed while it publishes."""

    hub: RunningHub
    acts: Partnership
    number: int = 0

    async def approved(self) -> str:
        """A new release, prepared and approved."""
        await self._refresh()
        self.number += 1
        figure = 900 + self.number
        await self.acts.returned(
            ADDRESS, rows(("POL_DA_CRIME", figure), ("POL_DA_INCIDENT", 2 * figure))
        )
        made = await self.acts.prepare()
        assert not made["userErrors"], made
        answer = await self.acts.approve(made["release"])
        assert not answer["userErrors"], answer
        found: str = made["release"]["id"]
        return found

    async def _refresh(self) -> None:
        """New tokens: hundreds of kills take longer than one is good for."""
        for client in self.acts.clients.values():
            auth, form = (client.client_id, client.secret), {"grant_type": "client_credentials"}
            answer = await client.http.post("/oauth/token", data=form, auth=auth)
            client.token = answer.json()["access_token"]

    async def kill(self, release: str, moment: str) -> bool:
        """Publish, be killed at that moment, look; whether the server was killed at all."""
        steward = await self.acts.client(Role.STEWARD, None, "second")
        before = await look(self.hub, release)
        async with server(self.hub, "tests.functional.dying", moment) as http:
            state = await publish(http, steward, release)
        after = await look(self.hub, release)
        if state is None and moment != "answer":
            assert after.is_untouched
            assert after == before
        else:
            assert after.is_whole
        return state is None

    async def go_on(self, release: str) -> None:
        """The next start publishes what is not published yet; asked twice it does so once."""
        steward = await self.acts.client(Role.STEWARD, None, "second")
        async with server(self.hub, "hub.cli", "serve") as http:
            assert await publish(http, steward, release) == "PUBLISHED"
            assert await publish(http, steward, release) == "PUBLISHED"
        assert (await look(self.hub, release)).is_whole


@pytest.fixture
def crashing(hub: RunningHub, sign: Sign) -> Crashing:
    return Crashing(hub, Partnership(hub, sign))


async def test_a_release_is_published_whole_or_not_at_all(crashing: Crashing) -> None:
    release = await crashing.approved()
    for moment in (IN_THE_MIDST, "answer"):
        assert await crashing.kill(release, moment), f"not killed at {moment}"
    await crashing.go_on(release)


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
async def test_five_hundred_kills_while_publishing(crashing: Crashing, part: int) -> None:
    """In fifties, so that a run cut short says how far it came."""
    dice, kills = random.Random(part), 0
    while kills < KILLS:
        release = await crashing.approved()
        for moment in (*dice.sample(STATEMENTS, 8), "commit", "answer"):
            assert await crashing.kill(release, moment), f"not killed at {moment}"
            kills += 1
        await crashing.go_on(release)
