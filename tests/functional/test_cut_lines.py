"""A line cut at the COMMIT is neither success nor failure; asking again does it once (C5)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from hub.auth.roles import Role
from hub.db.engine import Database
from hub.db.server import owner_address
from hub.db.tables import audit, intake
from hub.running import RunningHub
from hub.settings import Settings
from tests.functional.acts import rows
from tests.functional.conftest import Sign
from tests.integration.line import Cut, Line, line_to

ADDRESS = "POLICE_CRIME/HERTS_POLICE/CY2017"
BODY = rows(("POL_DA_CRIME", 617))
KEY = {"Idempotency-Key": "k"}


@pytest.fixture
async def line(settings: Settings) -> AsyncIterator[Line]:
    """A line to the test's own database that is cut where an answer is kept."""
    url = owner_address(settings)
    async with line_to(Path(str(url.host)) / f".s.PGSQL.{url.port}") as made:
        made.marker = b"INSERT INTO intake.idempotency"
        yield made


@pytest.fixture
async def database(settings: Settings, line: Line) -> AsyncIterator[Database]:
    """The same database, reached over the line alone."""
    url = owner_address(settings).set(drivername="postgresql", host="127.0.0.1", port=line.port)
    address = SecretStr(url.set(query={"sslmode": "disable"}).render_as_string(False))
    opened = await Database.open(settings.model_copy(update={"database_url": address}))
    yield opened
    await opened.close()


async def effects(hub: RunningHub) -> tuple[int, int, int]:
    """Count revisions, their records, and kept answers."""
    submitted = audit.event.c.act == "return.submit"
    async with hub.database.release() as session:
        revisions = await session.scalar(select(func.count()).select_from(intake.revision))
    async with hub.database.identity() as session:
        records = await session.scalar(select(func.count()).where(submitted))
    async with hub.database.intake("HERTS_POLICE") as session:
        kept = await session.scalar(select(func.count()).select_from(intake.idempotency))
    return revisions or 0, records or 0, kept or 0


@pytest.mark.parametrize(
    ("cut", "there"), [("before the commit", (0, 0, 0)), ("after the commit", (1, 1, 1))]
)
async def test_what_a_cut_commit_did_is_unknown_and_asking_again_does_it_once(
    hub: RunningHub, sign: Sign, line: Line, cut: Cut, there: tuple[int, int, int]
) -> None:
    police = await sign(Role.SUBMITTER, "HERTS_POLICE")
    line.cut = cut
    async with asyncio.timeout(60):
        answer = await police.put(ADDRESS, BODY, **KEY)
        assert (answer.status_code, answer.json()["code"]) == (503, "OUTCOME_UNKNOWN")
        assert "same Idempotency-Key" in answer.json()["detail"]
        assert line.cuts == 1
        assert await effects(hub) == there
        again = await police.put(ADDRESS, BODY, **KEY)
        twice = await police.put(ADDRESS, BODY, **KEY)
    assert (again.status_code, again.content) == (201, twice.content)
    assert await effects(hub) == (1, 1, 1)
