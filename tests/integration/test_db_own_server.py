"""A server of one's own: over TCP with TLS, an owner that is no superuser; and what is refused."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from hub import keyfiles
from hub.db.engine import Database
from hub.db.logins import Duty, stored
from hub.db.migrate import migrate
from hub.db.roles import replace_passwords
from hub.db.server import owner_address
from hub.errors import DatabaseError
from hub.settings import Settings
from tests.integration.line import Line, line_to, self_signed
from tests.integration.own_server import OWNER, SET_UP, OwnServer, own_server

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
async def own() -> AsyncIterator[OwnServer]:
    """A server made as the how-to says, without data checksums (PostgreSQL before 18)."""
    async with own_server("--no-data-checksums") as server:
        await server.start()
        await server.ask(*SET_UP)
        yield server


@pytest.fixture(scope="module")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the hub that uses the server, with the server's certificate."""
    return tmp_path_factory.mktemp("own")


@pytest.fixture(scope="module")
async def line(own: OwnServer, folder: Path) -> AsyncIterator[Line]:
    """What speaks TLS before the server; the hub's logins are made over it, once."""
    authority, context = self_signed(folder)
    async with line_to(own.port, context) as made:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PGSSLROOTCERT", str(authority))
            await migrate(naming(made, folder))
        yield made


@pytest.fixture
def settings(line: Line, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("PGSSLROOTCERT", str(folder / "server.crt"))
    return naming(line, folder)


def naming(line: Line, data_dir: Path, sslmode: str = "verify-full") -> Settings:
    address = f"postgresql://hub_owner:{OWNER}@127.0.0.1:{line.port}/hub?sslmode={sslmode}"
    return Settings(env="development", data_dir=data_dir, database_url=SecretStr(address))


@pytest.fixture
async def owner(settings: Settings) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(owner_address(settings), poolclass=NullPool)
    yield engine
    await engine.dispose()


async def test_an_owner_without_superuser_is_enough(
    line: Line, settings: Settings, owner: AsyncEngine
) -> None:
    rights = "SELECT rolsuper OR rolbypassrls OR rolreplication OR rolcreatedb"
    async with owner.connect() as connection:
        query = text(f"{rights} FROM pg_roles WHERE rolname = current_user")
        assert await connection.scalar(query) is False
    before = line.encrypted
    database = await Database.open(settings)
    try:
        for kind in ("intake", "release", "protected", "identity"):
            async with getattr(database, kind)() as session:
                assert await session.scalar(text("SELECT 1")) == 1
    finally:
        await database.close()
    assert line.encrypted >= before + 5  # the owner and four logins
    assert await migrate(settings)  # harmless to repeat


async def test_a_certificate_nobody_vouches_for_is_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stranger, _ = self_signed(tmp_path)
    monkeypatch.setenv("PGSSLROOTCERT", str(stranger))
    with pytest.raises(DatabaseError):
        await Database.open(settings)


async def test_what_asks_for_no_tls_gets_none(line: Line, settings: Settings) -> None:
    """The mode of the address is the one that is used: the line lets nobody in without."""
    with pytest.raises(DatabaseError):
        await Database.open(naming(line, settings.data_dir, "disable"))


@pytest.mark.parametrize(
    "off",
    [
        (),
        ("fsync",),
        ("full_page_writes",),
        ("synchronous_commit",),
        ("fsync", "full_page_writes", "synchronous_commit"),
    ],
)
async def test_production_refuses_what_may_lose_rows_and_others_warn(
    own: OwnServer, settings: Settings, off: tuple[str, ...]
) -> None:
    """C2: this cluster has no checksums, and each other safeguard is switched off in turn."""
    await own.switch("off", *off)
    try:
        with pytest.raises(DatabaseError) as refused:
            await Database.open(settings.model_copy(update={"env": "production"}))
        assert all(name in str(refused.value) for name in (*off, "data_checksums"))
        await (await Database.open(settings)).close()
    finally:
        await own.switch("on", *off)


async def test_passwords_are_replaced_under_a_running_hub(
    settings: Settings, owner: AsyncEngine
) -> None:
    """S5: no request fails while every login gets a new password, and the old ones end."""
    before = stored(settings.data_dir)
    database = await Database.open(settings)
    over = asyncio.Event()
    asking = [asyncio.create_task(ask_until(database, over)) for _ in range(4)]
    try:
        for _ in range(3):
            await replace_passwords(owner, settings.data_dir)
            await asyncio.sleep(0.1)
        over.set()
        assert min(await asyncio.gather(*asking)) > 0
    finally:
        over.set()
        await database.close()
    after = stored(settings.data_dir)
    assert after.before == {}
    for duty in Duty:
        assert after.passwords[duty] != before.passwords[duty]
        with pytest.raises(asyncpg.InvalidPasswordError):
            await enter(settings, duty, before.passwords[duty])
        await enter(settings, duty, after.passwords[duty])


async def ask_until(database: Database, over: asyncio.Event) -> int:
    """Begin transactions one after the other on connections that are new each time."""
    asked = 0
    while not over.is_set():
        async with database.protected() as session:
            await session.execute(text("SELECT 1"))
            raw = await (await session.connection()).get_raw_connection()
            raw.invalidate(soft=True)  # not used again
        asked += 1
    return asked


async def enter(settings: Settings, duty: Duty, password: str) -> None:
    url = owner_address(settings)
    ssl = str(url.query["ssl"])
    connection = await asyncpg.connect(
        host=url.host,
        port=url.port,
        user=duty.value,
        password=password,
        database=url.database,
        ssl=ssl,
    )
    await connection.close()


@pytest.mark.parametrize("stopped", ["before the server changed", "after the server changed"])
async def test_a_replacement_that_was_stopped_leaves_the_hub_able_to_enter(
    settings: Settings, owner: AsyncEngine, stopped: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, really_write = 0, keyfiles.write

    def write(path: Path, content: str) -> None:
        nonlocal written
        written += 1
        if stopped.startswith("after") and written == 2:
            raise OSError("the power went")
        really_write(path, content)

    def verifier(password: str) -> str:
        raise OSError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr("hub.db.roles.keyfiles.write", write)
        if stopped.startswith("before"):
            patch.setattr("hub.db.roles.scram_verifier", verifier)
        with pytest.raises(OSError, match="power"):
            await replace_passwords(owner, settings.data_dir)
    assert stored(settings.data_dir).before
    database = await Database.open(settings)
    async with database.protected() as session:
        await session.execute(text("SELECT 1"))
    await database.close()
    await replace_passwords(owner, settings.data_dir)
    assert not stored(settings.data_dir).before


async def test_postgresql_takes_the_shipped_settings() -> None:
    """With sizes of this machine, and without TLS, which the embedded programs lack."""
    conf = (ROOT / "infra/postgres/postgresql.conf").read_text(encoding="utf-8")
    for old, new in (("= 8GB\n", "= 64MB\n"), ("= 1GB", "= 64MB"), ("ssl = on", "ssl = off")):
        assert old in conf
        conf = conf.replace(old, new)
    async with own_server() as server:
        file = server.folder / "hub.conf"
        server.give(file, conf)
        await server.start(config_file=str(file), shared_buffers="64MB")
        assert await server.ask("SHOW log_parameter_max_length_on_error") == "0"
        assert await server.ask("SHOW hot_standby_feedback") == "on"
        assert await server.ask("SHOW fsync") == "on"
