"""The embedded PostgreSQL for every test that asks for it.

One server is started per test session, at the first test that needs it, in a folder of its own.
Its database ``hub`` is migrated once and is the template; a test that takes the fixture
``database`` works on a copy of its own, with all four logins, and never sees another test's
rows. ``make_database`` gives further copies to one test; ``owner`` connects as the owner, for
looking at what no duty may see. A module that changes nothing may share one copy by defining a
module-scoped fixture with ``copy_of_template``.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from hub.db.embedded import EmbeddedPostgres, Server
from hub.db.engine import Database
from hub.db.logins import credentials
from hub.db.migrate import upgrade
from hub.settings import Settings

MakeDatabase = Callable[[], Awaitable[Database]]


@pytest.fixture(scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """The session's embedded server, its database ``hub`` migrated and left alone as template."""
    data_dir = tmp_path_factory.mktemp("data")
    embedded = EmbeddedPostgres(data_dir)
    server = await asyncio.to_thread(embedded.start)
    await upgrade(server.url, credentials(data_dir))
    yield server
    await asyncio.to_thread(embedded.destroy)


@pytest.fixture(scope="session")
def data_dir(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the session's server: its credentials are there."""
    return tmp_path_factory.getbasetemp() / "data0"


@asynccontextmanager
async def copy_of_template(server: Server, data_dir: Path) -> AsyncIterator[Settings]:
    """Make a database from the template; give settings that name it; drop it afterwards."""
    name = f"test_{secrets.token_hex(6)}"
    admin = create_async_engine(
        server.url.set(database="postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    async with admin.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {server.database}"))
    try:
        url = server.url.set(host=None, database=name).render_as_string(hide_password=False)
        yield Settings(
            env="development",
            data_dir=data_dir,
            database_url=SecretStr(f"{url}?host={server.socket_folder}&port={server.port}"),
        )
    finally:
        async with admin.connect() as connection:
            await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        await admin.dispose()
