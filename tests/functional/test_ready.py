"""Readiness by fault injection (H12): the database, the record of acts, the clock."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from hub.app import build
from hub.audit import Event, record
from hub.audit.anchoring import Anchoring
from hub.clock import now
from hub.db.server import owner_address
from hub.running import RunningHub
from hub.settings import Settings
from tests.functional.conftest import URL


@pytest.fixture
async def admin(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """The owner's connections to another database of the same server."""
    address = owner_address(settings).set(database="postgres")
    engine = create_async_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    yield engine
    await engine.dispose()


async def ready(http: httpx2.AsyncClient) -> bool:
    """Ask; the answer holds no word of why not."""
    answer = await http.get("/readyz")
    told = {200: "ready", 503: "not ready"}
    assert answer.text == told[answer.status_code]
    return answer.status_code == 200


async def recorded(hub: RunningHub, count: int, at: datetime | None = None) -> None:
    async with hub.database.identity() as session:
        for number in range(count):
            event = Event("return.submit", f"somebody-{number}", "client", None, None, "done")
            await record(session, event, at or now())


async def test_a_database_that_takes_nobody(
    hub: RunningHub, http: httpx2.AsyncClient, admin: AsyncEngine, settings: Settings
) -> None:
    name = owner_address(settings).database
    assert await ready(http)
    async with admin.connect() as connection:
        await connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        leave = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
        await connection.execute(text(leave), {"name": name})
        assert not await ready(http)
        assert (await http.get("/healthz")).text == "ok"
        await connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    assert await ready(http)


FAULTS = {
    "an entry changed": "UPDATE audit.event SET actor = 'x' WHERE sequence = 140",
    "an entry deleted": "DELETE FROM audit.event WHERE sequence = 130",
    "the signed end cut": "DELETE FROM audit.event WHERE sequence > 145",
    "another head": "UPDATE audit.event SET hash = sha256('x') WHERE sequence = 150",
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_record_that_does_not_hold(
    hub: RunningHub, http: httpx2.AsyncClient, owner: AsyncEngine, fault: str
) -> None:
    """More entries than are looked at, so that the look begins in the middle."""
    await recorded(hub, 150)
    await Anchoring(hub.database, hub.settings, now).anchor()
    assert await ready(http)
    async with owner.begin() as connection:
        await connection.execute(text(FAULTS[fault]))
    assert not await ready(http)


async def test_a_record_that_cannot_be_anchored(hub: RunningHub, http: httpx2.AsyncClient) -> None:
    hub.database.stop_writing("No head can be handed out.")
    assert not await ready(http)
    hub.database.resume_writing()
    assert await ready(http)


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_clock_that_is_not_the_databases(hub: RunningHub, hours: int) -> None:
    wrong = replace(hub, clock=lambda: now() + timedelta(hours=hours))
    transport = httpx2.ASGITransport(app=build(wrong))
    async with httpx2.AsyncClient(transport=transport, base_url=URL) as http:
        assert not await ready(http)


async def test_a_clock_that_was_set_back(hub: RunningHub, http: httpx2.AsyncClient) -> None:
    """Both clocks agree, and the record is of tomorrow."""
    await recorded(hub, 1, now() + timedelta(seconds=20))
    assert await ready(http)
    await recorded(hub, 1, now() + timedelta(days=1))
    assert not await ready(http)
