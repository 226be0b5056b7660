"""How long the embedded database takes to come back after a crash (security C7).

    python -m benchmarks.recovery [megabytes of log, 1024]

Rows as returns have them are written until so much log stands behind the last checkpoint; then
every process of the server is killed and it is started again. The second line is with the settings
the hub ships, under which a checkpoint comes before there is so much log.
"""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
import time
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
            if rows >= 40 * megabytes * 100:
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


def redo(log: Path) -> str:
    """What the server says of its replay: the processor's time does not depend on the load."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line.partition("LOG:  ")[2] for line in lines[::-1] if "redo done" in line), "-")


def measure(name: str, megabytes: int) -> None:
    """Write, kill, start again; print how long that took."""
    with tempfile.TemporaryDirectory() as folder:
        postgres = EmbeddedPostgres(Path(folder))
        server = postgres.start()
        try:
            rows, behind = asyncio.run(written(server, megabytes))
            for pid in postmaster.running(settle(Path(folder)).cluster):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            started, busy = time.monotonic(), os.getloadavg()[0]
            server = postgres.start()
            seconds = time.monotonic() - started
            assert asyncio.run(counted(server)) == rows
            redone = redo(settle(Path(folder)).log)
        finally:
            postgres.destroy()
    print(
        f"{name}: {behind / 2**20:.0f} MB of log, {rows:,} rows: back in {seconds:.1f} s at load "
        f"{busy:.1f}; {redone}",
        flush=True,
    )


def main() -> None:
    """Both lines."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 1024
    shipped = dict(cluster.SETTINGS)
    cluster.SETTINGS |= NO_CHECKPOINT
    measure("without a checkpoint", megabytes)
    cluster.SETTINGS.clear()
    cluster.SETTINGS |= shipped
    measure("as shipped", megabytes)


if __name__ == "__main__":
    main()
