"""A drill: back up, lose the machine, restore, confirm, serve (security B2, B3, B4, B5)."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.db.backup.copying import TOOLS, is_unconfirmed
from hub.db.embedded import EmbeddedPostgres, binaries

ROOT = Path(__file__).parents[2]


def hub(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Type a command of the hub's, as an operator does."""
    return subprocess.run(
        [sys.executable, "-m", "hub.cli", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        env={"PATH": os.defpath, "HUB_ENV": "development", "HUB_DATA_DIR": str(data_dir)},
    )


def said(data_dir: Path, *arguments: str) -> str:
    done = hub(data_dir, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """The data folders of the machine that is lost and of the one after it."""
    pair = tmp_path / "lost", tmp_path / "new"
    yield pair
    for folder in pair:
        if (folder / "postgres.json").exists():
            embedded = EmbeddedPostgres(folder)
            embedded.start()
            embedded.destroy()


@pytest.mark.parametrize("tool", TOOLS)
def test_the_programs_relied_upon_work(tool: str) -> None:
    """One that crashes even on ``--version`` would be noticed on the day it is needed."""
    program = binaries.shipped().program(tool)
    done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30)
    assert (done.returncode, "18." in done.stdout) == (0, True)


def test_a_hub_comes_back_from_its_backup(folders: tuple[Path, Path], tmp_path: Path) -> None:
    lost, new = folders
    key, public, file = tmp_path / "key", tmp_path / "key.pub", tmp_path / "hub.backup"
    public.write_text(said(lost, "backup-key", str(key)))
    for client in ("police", "leaver"):
        said(
            lost,
            *("client", "add", client, "--title", "t", "--role", "submitter"),
            *("--agency", "HERTS_POLICE"),
        )
    said(lost, "backup", str(file), "--to", str(public))
    assert file.stat().st_mode & 0o777 == 0o600
    password = (lost / "postgres-owner.password").read_bytes()
    content = file.read_bytes()
    assert password not in content
    assert b"PG_VERSION" not in content
    said(lost, "client", "disable", "leaver")

    told = said(new, "restore", str(file), "--key", str(key))
    assert is_unconfirmed(new)
    options = told.split("hub restore-confirm ")[1].split(" [")[0].split()
    refused = hub(new, "client", "list")
    assert (refused.returncode, "nobody has confirmed" in refused.stderr) == (1, True)
    wrong = hub(new, "restore-confirm", "--policy", "looser")
    assert (wrong.returncode, is_unconfirmed(new)) == (1, True)

    said(new, "restore-confirm", *options, "--disable", "leaver")
    clients = {one["clientId"]: one for one in json.loads(said(new, "client", "list", "--json"))}
    assert {name: one["enabled"] for name, one in clients.items()} == {
        "police": True,
        "leaver": False,
    }
    verdict = json.loads(said(new, "audit", "verify", "--json"))
    assert verdict["intact"]
    # Two clients, the backup; then, on the new machine, one disabled and the restore.
    assert verdict["head"]["sequence"] == 5
    assert not (new / "keys" / "signing.json").exists() or (
        (new / "keys" / "signing.json").read_bytes()
        != (lost / "keys" / "signing.json").read_bytes()
    )
    again = hub(new, "restore", str(file), "--key", str(key))
    assert (again.returncode, "empty" in again.stderr) == (1, True)


def test_a_changed_backup_leaves_nothing_behind(folders: tuple[Path, Path], tmp_path: Path) -> None:
    new, key, file = folders[1], tmp_path / "key", tmp_path / "hub.backup"
    said(new, "backup-key", str(key))
    file.write_bytes(b"hub-backup-1\n" + bytes(200))
    done = hub(new, "restore", str(file), "--key", str(key))
    assert (done.returncode, "changed or cut" in done.stderr) == (1, True)
    assert not (new / "postgres.json").exists()
    assert not is_unconfirmed(new)
