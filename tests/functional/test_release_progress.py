"""Stewards see how far a release is that is being prepared, whichever process is at it."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.auth.roles import Role
from hub.clock import now
from hub.db.tables import intake
from hub.protected.releases import Audience
from hub.release.following import LOST, followed, preparations
from hub.running import RunningHub
from hub.settings import Settings
from tests.functional.conftest import Client, Sign

ASKED = "{ preparations { audience begunAt state step done of } }"


@pytest.fixture
async def steward(hub: RunningHub, sign: Sign) -> Client:
    found = await sign(Role.STEWARD, person="s1")
    hub.standing.forget()
    return found


async def _page(steward: Client) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", (await steward.get("/releases")).text)


async def _until(steward: Client, said: str) -> None:
    async with asyncio.timeout(20):
        while said not in await _page(steward):  # noqa: ASYNC110 another process has no event
            await asyncio.sleep(0.02)


async def test_page_and_graphql_tell_the_step_until_it_is_over(
    hub: RunningHub, steward: Client
) -> None:
    assert "Being prepared" not in await _page(steward)
    async with followed(hub.database, Audience.PARTNER, "s2", now(), 0.02) as tell:
        assert "Reading returns" in await _page(steward)
        await asyncio.to_thread(tell, "protect", 3, 1200)
        await _until(steward, "Protecting (3 of 1,200)")
        (one,) = (await steward.graphql("/graphql/intake", ASKED))["data"]["preparations"]
        assert (one["audience"], one["state"]) == ("PARTNER", "RUNNING")
        assert (one["step"], one["done"], one["of"]) == ("protect", 3, 1200)
    assert "Being prepared" not in await _page(steward)
    found = await steward.graphql("/graphql/intake", ASKED)
    assert found["data"]["preparations"] == []


async def test_a_refused_preparation_leaves_nothing_behind(
    hub: RunningHub, steward: Client
) -> None:
    refused = await steward.http.post(
        "/releases/prepare", data={"audience": "partner"}, headers=steward.headers
    )
    assert refused.status_code == 409
    async with hub.database.release() as session:
        assert await preparations(session) == []


_OTHER = """
import asyncio, sys
from hub.clock import now
from hub.db.engine import Database
from hub.protected.releases import Audience
from hub.release.following import followed
from hub.settings import Settings

async def main():
    database = await Database.open(Settings(), migrate=False)
    async with followed(database, Audience.PUBLIC, "s3", now(), 0.02) as tell:
        tell("attack", 1, 2)
        await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.fixture
async def other(settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """Another server process on the same database, in the midst of preparing a release."""
    assert settings.database_url is not None
    environment = os.environ | {
        "HUB_DATA_DIR": str(settings.data_dir),
        "HUB_DATABASE_URL": settings.database_url.get_secret_value(),
        "HUB_ENV": "development",
    }
    root = Path(__file__).parents[2]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _OTHER, env=environment, cwd=root
    )
    yield process
    if process.returncode is None:
        process.kill()
    await process.wait()


async def test_another_process_is_seen_and_when_it_died_the_page_says_so(
    hub: RunningHub, steward: Client, other: asyncio.subprocess.Process, owner: AsyncEngine
) -> None:
    await _until(steward, "Attacking the result (1 of 2)")
    other.kill()
    await other.wait()
    assert "Attacking the result" in await _page(steward)  # it may only be slow
    table = intake.preparation
    async with owner.begin() as connection:  # as it is after half a minute
        await connection.execute(update(table).values(seen_at=table.c.seen_at - LOST))
    assert "Nothing was kept; prepare the release again" in await _page(steward)
    (one,) = (await steward.graphql("/graphql/intake", ASKED))["data"]["preparations"]
    assert one["state"] == "LOST"
    async with followed(hub.database, Audience.PARTNER, "s2", now()):
        page = await _page(steward)
        assert "Reading returns" in page
        assert "Nothing was kept" not in page
    async with owner.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(table)) == 0
