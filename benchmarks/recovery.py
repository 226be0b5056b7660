"""How long the embedded database takes to come back after a crash (security C7).

    python -m benchmarks.recovery [megabytes of log, 1024]

Rows as returns have them are written until so much log stands behind the last checkpoint; then
every process of the server is killed and it is started again. The second line is with the settings
the hub ships, under which a checkpoint comes before there is so much log.
"""

import asyncio
import contextlib
import os
import re
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from hub.db.embedded import EmbeddedPostgres, Server, cluster, postmaster
from hub.db.embedded.home import settle

TABLE = """CREATE TABLE kept (return_id uuid, revision int, area text, period text, breakdown text,
    indicator text, value numeric, note text, PRIMARY KEY (return_id, area, indicator))"""
ROWS = """INSERT INTO kept SELECT md5(($1::int + number / 1000)::text)::uuid, 1,
    'E07' || number % 1000, '2017-05', '', 'POL_DA_CRIME', number, NULL
    FROM generate_series(0, 99999) AS number"""
"""A hundred returns of a thousand rows."""
BEHIND = """SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn)::bigint
    FROM pg_control_checkpoint()"""
NO_CHECKPOINT = {"max_wal_size": "8GB", "checkpoint_timeout": "1h"}


async def written(server: Server, megabytes: int) -> tuple[int, int]:
    """Write until so much log is behind the checkpoint, or enough was; gives rows and bytes."""
    connection = await asyncpg.connect(server.address(server.database))
    rows = 0
    try:
        await connection.execute(TABLE)
        await connection.execute("CHECKPOINT")
        for _ in range(400):
            await connection.execute(ROWS, rows // 1000)
            rows += 100_000
            behind = int(await connection.fetchval(BEHIND))
            if behind >= megabytes * 1024 * 1024:
                break
            if rows >= 50 * megabytes * 100:
                break
        return rows, behind
    finally:
        await connection.close()


async def counted(server: Server) -> int:
    """How many rows are there."""
    connection = await asyncpg.connect(server.address(server.database))
    try:
        return int(await connection.fetchval("SELECT count(*) FROM kept"))
    finally:
        await connection.close()


@dataclass(frozen=True, slots=True)
class Comeback:
    """A crash and the start after it: megabytes of log, rows, seconds of the clock, the load, and
    the seconds of processor that the replay took, which do not depend on the load."""

    log: float
    rows: int
    seconds: float
    load: float
    replay: float


def replayed(log: Path) -> float:
    """What the server's log says of its last replay."""
    text = log.read_text(encoding="utf-8", errors="replace")
    found = re.findall(r"redo done at .* CPU: user: ([0-9.]+) s, system: ([0-9.]+) s", text)
    return sum(map(float, found[-1])) if found else 0.0


def measure(megabytes: int) -> Comeback:
    """Write, kill, start again; every row is there."""
    with tempfile.TemporaryDirectory() as folder:
        postgres, home = EmbeddedPostgres(Path(folder)), settle(Path(folder))
        server = postgres.start()
        try:
            rows, behind = asyncio.run(written(server, megabytes))
            for pid in postmaster.running(home.cluster):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            started, load = time.monotonic(), os.getloadavg()[0]
            server = postgres.start()
            seconds = time.monotonic() - started
            assert asyncio.run(counted(server)) == rows
            return Comeback(behind / 2**20, rows, seconds, load, replayed(home.log))
        finally:
            postgres.destroy()


def without_checkpoints(megabytes: int) -> Comeback:
    """The same where no checkpoint shortens the log."""
    shipped = dict(cluster.SETTINGS)
    cluster.SETTINGS |= NO_CHECKPOINT
    try:
        return measure(megabytes)
    finally:
        cluster.SETTINGS.clear()
        cluster.SETTINGS |= shipped


def main() -> None:
    """Both lines."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 1024
    for name, act in (("without a checkpoint", without_checkpoints), ("as shipped", measure)):
        found = act(megabytes)
        print(
            f"{name}: {found.log:.0f} MB of log, {found.rows:,} rows: back in "
            f"{found.seconds:.1f} s at load {found.load:.1f}; the replay took {found.replay:.1f} s "
            "of processor",
            flush=True,
        )


if __name__ == "__main__":
    main()
