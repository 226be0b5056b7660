"""When a replica is asked, when it is not, and what its failures cost."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.db.engine import Database
from hub.db.logins import Duty
from hub.db.pools import pool
from hub.db.server import owner_address
from hub.db.sessions import ProtectedSession
from hub.db.standbys import LAG, REST, Standby, Standbys, UnfitError, standbys
from hub.errors import SettingsError
from hub.settings import Settings
from tests.functional.traffic import publish

FIRST = frozenset({"made-00001"})
SECOND = frozenset({"made-00002"})


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def figures(session: ProtectedSession) -> int:
    query = "SELECT count(*) FROM protected.observation WHERE release_id = 'made-00001'"
    return int(await session.scalar(text(query)) or 0)


@pytest.fixture
async def engine(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """The readers' pool; the server itself stands for a replica, which obeys the same rules."""
    made = pool(owner_address(settings), settings.data_dir, Duty.READ)
    yield made
    await made.dispose()


async def test_only_what_it_has_replayed(database: Database, engine: AsyncEngine) -> None:
    clock = Clock()
    standby = Standby(engine, "one", clock)
    await publish(database, 1)
    assert await standby.ask(FIRST, figures) == 40
    with pytest.raises(UnfitError):
        await standby.ask(SECOND, figures)
    assert standby.is_fit(FIRST)
    assert not standby.is_fit(SECOND)
    clock.now += LAG
    assert standby.is_fit(SECOND)
    await publish(database, 2)
    assert await standby.ask(FIRST | SECOND, figures) == 40


async def test_a_replica_made_anew_starts_with_nothing_known(
    database: Database, engine: AsyncEngine, owner: AsyncEngine
) -> None:
    standby = Standby(engine, "one")
    await publish(database, 1)
    assert await standby.ask(FIRST, figures) == 40
    async with owner.begin() as connection:
        await connection.execute(text("DELETE FROM protected.observation"))
        await connection.execute(text("DELETE FROM protected.release"))
    await engine.dispose()  # another server at its address: connections are new
    with pytest.raises(UnfitError):
        await standby.ask(FIRST, figures)


async def test_one_that_is_away_is_left_alone_for_longer_each_time(settings: Settings) -> None:
    address = owner_address(settings).set(host="127.0.0.1", port=1)
    clock = Clock()
    standby = Standby(pool(address, settings.data_dir, Duty.READ), "away", clock)
    rest = REST[0]
    for _ in range(8):
        assert standby.is_fit(FIRST)
        with pytest.raises(UnfitError):
            await standby.ask(FIRST, figures)
        clock.now += rest - 0.01
        assert not standby.is_fit(FIRST)
        clock.now += 0.02
        rest = min(2 * rest, REST[1])
    await standby.close()


async def test_a_statement_that_takes_too_long_is_not_asked_twice(
    database: Database, engine: AsyncEngine
) -> None:
    async def slow(session: ProtectedSession) -> None:
        await session.execute(text("SET LOCAL statement_timeout = '50ms'"))
        await session.execute(text("SELECT pg_sleep(5)"))

    await publish(database, 1)
    standby = Standby(engine, "one")
    with pytest.raises(DBAPIError):
        await standby.ask(FIRST, slow)
    assert standby.is_fit(FIRST)


async def test_they_take_turns(engine: AsyncEngine) -> None:
    both = [Standby(engine, "one"), Standby(engine, "two")]
    chosen = [Standbys(both).choose(FIRST) for _ in range(2)]
    together = Standbys(both)
    assert {together.choose(FIRST) for _ in range(2)} == set(both)
    assert chosen == [both[0], both[0]]
    assert Standbys(()).choose(FIRST) is None


@pytest.mark.parametrize(
    "addresses",
    ["nonsense", "mysql://db/hub", "postgresql://db2.example.org", "postgresql:///?x=1"],
)
def test_what_is_no_address_is_refused(addresses: str, settings: Settings) -> None:
    with pytest.raises(SettingsError, match="HUB_READ_DATABASE_URLS"):
        standbys(addresses, settings.data_dir)
