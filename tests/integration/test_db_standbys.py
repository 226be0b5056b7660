"""When a replica is asked, when it is not, and what its failures cost."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.db.engine import Database
from hub.db.reads import Asks, Reads, UnfitError
from hub.db.server import owner_address
from hub.db.standbys import LAG, REST, Standby, Standbys, standbys
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


async def figures(reads: Asks) -> int:
    query = "SELECT count(*)::int FROM protected.observation WHERE release_id = 'made-00001'"
    return int((await reads.rows(query))[0][0])


@pytest.fixture
async def replica(settings: Settings) -> AsyncIterator[Reads]:
    """The readers' connections; the server itself stands for a replica, which obeys the same
    rules."""
    made = Reads(owner_address(settings), settings.data_dir)
    yield made
    await made.close()


async def test_only_what_it_has_replayed(database: Database, replica: Reads) -> None:
    clock = Clock()
    standby = Standby(replica, "one", clock)
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
    database: Database, replica: Reads, owner: AsyncEngine
) -> None:
    standby = Standby(replica, "one")
    await publish(database, 1)
    assert await standby.ask(FIRST, figures) == 40
    async with owner.begin() as connection:
        await connection.execute(text("DELETE FROM protected.observation"))
        await connection.execute(text("DELETE FROM protected.release"))
    await replica.close()  # another server at its address: connections are new
    with pytest.raises(UnfitError):
        await standby.ask(FIRST, figures)


async def test_one_that_is_away_is_left_alone_for_longer_each_time(settings: Settings) -> None:
    address = owner_address(settings).set(host="127.0.0.1", port=1)
    clock = Clock()
    standby = Standby(Reads(address, settings.data_dir), "away", clock)
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
    database: Database, settings: Settings
) -> None:
    async def slow(reads: Asks) -> None:
        await reads.rows("SELECT pg_sleep(5)")

    await publish(database, 1)
    limit = {"statement_timeout": "50ms"}
    standby = Standby(Reads(owner_address(settings), settings.data_dir, limit), "one")
    with pytest.raises(asyncpg.QueryCanceledError):
        await standby.ask(FIRST, slow)
    assert standby.is_fit(FIRST)
    await standby.close()


async def test_they_take_turns(replica: Reads) -> None:
    both = [Standby(replica, "one"), Standby(replica, "two")]
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
