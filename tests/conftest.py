"""The embedded PostgreSQL for every test that asks for it.

One server is started per test session, at the first test that needs it, in a folder of its own.
Its database ``hub`` is migrated once and is the template; a test that takes the fixture
``database`` works on a copy of its own, with all four logins, and never sees another test's
rows (copies are emptied and used again, see ``tests/databases.py``). ``settings`` is what that
database was opened with, for tests that open it themselves (an application under test);
``owner`` connects to it as the owner, for looking at what no duty may see. ``fresh_settings()``
gives further copies: for two databases in one test, or for a wider-scoped fixture of a module
whose tests only read.
"""

import asyncio
import gc
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from hub.db.embedded import EmbeddedPostgres, Server
from hub.db.engine import Database
from hub.db.logins import credentials
from hub.db.migrate import upgrade
from hub.db.server import owner_address
from hub.settings import Settings
from tests.databases import Databases

KEPT = "HUB_TESTS_DATA_DIR"
"""Names the data folder of a server that runs already, migrated: for many short runs in a row."""
MEMORY = Path("/dev/shm")  # noqa: S108 (made private by mkdtemp)
ROOM = 8 * 1024**3
"""Bytes that must be free there before the tests' server is put into memory."""

LONGEST = (
    "functional/test_examples.py",
    "functional/test_crash.py",
    "functional/test_demo.py",
    "functional/test_release.py",
    "functional/test_backup.py",
    "functional/test_releases_under_load.py",
    "hostile/test_hostile_surface.py",
    "functional/test_workers.py",
    "functional/test_noninterference.py",
    "generative/test_methods_promise.py",
    "functional/test_one_value_pages.py",
    "functional/test_one_value.py",
    "integration/test_db_embedded.py",
    "browser/test_pages.py",
    "browser/test_returns.py",
    "generative/test_returns_rows.py",
    "generative/test_disclosure_promise.py",
    "functional/test_crash_release.py",
    "functional/test_standby.py",
)
"""Files that take longest; begun first, so that no process is left alone with one at the end."""

# What is imported and collected (440,000 objects) stays to the end: to look through it again and
# again for garbage is a fifth of a run's first seconds, and more later.
gc.disable()

HERE = Path(__file__).parent
FreshSettings = Callable[[], AbstractAsyncContextManager[Settings]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; within a file, and among the others, nothing moves."""
    places = {HERE / path: place for place, path in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


def pytest_collection_finish() -> None:
    """Collect garbage from here on, and only that of the tests themselves."""
    gc.freeze()
    gc.enable()


@dataclass(frozen=True, slots=True)
class Template:
    """The session's server, the data folder that holds its credentials, and its databases."""

    server: Server
    data_dir: Path
    databases: Databases


def _room() -> Path | None:
    """Where the session's server is kept: in memory if there is room, else (None) on disk.

    Hundreds of databases come and go in a run, 15 GB of writes that no test looks at. The tests of
    what a crash leaves behind start servers of their own, on disk.
    """
    usable = MEMORY.is_dir() and os.access(MEMORY, os.W_OK | os.X_OK)
    return MEMORY if usable and shutil.disk_usage(MEMORY).free > ROOM else None


@pytest.fixture(scope="session")
async def template() -> AsyncIterator[Template]:
    """The session's embedded server, its database ``hub`` migrated and then left alone."""
    # A run that is told to end (by `timeout`, by CI) ends its server too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    kept = os.environ.get(KEPT)
    if kept:
        data_dir = Path(kept)
        server = await asyncio.to_thread(EmbeddedPostgres(data_dir).start)
        databases = Databases(server)
        yield Template(server, data_dir, databases)
        await databases.clear()
        return
    data_dir = Path(tempfile.mkdtemp(prefix="hub-tests-", dir=_room()))
    embedded = EmbeddedPostgres(data_dir)
    try:
        server = await asyncio.to_thread(embedded.start)
        await upgrade(server.url, credentials(data_dir))
        yield Template(server, data_dir, Databases(server))
    finally:
        await asyncio.to_thread(embedded.destroy)
        shutil.rmtree(data_dir, ignore_errors=True)


@asynccontextmanager
async def copy_of(template: Template) -> AsyncIterator[Settings]:
    """Give settings that name an empty, migrated database nobody else uses."""
    async with template.databases.copy() as name:
        # Long runs ask more in a minute than any client may; the rates have tests of their own.
        yield Settings(
            env="development",
            data_dir=template.data_dir,
            database_url=SecretStr(template.server.address(name)),
            requests_per_minute=10**9,
            address_requests_per_minute=10**9,
            rows_per_minute=10**9,
        )


@pytest.fixture(scope="session")
def fresh_settings(template: Template) -> FreshSettings:
    """Give what makes further databases, to be called in an ``async with``."""
    return lambda: copy_of(template)


@pytest.fixture
async def settings(template: Template) -> AsyncIterator[Settings]:
    """Settings that name a database of the test's own (development profile)."""
    async with copy_of(template) as own:
        yield own


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """A migrated, empty database of the test's own, with all four kinds of session."""
    opened = await Database.open(settings)
    yield opened
    await opened.close()


@pytest.fixture
async def owner(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """The owner's connections to the same database: may do and see everything."""
    engine = create_async_engine(owner_address(settings), poolclass=NullPool)
    yield engine
    await engine.dispose()
