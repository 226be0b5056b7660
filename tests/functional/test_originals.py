"""What an agency sent is kept only where policy says so: sealed, and for a while (security U7)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from hub.auth.roles import Role
from hub.cli import app as cli
from hub.clock import now
from hub.db.backup.envelope import make_keys
from hub.db.engine import Database
from hub.db.maintenance import maintaining
from hub.errors import NotFoundError, SettingsError
from hub.running import RunningHub
from hub.settings import Settings
from hub.submissions.originals import forget_originals, original_of
from tests.functional.conftest import Client, Sign

ADDRESS = ("POLICE_CRIME", "HERTS_POLICE", "CY2017")
BODY = b"indicator,area,period,value,status,note\r\nPOL_DA_CRIME,E07000102,,98765,,\r\n"
CSV = {"Content-Type": "text/csv"}


@pytest.fixture
def key(tmp_path: Path) -> Path:
    (tmp_path / "key.pub").write_text(make_keys(tmp_path / "key"))
    return tmp_path / "key"


async def kept(owner: AsyncEngine) -> list[bytes]:
    async with owner.connect() as connection:
        return list(await connection.scalars(text("SELECT sealed FROM intake.original")))


@pytest.fixture
async def database(
    request: pytest.FixtureRequest, settings: Settings, key: Path
) -> AsyncIterator[Database]:
    """A database that keeps originals, unless the test says otherwise."""
    file = key.with_suffix(".pub") if getattr(request, "param", True) else None
    opened = await Database.open(settings.model_copy(update={"originals_key": file}))
    yield opened
    await opened.close()


@pytest.fixture
async def police(sign: Sign) -> Client:
    return await sign(Role.SUBMITTER, "HERTS_POLICE")


async def test_it_is_sealed_and_comes_back_as_it_was_sent(
    hub: RunningHub, police: Client, owner: AsyncEngine, key: Path, tmp_path: Path
) -> None:
    address = "/".join(ADDRESS)
    for query in ("?dryRun=true", "", ""):  # only what becomes a revision is kept
        await police.put(f"{address}{query}", BODY, **CSV)
    (sealed,) = await kept(owner)
    assert b"98765" not in sealed
    async with maintaining(hub.settings, "HERTS_POLICE") as session:
        assert await original_of(session, *ADDRESS, 1) == ("text/csv", sealed)
        with pytest.raises(NotFoundError):
            await original_of(session, *ADDRESS, 2)
    (tmp_path / "sealed").write_bytes(sealed)
    words = ["original", "open", str(tmp_path / "sealed"), str(tmp_path / "plain")]
    assert CliRunner().invoke(cli, [*words, "--key", str(key)]).exit_code == 0
    assert (tmp_path / "plain").read_bytes() == BODY


async def test_it_is_deleted_when_its_time_is_over(
    hub: RunningHub, police: Client, owner: AsyncEngine
) -> None:
    await police.put("/".join(ADDRESS), BODY, **CSV)
    for days, gone in ((29, 0), (31, 1)):
        async with hub.database.release() as session:
            assert await forget_originals(session, now() + timedelta(days=days), 30) == gone
    assert await kept(owner) == []


@pytest.mark.parametrize("database", [False], indirect=True)
async def test_without_a_key_nothing_is_kept(police: Client, owner: AsyncEngine) -> None:
    assert (await police.put("/".join(ADDRESS), BODY, **CSV)).status_code == 201
    assert await kept(owner) == []


async def test_a_key_that_is_none_stops_the_start(settings: Settings, key: Path) -> None:
    for file in (key, key.with_suffix(".gone")):
        with pytest.raises(SettingsError):
            await Database.open(settings.model_copy(update={"originals_key": file}))
