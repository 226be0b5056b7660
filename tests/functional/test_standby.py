"""A primary and a streaming standby: readers on the standby while releases are published.

Both are made of the embedded programs: the session's own server, and a standby that
``pg_basebackup`` copied from it and that follows it by streaming.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx2
import pytest
from pydantic import SecretStr

from hub.app import build
from hub.auth.roles import Role
from hub.db.engine import Database
from hub.db.server import owner_address
from hub.running import hub_over
from hub.settings import Settings
from tests.conftest import Template
from tests.functional.conftest import URL, signed_on
from tests.functional.traffic import Traffic
from tests.integration.own_server import OwnServer, own_server

LIKE_PRIMARY = {"max_connections": "100"}
"""What a standby must have at least as much of."""
READS = "SELECT coalesce(sum(idx_scan + seq_scan), 0)::int FROM pg_stat_user_tables"


@dataclass
class Replicated:
    """A hub whose readers are sent to a standby, and its traffic."""

    standby: OwnServer
    traffic: Traffic
    name: str
    """Of the database."""

    async def replayed(self) -> None:
        """Wait until the standby shows the last release."""
        count = "SELECT count(*)::int FROM protected.release"
        async with asyncio.timeout(20):
            while await self.standby.ask(count, database=self.name) != self.traffic.number:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def reads(self) -> int:
        """How often the standby looked into the published tables."""
        where = " WHERE schemaname = 'protected' AND relname = 'observation'"
        found = await self.standby.ask(READS + where, database=self.name)
        assert isinstance(found, int)
        return found


@pytest.fixture
async def replicated(template: Template, settings: Settings) -> AsyncIterator[Replicated]:
    """The hub as ``hub serve`` would run it with ``HUB_READ_DATABASE_URLS``."""
    name = owner_address(settings).database
    assert name is not None
    async with AsyncExitStack() as stack:
        standby = await stack.enter_async_context(own_server(primary=template.server))
        await standby.start(**LIKE_PRIMARY)
        address = SecretStr(f"postgresql://127.0.0.1:{standby.port}/{name}")
        reading = settings.model_copy(update={"read_database_urls": address})
        database = await Database.open(reading)
        stack.push_async_callback(database.close)
        hub = hub_over(database, reading)
        listener = database.listener(lambda _: hub.shelf.hear())
        listener.begin()
        stack.push_async_callback(listener.end)
        hub.shelf.is_hearing = True
        transport = httpx2.ASGITransport(app=build(hub))
        http = httpx2.AsyncClient(transport=transport, base_url=URL)
        await stack.enter_async_context(http)
        reader = await signed_on(database, http, Role.ANALYST)
        # Published by another process than the one that reads, as far as the shelf can tell.
        other = await Database.open(settings)
        stack.push_async_callback(other.close)
        traffic = Traffic([http], reader.token, other)
        await traffic.publish()
        yield Replicated(standby, traffic, name)


async def releases(traffic: Traffic, seconds: float, each: float) -> None:
    """Publish for some seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        await traffic.publish()
        await asyncio.sleep(each)


def examine(traffic: Traffic) -> None:
    assert traffic.wrong == []
    assert traffic.back_in_time() == []
    assert traffic.stale() == []


async def test_readers_on_a_standby(replicated: Replicated) -> None:
    traffic, standby = replicated.traffic, replicated.standby
    await replicated.replayed()
    before = await replicated.reads()
    seconds = 1.5 * float(os.environ.get("STANDBY_TIMES", "1"))
    async with traffic.readers(each=3, pause=0.01):
        await releases(traffic, seconds, 0.15)
        # It stands still: what it has not replayed is read from the primary.
        await standby.ask("SELECT pg_wal_replay_pause()")
        await releases(traffic, 0.5, 0.15)
        assert (
            await standby.ask(
                "SELECT count(*)::int FROM protected.release", database=replicated.name
            )
            != traffic.number
        )
        await standby.ask("SELECT pg_wal_replay_resume()")
        await replicated.replayed()
        await asyncio.sleep(0.3)
        used = await replicated.reads() - before
        # It is gone in the midst of requests.
        standby.kill()
        dead = len(traffic.answers)
        await releases(traffic, 0.5, 0.15)
        assert len(traffic.answers) > dead
        # And it is back.
        await standby.start(**LIKE_PRIMARY)
        again = await replicated.reads()
        async with asyncio.timeout(30):
            while await replicated.reads() <= again + 5:
                await traffic.publish()
                await replicated.replayed()
    examine(traffic)
    assert used > 50
