"""Brings a database to the newest schema; harmless to repeat, safe to run twice at once."""

from functools import cache
from pathlib import Path

from sqlalchemy import URL, Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
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
            if await _version(connection) != newest():
                await connection.run_sync(_run)
            return await _version(connection)
    finally:
        await engine.dispose()


async def require_newest(owner: URL) -> None:
    """Raise ``DatabaseError`` unless the database has the newest schema."""
    engine = create_async_engine(owner, poolclass=NullPool, hide_parameters=True)
    async with engine.connect() as connection:
        found = await _version(connection)
    if found != newest():
        raise DatabaseError(f"The database is at {found or 'nothing'}; run `hub migrate`.")


@cache
def newest() -> str:
    """Give the version this code is written for: the name of the last migration's file.

    Alembic would read every migration to say the same.
    """
    return max(path.stem for path in (SCRIPTS / "versions").glob("[0-9]*.py"))


def _run(connection: Connection) -> None:
    # Imported by the few starts that find an older database: it takes a tenth of a second.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def _version(connection: AsyncConnection) -> str:
    """Give the version of a database; nothing for one that was never migrated."""
    if await connection.scalar(text("SELECT to_regclass('public.alembic_version')")) is None:
        return ""
    query = text("SELECT version_num FROM public.alembic_version")
    return str(await connection.scalar(query) or "")
