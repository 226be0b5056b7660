"""News of other processes: heard at once, after a lost connection too; never of what is undone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.auth.registry import disable_client, grant_role, register_client
from hub.auth.roles import Role
from hub.clock import now
from hub.db import listening
from hub.db.engine import Database
from hub.db.listening import News


class Ears:
    """Collects what is heard."""

    def __init__(self) -> None:
        self.heard: list[News] = []
        self.more = asyncio.Event()

    def __call__(self, news: News) -> None:
        self.heard.append(news)
        self.more.set()

    async def wait_for(self, news: News) -> None:
        async with asyncio.timeout(10):
            while news not in self.heard:
                self.more.clear()
                await self.more.wait()
        self.heard.clear()


@pytest.fixture
async def ears(database: Database) -> AsyncIterator[Ears]:
    found = Ears()
    listener = database.listener(found)
    listener.begin()
    await found.wait_for(News.POLICY)  # all news when the connection stands
    yield found
    await listener.end()


async def register(database: Database, client_id: str) -> None:
    async with database.identity() as session:
        await register_client(session, client_id=client_id, title="test", at=now())


async def test_a_changed_registry_is_heard(database: Database, ears: Ears) -> None:
    await register(database, "x")
    await ears.wait_for(News.REGISTRY)
    async with database.identity() as session:
        await grant_role(session, "x", Role.ANALYST, granted_by="test", at=now())
    await ears.wait_for(News.REGISTRY)
    async with database.identity() as session:
        await disable_client(session, "x", now())
    await ears.wait_for(News.REGISTRY)


async def test_what_is_undone_is_not_heard(database: Database, ears: Ears) -> None:
    with suppress(ZeroDivisionError):
        async with database.identity() as session:
            await register_client(session, client_id="x", title="test", at=now())
            raise ZeroDivisionError
    await asyncio.sleep(0.2)
    assert ears.heard == []


async def test_a_policy_and_a_release_are_heard(owner: AsyncEngine, ears: Ears) -> None:
    async with owner.begin() as connection:
        await connection.execute(text("DELETE FROM protected.policy WHERE false"))
        await connection.execute(text("DELETE FROM protected.release WHERE false"))
    await ears.wait_for(News.RELEASE)


async def test_a_lost_connection_comes_back_and_tells_of_everything(
    database: Database, owner: AsyncEngine, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "PAUSE", 0.05)
    end = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    )
    async with owner.begin() as connection:
        await connection.execute(text(f"{end} AND application_name = 'hub_listen'"))
    await ears.wait_for(News.POLICY)
    await register(database, "y")
    await ears.wait_for(News.REGISTRY)


async def test_other_payloads_are_no_news(owner: AsyncEngine, ears: Ears) -> None:
    async with owner.begin() as connection:
        await connection.execute(text("SELECT pg_notify('hub_news', 'nonsense')"))
        await connection.execute(text("SELECT pg_notify('hub_news', 'registry')"))
    await ears.wait_for(News.REGISTRY)
