"""What each login may do, tried on a real server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from hub.db.engine import Database
from hub.db.logins import Duty
from hub.db.migrate import migrate
from hub.errors import DatabaseError
from hub.settings import Settings

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
        seen = {table for table in tables if not await is_refused(session, f"TABLE {table}")}
    assert seen == {"protected.release", "protected.observation", "protected.policy"}


async def test_one_grant_too_many_is_seen(
    database: Database, tables: list[str], owner: AsyncEngine
) -> None:
    async with owner.begin() as connection:
        await connection.execute(text("GRANT USAGE ON SCHEMA intake TO hub_read"))
        await connection.execute(text("GRANT SELECT ON intake.observation TO hub_read"))
    async with database.protected() as session:
        seen = {table for table in tables if not await is_refused(session, f"TABLE {table}")}
    assert "intake.observation" in seen


async def test_only_the_identity_login_reads_the_audit_record(database: Database) -> None:
    async with database.identity() as session:
        assert not await is_refused(session, "SELECT * FROM audit.event")
    for open_session in (database.intake, database.release):
        async with open_session() as session:
            assert not await is_refused(session, "SELECT sequence, hash FROM audit.event")
            assert await is_refused(session, "SELECT details FROM audit.event")


async def test_the_reading_login_cannot_write_even_what_it_sees(database: Database) -> None:
    for statement in ("DELETE FROM protected.release", "CREATE TABLE protected.t ()"):
        with pytest.raises(DBAPIError, match=r"permission denied|read-only transaction"):
            async with database.protected() as session:
                await session.execute(text("SET TRANSACTION READ WRITE"))
                await session.execute(text(statement))
    with pytest.raises(DBAPIError, match="read-only transaction"):
        async with database.protected() as session:
            await session.execute(text("CREATE TABLE pg_temp.t ()"))


FORBIDDEN = {
    "intake": [
        "DELETE FROM intake.revision",
        "DELETE FROM intake.observation",
        "DELETE FROM intake.return",
        "TRUNCATE intake.observation",
        "UPDATE intake.observation SET value = value",
        "UPDATE intake.revision SET content_hash = content_hash",
        "UPDATE intake.sign_off SET content_hash = content_hash",
        "UPDATE intake.finding SET message = message",
        "SELECT * FROM intake.disclosure_cell",
        "SELECT * FROM intake.release_cell",
        "INSERT INTO protected.release DEFAULT VALUES",
        "SELECT * FROM protected.observation",
    ],
    "release": [
        "INSERT INTO intake.observation DEFAULT VALUES",
        "INSERT INTO intake.sign_off DEFAULT VALUES",
        "UPDATE intake.revision SET is_current = is_current",
        "UPDATE intake.revision SET content_hash = content_hash",
        "UPDATE protected.observation SET value = value",
        "DELETE FROM protected.release",
        "DELETE FROM intake.release_draft",
        "SELECT * FROM intake.idempotency",
    ],
    "identity": ["SELECT * FROM intake.return", "SELECT * FROM protected.release"],
}


@pytest.mark.parametrize("duty", FORBIDDEN)
async def test_each_login_keeps_to_its_duty(database: Database, duty: str) -> None:
    async with getattr(database, duty)() as session:
        allowed = [each for each in FORBIDDEN[duty] if not await is_refused(session, each)]
    assert allowed == []


ALLOWED = {
    "intake": [
        "SELECT * FROM intake.return FOR UPDATE",
        "UPDATE intake.revision SET state = state, is_current = is_current",
        "UPDATE intake.finding SET answer = 'because'",
        "DELETE FROM intake.idempotency",
    ],
    "release": [
        "SELECT * FROM intake.return FOR SHARE",
        "SELECT * FROM intake.observation",
        "UPDATE intake.revision SET state = state",
        "UPDATE intake.release_draft SET state = state",
        "DELETE FROM intake.release_cell",
        "SELECT * FROM protected.release",
    ],
}


@pytest.mark.parametrize("duty", ALLOWED)
async def test_each_login_may_do_its_duty(database: Database, duty: str) -> None:
    async with getattr(database, duty)() as session:
        refused = [each for each in ALLOWED[duty] if await is_refused(session, each)]
    assert refused == []


async def test_no_login_is_more_than_a_login(owner: AsyncEngine) -> None:
    query = text(
        "SELECT count(*) FROM pg_roles WHERE rolname = ANY(:names) AND (rolsuper OR"
        " rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)"
    )
    members = text("SELECT count(*) FROM pg_auth_members WHERE member::regrole::text ~ '^hub_[^o]'")
    definers = text(
        "SELECT count(*) FROM pg_proc WHERE prosecdef AND pronamespace::regnamespace::text"
        " NOT LIKE 'pg\\_%'"
    )
    async with owner.connect() as connection:
        assert await connection.scalar(query, {"names": [duty.value for duty in Duty]}) == 0
        assert await connection.scalar(members) == 0
        assert await connection.scalar(definers) == 0


async def test_passwords_are_stored_as_scram_verifiers(owner: AsyncEngine) -> None:
    query = text("SELECT rolpassword FROM pg_authid WHERE rolname = ANY(:names)")
    async with owner.connect() as connection:
        found = await connection.scalars(query, {"names": [duty.value for duty in Duty]})
        assert all(each.startswith("SCRAM-SHA-256$4096:") for each in found)


async def test_a_lost_credentials_file_is_healed_by_the_next_migration(
    settings: Settings, tmp_path: Path
) -> None:
    elsewhere = settings.model_copy(update={"data_dir": tmp_path})
    with pytest.raises(DatabaseError):
        await Database.open(elsewhere)
    try:
        await migrate(elsewhere)
        await (await Database.open(elsewhere)).close()
    finally:
        await migrate(settings)
    await (await Database.open(settings)).close()
