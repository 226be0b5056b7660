"""The record on a real server: one line, whoever writes and however many at once."""

import asyncio
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.audit import Event, Head, record, verify_chain
from hub.db.engine import Database

AT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
DUTIES = ["intake", "release", "identity"]


def event(number: int = 0, **details: str) -> Event:
    return Event("return.submit", f"sub-{number}", "client", "POL", "return", "done", details)


async def test_fifty_parallel_writers_make_one_line(database: Database, owner: AsyncEngine) -> None:
    async def write(number: int) -> int:
        open_session = (database.intake, database.release, database.identity)[number % 3]
        async with open_session() as session:
            return await record(session, event(number), AT)

    numbers = await asyncio.gather(*(write(number) for number in range(50)))
    assert sorted(numbers) == list(range(1, 51))
    async with owner.connect() as connection:
        verdict = await verify_chain(connection)
    assert verdict.is_intact
    assert verdict.head.sequence == 50


async def test_an_act_undone_leaves_neither_record_nor_gap(database: Database) -> None:
    with pytest.raises(RuntimeError, match="undo"):
        async with database.intake() as session:
            await record(session, event(1), AT)
            raise RuntimeError("undo")
    async with database.intake() as session:
        assert await record(session, event(2), AT) == 1


async def test_several_events_in_one_transaction_follow_each_other(database: Database) -> None:
    async with database.release() as session:
        assert [await record(session, event(n), AT) for n in range(3)] == [1, 2, 3]
    async with database.identity() as session:
        assert (await verify_chain(session)).is_intact


async def test_hostile_text_is_stored_as_it_came(database: Database) -> None:
    hostile = 'a\r\n{"act":"release.publish"}\x1b[2J\u202e\u2028 \N{GRINNING FACE}\0'
    async with database.intake() as session:
        await record(session, event(1, text=hostile), AT)
    async with database.identity() as session:
        assert (await verify_chain(session)).is_intact
        stored = await session.scalar(text("SELECT details->>'text' FROM audit.event"))
    assert stored == hostile.replace("\0", "\N{REPLACEMENT CHARACTER}")


TAMPERING = [
    "UPDATE audit.event SET actor = 'sub-9' WHERE sequence = 3",
    "UPDATE audit.event SET at = at + interval '1 microsecond' WHERE sequence = 3",
    "UPDATE audit.event SET details = '7' WHERE sequence = 3",
    "UPDATE audit.event SET at = 'infinity' WHERE sequence = 3",
    "DELETE FROM audit.event WHERE sequence = 3",
    "UPDATE audit.event SET sequence = sequence + 100 WHERE sequence > 3",
]


@pytest.mark.parametrize("tampering", TAMPERING)
async def test_tampering_by_the_owner_is_found(
    database: Database, owner: AsyncEngine, tampering: str
) -> None:
    async with database.intake() as session:
        for number in range(5):
            await record(session, event(number), AT)
    async with owner.begin() as connection:
        await connection.execute(text(tampering))
        verdict = await verify_chain(connection)
    assert not verdict.is_intact


async def test_a_cut_tail_is_found_by_a_kept_head(database: Database, owner: AsyncEngine) -> None:
    async with database.intake() as session:
        for number in range(5):
            await record(session, event(number), AT)
    async with database.identity() as session:
        kept: Head = (await verify_chain(session)).head
    async with owner.begin() as connection:
        await connection.execute(text("DELETE FROM audit.event WHERE sequence > 3"))
        assert (await verify_chain(connection)).is_intact
        assert not (await verify_chain(connection, [kept])).is_intact


@pytest.mark.parametrize("duty", DUTIES)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit.event SET actor = 'x'",
        "UPDATE audit.event SET sequence = sequence",
        "DELETE FROM audit.event",
        "TRUNCATE audit.event",
        "ALTER TABLE audit.event DISABLE TRIGGER ALL",
        "DROP TABLE audit.event",
    ],
)
async def test_no_login_may_change_the_record(
    database: Database, duty: str, statement: str
) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        async with getattr(database, duty)() as session:
            await session.execute(text(statement))


async def test_the_reading_login_has_no_way_to_the_record(database: Database) -> None:
    with pytest.raises(ProgrammingError, match="permission denied for schema audit"):
        async with database.protected() as session:
            await session.execute(text("SELECT * FROM audit.event"))


async def test_a_fork_cannot_be_stored_even_without_the_lock(database: Database) -> None:
    async with database.intake() as session:
        await record(session, event(1), AT)
        await record(session, event(2), AT)
    fork = text(
        "INSERT INTO audit.event (sequence, at, act, actor, outcome, details, prev_hash, hash)"
        " SELECT 3, now(), 'x', 'y', 'done', '{}', hash, decode(repeat('ab', 32), 'hex')"
        " FROM audit.event WHERE sequence = 1"
    )
    with pytest.raises(IntegrityError, match=re.escape("event_prev_hash_key")):
        async with database.intake() as session:
            await session.execute(fork)


async def test_a_long_chain_is_read_in_pages(database: Database) -> None:
    async with database.identity() as session:
        for number in range(10):
            await record(session, event(number), AT)
        assert (await verify_chain(session, page=4)).head.sequence == 10
