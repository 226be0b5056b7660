"""Brings a database to the newest schema; harmless to repeat, safe to run twice at once."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from hub.db.logins import Credentials, credentials
from hub.db.roles import ensure_logins, let_in
from hub.db.server import reaching_the_database, running_server
from hub.errors import DatabaseError
from hub.settings import Settings

SCRIPTS = Path(__file__).parent / "migrations"
LOCK = 0x4855_425F_4D49_47
"""Advisory lock of a database that is being migrated."""


async def migrate(settings: Settings) -> str:
    """Bring the database that ``settings`` name to the newest schema; give its version.

    Starts the embedded server for the time it takes where no other is named.
    Raises ``DatabaseError`` when the server or its owner login is not fit for it.
    """
    async with running_server(settings) as owner:
        with reaching_the_database():
            return await upgrade(owner, credentials(settings.data_dir))


async def upgrade(owner: URL, passwords: Credentials) -> str:
    """Make the logins, run what is missing in one transaction, and give the version reached."""
    engine = create_async_engine(owner, poolclass=NullPool, hide_parameters=True)
    try:
        await ensure_logins(engine, passwords)
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
            await let_in(connection)
            await connection.run_sync(_run)
            return await connection.run_sync(_version) or ""
    finally:
        await engine.dispose()


async def require_newest(owner: URL) -> None:
    """Raise ``DatabaseError`` unless the database has the newest schema."""
    engine = create_async_engine(owner, poolclass=NullPool, hide_parameters=True)
    async with engine.connect() as connection:
        found = await connection.run_sync(_version)
    if found != newest():
        raise DatabaseError(f"The database is at {found or 'nothing'}; run `hub migrate`.")


@cache
def newest() -> str:
    """Give the version this code is written for."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _run(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _version(connection: Connection) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table_schema": "public"})
    return context.get_current_revision()
