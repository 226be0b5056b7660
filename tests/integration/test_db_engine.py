"""Sessions: one transaction each, within limits, quiet about values; migrations; fitness."""

import asyncio
import os
import signal
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.db.embedded import postmaster
from hub.db.embedded.home import settle
from hub.db.engine import Database
from hub.db.migrate import SCRIPTS, migrate, newest
from hub.db.reads import Asks
from hub.db.tables import intake, protected
from hub.errors import DatabaseError, HubError
from hub.protected import rows
from hub.protected.reader import Selection
from hub.settings import Settings

NOW = datetime.now(UTC)
PLANTED = 777777


def release(name: str, visible_from: datetime) -> dict[str, object]:
    texts = ("content_hash", "policy_version", "vocabulary_version", "prepared_by", "approved_by")
    return dict.fromkeys(texts, "x") | {
        "id": name,
        "sequence": len(name),
        "audience": "partners",
        "published_at": NOW,
        "visible_from": visible_from,
        "cells": 1,
    }


def figure(release_id: str, indicator: str = "A", period: str = "CY2020") -> dict[str, object]:
    return {
        "release_id": release_id,
        "indicator": indicator,
        "area": "E1",
        "period": period,
        "value": 10,
        "status": "PUBLISHED",
        "provenance": {},
        "derived": False,
    }


async def test_a_block_commits_and_an_error_undoes_it(database: Database) -> None:
    row = {"id": uuid4(), "dataset": "d", "agency": "a", "period": "CY2020", "created_at": NOW}
    async with database.intake("a") as session:
        await session.execute(insert(intake.return_).values(row))
    with pytest.raises(RuntimeError):
        async with database.intake("b") as session:
            await session.execute(
                insert(intake.return_).values(row | {"id": uuid4(), "agency": "b"})
            )
            raise RuntimeError
    async with database.release() as session:
        assert list(await session.scalars(select(intake.return_.c.agency))) == ["a"]


LIMITS = {
    "intake": ("hub_ingest", "5s", "15s", "30s", "off"),
    "release": ("hub_release", "5s", "1min", "0", "off"),
    "protected": ("hub_read", "5s", "15s", "5s", "on"),
    "identity": ("hub_identity", "5s", "15s", "5s", "off"),
}


@pytest.mark.parametrize("kind", LIMITS)
async def test_the_server_holds_each_session_to_its_limits(database: Database, kind: str) -> None:
    query = text(
        "SELECT current_user::text, current_setting('lock_timeout'),"
        " current_setting('idle_in_transaction_session_timeout'),"
        " current_setting('statement_timeout'), current_setting('transaction_read_only')"
    )
    async with getattr(database, kind)() as session:
        assert tuple((await session.execute(query)).one()) == LIMITS[kind]


async def test_an_embargo_holds_in_the_database(database: Database) -> None:
    later = NOW + timedelta(hours=1)
    async with database.release() as session:
        rows = [release("due", NOW - timedelta(hours=1)), release("early", later)]
        await session.execute(insert(protected.release), rows)
        await session.execute(insert(protected.observation), [figure("due"), figure("early")])
    async with database.protected() as session:
        seen = select(protected.observation.c.release_id)
        assert list(await session.scalars(select(protected.release.c.id))) == ["due"]
        assert list(await session.scalars(seen)) == ["due"]
        assert list(await session.scalars(seen.where(text("release_id = 'early'")))) == []
    async with database.release() as session:
        assert len(list(await session.scalars(seen))) == 2


@pytest.fixture
async def published(database: Database, owner: AsyncEngine) -> Database:
    """A release of a hundred periods, as a hub that has run for a while has it."""
    async with database.release() as session:
        await session.execute(insert(protected.release), [release("due", NOW)])
        cells = [
            figure("due", f"I{i}", f"20{p // 12:02d}-{p % 12 + 1:02d}") | {"area": f"E{a}"}
            for i in range(20)
            for p in range(60)
            for a in range(6)
        ]
        await session.execute(insert(protected.observation), cells)
    async with owner.connect() as connection:
        vacuum = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await vacuum.execute(text("VACUUM ANALYZE protected.release, protected.observation"))
    return database


class Explained:
    """Asks for the plans in place of the rows."""

    def __init__(self, asks: Asks) -> None:
        self._asks = asks
        self.plans: list[str] = []

    async def rows(self, statement: str, *values: object) -> list[Any]:
        """Explain."""
        explain = f"EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) {statement}"
        found = await self._asks.rows(explain, *values)
        self.plans.append("\n".join(row[0] for row in found))
        return [(None,)]


def condition(plan: str) -> str:
    return plan.split("Index Cond: ")[1].split("\n")[0]


async def test_a_series_is_read_from_its_index_in_spite_of_the_embargo(
    published: Database,
) -> None:
    asks = Explained(published.reads)
    ends = ("2001-01", "2003-12")
    await rows.line(asks, "due", "I7", "E1", ends, columns=rows.PLAIN)
    (plan,) = asks.plans
    assert "Index Only Scan using observation_series_idx" in plan
    assert "Index Searches: 1\n" in plan
    assert "Sort" not in plan
    names = ("release_id", "indicator", "area", "period")
    assert all(name in condition(plan) for name in names)


async def test_a_table_is_read_from_the_primary_key_alone(published: Database) -> None:
    asks = Explained(published.reads)
    indicators, areas = [f"I{i}" for i in range(0, 20, 2)], ["E1", "E2", "E4", "E5"]
    wanted = Selection(indicators, areas, ["2002-03"], totals_only=True)
    await rows.page(asks, "due", wanted, limit=101, columns=rows.PLAIN)
    (plan,) = asks.plans
    assert "Index Only Scan using observation_pkey" in plan
    assert "Sort" not in plan
    names = ("release_id", "indicator", "area", "period", "breakdown")
    assert all(name in condition(plan) for name in names)


async def test_a_page_without_a_choice_stops_where_it_is_full(published: Database) -> None:
    asks = Explained(published.reads)
    await rows.page(asks, "due", Selection(), limit=101, columns=rows.PLAIN)
    (plan,) = asks.plans
    assert "Index Only Scan using observation_pkey" in plan
    assert "rows=101" in plan


BROKEN = [
    "INSERT INTO intake.observation (return_id, revision, area, period, indicator, value, status)"
    " SELECT (SELECT id FROM intake.return), 1, 'a', 'p', 'i', CAST(:value AS numeric), 'x'",
    "INSERT INTO intake.observation (return_id, revision, area, period, indicator, value)"
    " SELECT (SELECT id FROM intake.return), 1, 'a', 'p', 'i', -CAST(:value AS numeric)",
    "INSERT INTO intake.observation (return_id, revision, area, period, indicator, value)"
    " SELECT (SELECT id FROM intake.return), 1, 'a', 'p', NULL, CAST(:value AS numeric)",
]


@pytest.mark.parametrize("statement", BROKEN)
async def test_a_refused_row_does_not_show_in_the_error(database: Database, statement: str) -> None:
    head = {"id": uuid4(), "dataset": "d", "agency": "a", "period": "CY2020", "created_at": NOW}
    with pytest.raises(IntegrityError) as caught:
        async with database.intake("a") as session:
            await session.execute(insert(intake.return_).values(head))
            await session.execute(text(statement), {"value": PLANTED})
    assert str(PLANTED) not in "".join(traceback.format_exception(caught.value))


async def test_one_current_revision_is_a_constraint(database: Database) -> None:
    head = {"id": uuid4(), "dataset": "d", "agency": "a", "period": "CY2020", "created_at": NOW}
    revision = {
        "return_id": head["id"],
        "content_hash": "h",
        "state": "SUBMITTED",
        "submitted_by": "s",
        "client_id": "c",
        "submitted_at": NOW,
        "rows": 0,
        "is_current": True,
    }
    async with database.intake("a") as session:
        await session.execute(insert(intake.return_).values(head))
        await session.execute(insert(intake.revision).values(revision | {"number": 1}))
    for number, constraint in ((2, "revision_current_key"), (1, "revision_pkey")):
        with pytest.raises(IntegrityError, match=constraint):
            async with database.intake("a") as session:
                await session.execute(insert(intake.revision).values(revision | {"number": number}))


def test_the_newest_version_is_alembics_head() -> None:
    """The hub goes by the files' names; every one of them is named after its revision."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [newest()]
    names = sorted(path.stem for path in (SCRIPTS / "versions").glob("[!_]*.py"))
    assert sorted(one.revision for one in scripts.walk_revisions()) == names


async def test_migrating_again_is_harmless(settings: Settings) -> None:
    both = await asyncio.gather(migrate(settings), migrate(settings))
    assert set(both) == {newest()}
    await (await Database.open(settings)).close()


async def test_a_database_behind_the_code_is_refused(
    settings: Settings, owner: AsyncEngine
) -> None:
    async with owner.begin() as connection:
        await connection.execute(
            text("UPDATE public.alembic_version SET version_num = '0001_base'")
        )
    with pytest.raises(DatabaseError, match="hub migrate"):
        await Database.open(settings)


async def test_production_refuses_a_database_that_may_lose_rows(
    settings: Settings, owner: AsyncEngine
) -> None:
    async with owner.begin() as connection:
        name = await connection.scalar(text("SELECT current_database()"))
        await connection.execute(
            text(f"ALTER ROLE hub_release IN DATABASE {name} SET synchronous_commit = off")
        )
    await (await Database.open(settings)).close()
    with pytest.raises(DatabaseError, match="hub_release: synchronous_commit"):
        await Database.open(settings.model_copy(update={"env": "production"}))


async def test_an_unreachable_server_is_a_database_error(settings: Settings) -> None:
    from pydantic import SecretStr

    nowhere = SecretStr("postgresql://owner:hush@127.0.0.1:1/hub")
    with pytest.raises(DatabaseError) as caught:
        await Database.open(settings.model_copy(update={"database_url": nowhere}))
    assert "hush" not in str(caught.value)


async def test_the_embedded_database_migrates_itself_and_comes_back(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    database = await Database.open(settings)
    try:
        async with database.protected() as session:
            assert await session.scalar(text("SELECT count(*) FROM protected.release")) == 0
        found = postmaster.ready(settle(tmp_path).cluster)
        assert found is not None
        os.kill(found.pid, signal.SIGKILL)
        async with asyncio.timeout(30):
            while not await answers(database):  # noqa: ASYNC110 (nothing tells when)
                await asyncio.sleep(0.2)
    finally:
        await database.close()
    home = settle(tmp_path)
    assert not postmaster.running(home.cluster)
    await (await Database.open(settings)).discard()
    assert not home.folder.exists()


async def answers(database: Database) -> bool:
    try:
        async with database.protected() as session:
            await session.execute(text("SELECT 1"))
            return True
    except (HubError, DBAPIError, OSError):
        return False
