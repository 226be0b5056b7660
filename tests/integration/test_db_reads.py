"""Single questions of readers: the login's limits, lost connections, those that are stopped."""

import asyncio
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.db import reads
from hub.db.engine import Database
from hub.errors import OverloadedError
from hub.protected import rows
from hub.protected.reader import Selection
from hub.vocabulary import parse_breakdown

KILL = text(
    "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
    " WHERE usename = 'hub_read' AND pid <> pg_backend_pid()"
)
BUSY = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE usename = 'hub_read' AND state = 'active' AND query LIKE '%pg_sleep%'"
)


async def scalar(owner: AsyncEngine, statement: Any) -> int:
    async with owner.connect() as connection:
        return int(await connection.scalar(statement) or 0)


async def test_a_question_is_asked_as_the_readers_login_within_its_limits(
    database: Database,
) -> None:
    names = ("lock_timeout", "statement_timeout", "transaction_read_only", "search_path")
    shown = ", ".join(f"current_setting('{name}')" for name in names)
    found = await database.reads.rows(f"SELECT current_user::text, {shown}")
    assert tuple(found[0]) == ("hub_read", "5s", "5s", "on", "pg_catalog")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database.reads.rows("SELECT * FROM intake.observation")
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await database.reads.rows("CREATE TEMPORARY TABLE t (a int)")


async def test_a_lost_connection_costs_no_answer(database: Database, owner: AsyncEngine) -> None:
    ask = [database.reads.rows("SELECT 1") for _ in range(4)]
    assert [found[0][0] for found in await asyncio.gather(*ask)] == [1] * 4
    assert await scalar(owner, KILL) >= 1
    ask = [database.reads.rows("SELECT 1") for _ in range(4)]
    assert [found[0][0] for found in await asyncio.gather(*ask)] == [1] * 4


async def test_a_question_that_is_stopped_ends_in_the_database(
    database: Database, owner: AsyncEngine
) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await database.reads.rows("SELECT pg_sleep(4)")
    for _ in range(40):
        if not await scalar(owner, BUSY):
            break
        await asyncio.sleep(0.05)
    assert await scalar(owner, BUSY) == 0
    assert (await database.reads.rows("SELECT 2"))[0][0] == 2


async def test_who_waits_too_long_for_a_connection_is_told(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "WAIT", 0.05)
    slow = [asyncio.create_task(database.reads.rows("SELECT pg_sleep(1)")) for _ in range(8)]
    await asyncio.sleep(0.3)
    with pytest.raises(OverloadedError):
        await database.reads.rows("SELECT 1")
    await asyncio.gather(*slow)


@pytest.mark.parametrize(
    ("breakdowns", "found"),
    [
        ((), 3),
        (("",), 1),
        (("RISK=HIGH",), 1),
        (("", "RISK=HIGH"), 2),
        (("RISK=HIGH", "RISK=STANDARD"), 2),
    ],
)
async def test_breakdowns_are_asked_for_exactly(
    database: Database, owner: AsyncEngine, breakdowns: tuple[str, ...], found: int
) -> None:
    async with owner.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO protected.release VALUES ('made', 1, 'partner', 'x', '1', '1', NULL,"
                " 'a', 'b', now(), now(), 3, '{}')"
            )
        )
        for place, breakdown in enumerate(("", "RISK=HIGH", "RISK=STANDARD")):
            await connection.execute(
                text(
                    "INSERT INTO protected.observation (release_id, area, period, breakdown,"
                    " indicator, value, status, provenance, derived) VALUES ('made', 'E1',"
                    " 'CY2020', :breakdown, 'A', :value, 'PUBLISHED', '[]', false)"
                ),
                {"breakdown": breakdown, "value": place},
            )
    wanted = Selection(["A"], ["E1"], ["CY2020"], [parse_breakdown(one) for one in breakdowns])
    shown = await rows.page(database.reads, "made", wanted)
    assert len(shown) == found == await rows.count(database.reads, "made", wanted)
    assert not breakdowns or [row.breakdown for row in shown] == sorted(breakdowns)
    assert "0" not in repr(rows.Row("E1", "P", "", "A", "PUBLISHED", "0"))
    assert await rows.periods(database.reads, "made", "E1") == ("CY2020",)
    assert await rows.places(database.reads, "made", ["A"]) == [("E1", "CY2020")]
