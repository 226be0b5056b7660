"""What each login may do, tried on a real server."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from hub.db.engine import Database

TABLES = text(
    "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
    " WHERE schemaname IN ('intake', 'protected', 'identity', 'audit')"
)


@pytest.fixture
async def tables(owner: AsyncEngine) -> AsyncIterator[list[str]]:
    async with owner.connect() as connection:
        yield list(await connection.scalars(TABLES))


async def is_refused(session: AsyncSession, statement: str) -> bool:
    """Say whether the server refuses a statement for lack of privilege, and for nothing else."""
    try:
        async with session.begin_nested():
            await session.execute(text(statement))
    except ProgrammingError as error:
        assert "permission denied" in str(error)
        return True
    return False


async def test_the_reading_login_sees_published_tables_only(
    database: Database, tables: list[str]
) -> None:
    assert any(table.startswith("intake.") for table in tables)
    async with database.protected() as session:
        seen = {
            table
            for table in tables
            if not await is_refused(session, f"SELECT count(*) FROM {table}")
        }
    assert seen == {"protected.release", "protected.observation"}


async def test_only_the_identity_login_reads_the_audit_record(database: Database) -> None:
    async with database.identity() as session:
        assert not await is_refused(session, "SELECT * FROM audit.event")
    for open_session in (database.intake, database.release):
        async with open_session() as session:
            assert not await is_refused(session, "SELECT sequence, hash FROM audit.event")
            assert await is_refused(session, "SELECT details FROM audit.event")
