"""A drill: back up, lose the machine, restore, confirm, serve (security B1 to B5)."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from typer.testing import CliRunner

from hub.cli import app as cli
from hub.clock import now
from hub.db.backup.archive import Archive
from hub.db.backup.copying import TOOLS, is_unconfirmed
from hub.db.embedded import EmbeddedPostgres, binaries, postmaster
from hub.db.embedded.home import settle
from hub.db.server import running_server
from hub.errors import HubError
from hub.running import running
from hub.settings import Settings
from hub.settings import settings as read_settings

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Machine:
    """A data folder, and an operator at it."""

    folder: Path

    async def told(self, *words: str) -> str:
        """Type a command; what it printed. Raises what the command raised."""
        return await asyncio.to_thread(self._typed, words)

    def _typed(self, words: tuple[str, ...]) -> str:
        read_settings.cache_clear()
        env = {"HUB_DATA_DIR": str(self.folder), "HUB_ENV": "development", "HUB_DATABASE_URL": None}
        try:
            done = CliRunner().invoke(cli, list(words), env=env)
        finally:
            read_settings.cache_clear()
        if isinstance(done.exception, HubError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.stdout

    async def clients(self) -> dict[str, bool]:
        """Every client, and whether it may still come in."""
        listed = json.loads(await self.told("client", "list", "--json"))
        return {one["clientId"]: one["enabled"] for one in listed}

    async def add(self, client: str) -> None:
        role = ("--role", "submitter", "--agency", "HERTS_POLICE")
        await self.told("client", "add", client, "--title", "t", *role)

    @asynccontextmanager
    async def up(self) -> AsyncIterator[None]:
        """The database runs on between commands, as beside a hub that serves."""
        postgres = EmbeddedPostgres(self.folder)
        await asyncio.to_thread(postgres.start)
        yield
        await asyncio.to_thread(postgres.stop)


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[tuple[Machine, Machine, Machine]]:
    """The machine that is lost, and two after it."""
    found = tuple(Machine(tmp_path / name) for name in ("lost", "new", "then"))
    yield found  # type: ignore[misc]
    for one in found:
        if (one.folder / "postgres.json").exists():
            home = settle(one.folder)
            postmaster.shut_down(home.cluster)
            shutil.rmtree(home.folder)


@pytest.mark.parametrize("tool", TOOLS)
def test_the_programs_relied_upon_work(tool: str) -> None:
    """One that crashes even on ``--version`` would be noticed on the day it is needed."""
    program = binaries.shipped().program(tool)
    done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30)
    assert (done.returncode, "18." in done.stdout) == (0, True)


async def test_a_hub_comes_back_from_its_backup(
    machines: tuple[Machine, Machine, Machine], tmp_path: Path
) -> None:
    lost, new, then = machines
    key, public, file = tmp_path / "key", tmp_path / "key.pub", tmp_path / "hub.backup"
    public.write_text(await lost.told("backup-key", str(key)))
    archive = tmp_path / "log"
    await lost.told("backup-archive", str(archive), "--to", str(public))
    async with running(Settings(env="development", data_dir=lost.folder)):
        await lost.add("police")
        await lost.add("leaver")
        await lost.told("backup", str(file), "--to", str(public))
        await lost.told("client", "disable", "leaver")
        moment = now()
        await lost.add("later")
    pieces = _closed(lost, file, archive)
    assert f"{pieces} pieces" in await lost.told("backup-archive")
    await _comes_back(lost, new, file, key)

    back = ("restore", str(file), "--key", str(key), "--archive", str(archive))
    await then.told(*back, "--until", moment.isoformat())
    async with then.up():
        told = await then.told("restore-confirm", *await _policies(then))
        assert "Confirmed" in told
        # What came after the backup and before the moment holds; what came after it does not.
        assert await then.clients() == {"police": True, "leaver": False}
        verdict = json.loads(await then.told("audit", "verify", "--json"))
        assert (verdict["intact"], verdict["head"]["sequence"]) == (True, 5)


@pytest.mark.long
async def test_less_than_a_minute_can_be_lost(
    machines: tuple[Machine, Machine, Machine], tmp_path: Path
) -> None:
    """The piece of the log that holds an act is in the archive within a minute of the act (B1)."""
    lost, public, archive = machines[0], tmp_path / "key.pub", tmp_path / "log"
    public.write_text(await lost.told("backup-key", str(tmp_path / "key")))
    await lost.told("backup-archive", str(archive), "--to", str(public))
    async with running(Settings(env="development", data_dir=lost.folder)) as hub:
        await lost.add("police")
        started = time.monotonic()
        async with running_server(hub.settings) as address:
            owner = create_async_engine(address, poolclass=NullPool)
            async with owner.connect() as connection:
                name = await connection.scalar(text("SELECT pg_walfile_name(pg_current_wal_lsn())"))
        while f"{name}.sealed" not in {piece.name for piece in Archive(archive, "").pieces}:
            assert time.monotonic() - started < 60
            await asyncio.sleep(0.5)
    sys.stdout.write(f"archived after {time.monotonic() - started:.0f} s\n")


def _closed(lost: Machine, file: Path, archive: Path) -> int:
    """Neither the backup nor the archive can be read without the key; gives how many pieces."""
    assert file.stat().st_mode & 0o777 == 0o600
    password = (lost.folder / "postgres-owner.password").read_bytes()
    content = file.read_bytes()
    assert password not in content
    assert b"PG_VERSION" not in content
    pieces = Archive(archive, "").pieces
    assert len(pieces) > 1
    for piece in pieces:
        assert piece.stat().st_mode & 0o777 == 0o600
        assert b"leaver" not in piece.read_bytes()
    return len(pieces)


async def _policies(machine: Machine) -> list[str]:
    """The versions that a restored hub asks to confirm, as the refusal of wrong ones names them."""
    with pytest.raises(HubError) as wrong:
        await machine.told("restore-confirm", "--policy", "looser")
    names = wrong.value.message.split(": ")[1].split(". ")[0].split(", ")
    return [word for name in names for word in ("--policy", name)]


async def _comes_back(lost: Machine, new: Machine, file: Path, key: Path) -> None:
    told = await new.told("restore", str(file), "--key", str(key))
    assert is_unconfirmed(new.folder)
    options = told.split("hub restore-confirm ")[1].split(" [")[0].split()
    async with new.up():
        with pytest.raises(HubError, match="nobody has confirmed"):
            await new.told("client", "list")
        assert await _policies(new) == options
        assert is_unconfirmed(new.folder)
        await new.told("restore-confirm", *options, "--disable", "leaver")
        assert await new.clients() == {"police": True, "leaver": False}
        verdict = json.loads(await new.told("audit", "verify", "--json"))
        # Two clients, the backup; then, on the new machine, one disabled and the restore.
        assert (verdict["intact"], verdict["head"]["sequence"]) == (True, 5)
    signing = [one.folder / "keys" / "signing.json" for one in (lost, new)]
    assert not signing[1].exists() or signing[0].read_bytes() != signing[1].read_bytes()
    with pytest.raises(HubError, match="empty"):
        await new.told("restore", str(file), "--key", str(key))


def test_a_changed_backup_leaves_nothing_behind(
    machines: tuple[Machine, Machine, Machine], tmp_path: Path
) -> None:
    """In a process of its own, as an operator sees it."""
    new, key, file = machines[1].folder, tmp_path / "key", tmp_path / "hub.backup"
    env = {"PATH": os.defpath, "HUB_ENV": "development", "HUB_DATA_DIR": str(new)}
    machines[1]._typed(("backup-key", str(key)))
    file.write_bytes(b"hub-backup-1\n" + bytes(200))
    done = subprocess.run(
        [sys.executable, "-m", "hub.cli", "restore", str(file), "--key", str(key)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        env=env,
    )
    assert (done.returncode, "changed or cut" in done.stderr) == (1, True)
    assert not (new / "postgres.json").exists()
    assert not is_unconfirmed(new)
