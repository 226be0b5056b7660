"""The power goes at a random moment: what was acknowledged is on the disk (security C3).

The data folder lies on an ext4 file system of its own, on a loop device. The power cut is the
kernel's: ``EXT4_IOC_SHUTDOWN`` without flushing the journal drops, in one moment, everything that
was written and had not reached the device, of all processes, and lets nothing more through. Then
the file system is mounted again, replays its journal, and the hub is started on it. The control
database does not call ``fsync``: it must lose acknowledged rows, else the cut would prove nothing.

What this does not show: a disk that says it has written what is in its own cache only, and sectors
torn in the middle. Needs root; without it the tests are skipped, and the summary says so.
"""

import asyncio
import contextlib
import fcntl
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from hub.db.embedded import EmbeddedPostgres, Server, cluster, postmaster
from hub.errors import DatabaseError

SHUTDOWN = 0x8004587D
"""``EXT4_IOC_SHUTDOWN``: ``_IOR('X', 125, __u32)``."""
NO_LOG_FLUSH = 2
CYCLES = int(os.environ.get("POWER_CUTS", "100"))
TABLE = "CREATE TABLE IF NOT EXISTS kept (number bigint PRIMARY KEY, body text NOT NULL)"
INSERT = "INSERT INTO kept VALUES ($1, repeat(md5(($1::bigint)::text), 40))"
TORN = "SELECT count(*) FROM kept WHERE body <> repeat(md5(number::text), 40)"


class Disk:
    """A file system of its own, whose power can be cut."""

    def __init__(self, folder: Path) -> None:
        self.image, self.mount = folder / "image", folder / "mount"

    def make(self) -> None:
        self.mount.mkdir()
        with self.image.open("wb") as image:
            image.truncate(600 * 1024 * 1024)
        _run("mkfs.ext4", "-q", "-F", str(self.image))
        self.plug()
        self.mount.chmod(0o711)

    def plug(self) -> None:
        _run("mount", "-o", "loop", str(self.image), str(self.mount))

    def cut(self) -> None:
        """The power goes."""
        handle = os.open(self.mount, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(handle)

    def end_processes(self) -> None:
        """End what ran on it, as a machine without power has ended."""
        cluster_folder = self.mount / "hub" / "postgres" / "cluster"
        for pid in postmaster.running(cluster_folder):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        postmaster.wait_until_gone(cluster_folder, 20)

    def unplug(self) -> None:
        for _ in range(100):
            done = subprocess.run(["umount", str(self.mount)], capture_output=True, timeout=60)
            if done.returncode == 0:
                return
            time.sleep(0.1)
        raise AssertionError(done.stderr)


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True, capture_output=True, timeout=120)


@pytest.fixture
def disk() -> Iterator[Disk]:
    folder = Path(tempfile.mkdtemp(prefix="hub-power-", dir="/tmp"))
    folder.chmod(0o711)
    found = Disk(folder)
    try:
        if os.geteuid() != 0:
            pytest.skip("Only root can cut the power of a file system: NOT tried.")
        try:
            found.make()
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("No file system can be mounted here: a power cut was NOT tried.")
        yield found
    finally:
        found.end_processes()
        subprocess.run(["umount", "--lazy", str(found.mount)], capture_output=True, timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


async def write_until(stopped: asyncio.Event, server: Server, kept: set[int], start: int) -> None:
    """Commit row after row; note each that was acknowledged."""
    number = start
    with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        connection = await asyncpg.connect(server.address(server.database), timeout=20)
        try:
            while not stopped.is_set():
                await connection.execute(INSERT, number)
                kept.add(number)
                number += 1
        finally:
            connection.terminate()


async def until_the_cut(server: Server, disk: Disk, kept: set[int], dice: random.Random) -> None:
    """Several write at once; the power goes at some moment."""
    stopped, before, first = asyncio.Event(), len(kept), max(kept, default=0) + 1
    writing = [
        asyncio.create_task(write_until(stopped, server, kept, first + side * 1_000_000))
        for side in range(4)
    ]
    deadline = time.monotonic() + 60
    while len(kept) < before + 20 and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await asyncio.sleep(dice.random() * 0.4)
    await asyncio.to_thread(disk.cut)
    acknowledged = len(kept)
    stopped.set()
    await asyncio.wait_for(asyncio.gather(*writing, return_exceptions=True), 60)
    # What was acknowledged after the cut was acknowledged by nobody's disk: there is none.
    assert len(kept) - acknowledged <= len(writing)
    assert acknowledged > before, "nothing was acknowledged before the cut"


async def lost(server: Server, kept: set[int]) -> set[int]:
    """What was acknowledged and is missing; what is there is whole."""
    connection = await asyncpg.connect(server.address(server.database), timeout=20)
    try:
        there = {row[0] for row in await connection.fetch("SELECT number FROM kept")}
        assert await connection.fetchval(TORN) == 0
        return kept - there
    finally:
        await connection.close()


async def execute(server: Server, statement: str) -> None:
    connection = await asyncpg.connect(server.address(server.database), timeout=20)
    await connection.execute(statement)
    await connection.close()


def one_cycle(disk: Disk, kept: set[int], dice: random.Random) -> set[int]:
    """Start, write, cut the power, plug in again, start: give what was lost."""
    data_dir = disk.mount / "hub"
    postgres = EmbeddedPostgres(data_dir)
    server = postgres.start()
    asyncio.run(execute(server, TABLE))
    asyncio.run(until_the_cut(server, disk, kept, dice))
    disk.end_processes()
    # The data folder cannot be asked any more; what this process holds of it goes.
    postgres._reap(5)
    postgres._ownership.release()
    disk.unplug()
    disk.plug()
    after = EmbeddedPostgres(data_dir, attempts=2)
    try:
        return asyncio.run(lost(after.start(), kept))
    finally:
        after.stop()


@pytest.mark.long
def test_what_was_acknowledged_outlives_the_power(disk: Disk) -> None:
    dice, kept = random.Random(int(os.environ.get("POWER_SEED", "7"))), set[int]()
    for number in range(CYCLES):
        assert one_cycle(disk, kept, dice) == set()
        sys.stdout.write(f"{number + 1} cuts, {len(kept)} rows acknowledged, none lost\n")


@pytest.mark.long
def test_a_database_that_does_not_sync_loses_some(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same cut, and what was acknowledged is missing, or nothing starts."""
    monkeypatch.setitem(cluster.SETTINGS, "fsync", "off")
    kept = set[int]()
    try:
        missing, why = one_cycle(disk, kept, random.Random(8)), "rows"
    except (DatabaseError, asyncpg.PostgresError) as error:
        missing, why = kept, type(error).__name__  # there is nothing to start, or no table in it
    assert missing
    sys.stdout.write(f"{len(missing)} of {len(kept)} acknowledged rows lost ({why})\n")
