"""Heads signed and handed outside; writing stops without them; exports verify elsewhere."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.audit import Event, persons, record, verify_chain
from hub.audit.anchoring import Anchoring, heads_file
from hub.audit.anchors import anchors, heads_in
from hub.audit.export import export
from hub.audit.keys import ledger_keys
from hub.clock import now
from hub.db.engine import Database
from hub.errors import DatabaseError
from hub.settings import Settings

AT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Settings:
    """Settings whose heads go to a file of the test's own."""
    return settings.model_copy(update={"audit_heads": tmp_path / "heads.jsonl"})


def event(number: int, person: str | None = None) -> Event:
    return Event("return.submit", person or "client", "client", "POL", f"r{number}", "done")


async def write(database: Database, count: int) -> None:
    async with database.intake() as session:
        for number in range(count):
            await record(session, event(number), AT)


async def test_a_head_is_signed_once_and_handed_out(database: Database, own: Settings) -> None:
    anchoring = Anchoring(database, own, now)
    await anchoring.anchor()
    assert not heads_file(own).exists()
    await write(database, 3)
    await anchoring.anchor()
    await anchoring.anchor()
    await write(database, 2)
    await anchoring.anchor()
    heads = heads_in(heads_file(own).read_text().splitlines(), ledger_keys(own.data_dir).key_set())
    assert [head.sequence for head in heads] == [3, 5]
    async with database.identity() as session:
        assert [each.head for each in await anchors(session)] == heads
        assert (await verify_chain(session, heads)).is_intact


async def test_a_thousand_records_do_not_wait_for_the_minute(
    database: Database, own: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.audit.anchoring.MOST", 10)
    anchoring = Anchoring(database, own, now)
    await anchoring.look()
    for count, reached in ((9, []), (1, [10])):
        await write(database, count)
        await anchoring.look()
        async with database.identity() as session:
            assert [each.head.sequence for each in await anchors(session)] == reached


async def test_a_tail_cut_with_its_anchors_is_found_by_the_file_outside(
    database: Database, own: Settings, owner: AsyncEngine
) -> None:
    await write(database, 5)
    await Anchoring(database, own, now).anchor()
    async with owner.begin() as connection:
        await connection.execute(text("DELETE FROM audit.event WHERE sequence > 3"))
        await connection.execute(text("DELETE FROM audit.anchor"))
        assert (await verify_chain(connection)).is_intact
        kept = heads_in(
            heads_file(own).read_text().splitlines(), ledger_keys(own.data_dir).key_set()
        )
        assert not (await verify_chain(connection, kept)).is_intact


async def test_nothing_is_written_while_heads_cannot_be_handed_out(
    database: Database, own: Settings, tmp_path: Path
) -> None:
    broken = own.model_copy(
        update={"audit_heads": tmp_path / "gone" / "heads", "audit_patience": 0}
    )
    anchoring = Anchoring(database, broken, now)
    await write(database, 1)
    await anchoring.anchor()
    assert not database.is_writing
    with pytest.raises(DatabaseError, match="nothing is written"):
        await write(database, 1)
    async with database.protected() as session:
        await session.execute(text("SELECT count(*) FROM protected.release"))
    (tmp_path / "gone").mkdir()
    await anchoring.anchor()
    await write(database, 1)
    async with database.identity() as session:
        assert (await verify_chain(session)).head.sequence == 2


async def test_a_short_failure_is_borne(database: Database, own: Settings, tmp_path: Path) -> None:
    broken = own.model_copy(update={"audit_heads": tmp_path / "gone" / "heads"})
    await write(database, 1)
    await Anchoring(database, broken, now).anchor()
    assert database.is_writing


async def test_the_record_names_a_person_by_an_alias_that_can_be_forgotten(
    database: Database, own: Settings
) -> None:
    async with database.intake() as session:
        for number in range(3):
            await record(session, event(number, "p-1"), AT)
    async with database.release() as session:
        await record(session, event(3, "p-2"), AT)
    actors = text("SELECT actor FROM audit.event ORDER BY sequence")
    async with database.identity() as session:
        named = list(await session.scalars(actors))
        known = {
            row.subject: row.alias
            for row in await session.execute(text("SELECT alias, subject FROM audit.person"))
        }
    assert named == [known["p-1"]] * 3 + [known["p-2"]]
    assert all(alias not in ("p-1", "p-2") for alias in named)
    async with database.identity() as session:
        assert await persons.forget(session, "p-1") == known["p-1"]
        assert await persons.forget(session, "p-1") is None
    async with database.identity() as session:
        left = list(await session.scalars(text("SELECT subject FROM audit.person")))
        assert (await verify_chain(session)).is_intact
        assert list(await session.scalars(actors)) == named
    assert left == ["p-2"]
    async with database.intake() as session:
        await record(session, event(4, "p-1"), AT)
    async with database.identity() as session:
        assert list(await session.scalars(actors))[-1] not in {*known.values()}


async def exported(database: Database, own: Settings, file: Path) -> None:
    async with database.identity() as session:
        lines = export(session, ledger_keys(own.data_dir), own.issuer, AT)
        whole = "".join([line async for line in lines])
    await asyncio.to_thread(file.write_text, whole, encoding="ascii")


def verified(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the verifier as on another machine: no hub, no database, an empty folder."""
    return subprocess.run(
        [sys.executable, "-m", "hub.cli", "audit", "verify", *arguments, "--json"],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": os.defpath, "HUB_DATABASE_URL": "postgresql://x@/y"},
    )


async def test_an_export_verifies_elsewhere_and_a_touched_one_does_not(
    database: Database, own: Settings, owner: AsyncEngine, tmp_path: Path
) -> None:
    await write(database, 5)
    await Anchoring(database, own, now).anchor()
    await write(database, 2)
    file, key = tmp_path / "audit.jsonl", tmp_path / "ledger.jwks.json"
    key.write_text(json.dumps(ledger_keys(own.data_dir).public()))
    await exported(database, own, file)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    heads = ("--heads", str(heads_file(own)))
    good = verified(str(file), "--key", str(key), *heads, folder=folder)
    assert (good.returncode, json.loads(good.stdout)["signed"]) == (0, 5), good.stderr
    assert list(folder.iterdir()) == []
    async with owner.begin() as connection:
        await connection.execute(text("DELETE FROM audit.event WHERE sequence > 4"))
        await connection.execute(text("DELETE FROM audit.anchor"))
    await exported(database, own, file)
    bad = verified(str(file), "--key", str(key), *heads, folder=folder)
    assert bad.returncode == 1
    assert not json.loads(bad.stdout)["intact"]


async def line_of(database: Database, writers: int) -> None:
    async def one(number: int) -> int:
        async with (database.intake, database.release)[number % 2]() as session:
            return await record(session, event(number), AT)

    numbers: list[int] = []
    for start in range(0, writers, 25):
        some = range(start, min(start + 25, writers))
        numbers += await asyncio.gather(*(one(number) for number in some))
    assert sorted(numbers) == list(range(1, writers + 1))
    async with database.identity() as session:
        assert (await verify_chain(session)).is_intact


@pytest.mark.long
async def test_three_hundred_writers_make_one_line(database: Database) -> None:
    await line_of(database, 300)
