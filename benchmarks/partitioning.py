"""Whether published observations gain by lying in partitions, one for each release.

Run ``python -m benchmarks.partitioning --releases 10 --rows 270000`` for 2.7 million observations.
The same made-up releases are written into the table as the hub has it and into one partitioned by
release, whose partitions are filled, indexed and then attached. Measured: writing each release,
reading a series and a table of the last one with the hub's own columns and order, planning them,
and taking the first release away. Row level security is on for the reader, as it is in the hub.
"""

# ruff: noqa: S608 - names of tables are this program's own
import argparse
import asyncio
import itertools
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg

from hub.db.embedded import EmbeddedPostgres, Server

COLUMNS = (
    "release_id text NOT NULL, indicator text NOT NULL, area text NOT NULL, period text NOT NULL, "
    "breakdown text DEFAULT '' NOT NULL, value numeric, status text NOT NULL, "
    "marks text DEFAULT '' NOT NULL, reason text, base numeric, provenance jsonb NOT NULL, "
    "derived boolean NOT NULL"
)
KEY = "(release_id, area, period, breakdown, indicator)"
SERIES = "(release_id, indicator, area, period, breakdown) INCLUDE (value, status)"
ORIGIN = '[{"agency": "HERTS_POLICE", "dataset": "POLICE_CRIME", "revision": 1}]'
INDICATORS = [f"INDICATOR_{number:02}" for number in range(60)]
PERIODS = [f"{year}-{month:02}" for year in range(2010, 2020) for month in range(1, 13)]
SERIES_QUERY = """SELECT area, period, breakdown, indicator, status, value FROM {table}
    WHERE release_id = $1 AND indicator = $2 AND area = $3
    ORDER BY area, period, breakdown, indicator"""
TABLE_QUERY = """SELECT area, period, breakdown, indicator, status, value FROM {table}
    WHERE release_id = $1 AND indicator = ANY($2) AND area = ANY($3) AND period = $4
    AND breakdown = '' ORDER BY area, period, breakdown, indicator"""


@dataclass
class Layout:
    """One way to lay out the releases, and its times in milliseconds."""

    owner: asyncpg.Connection
    reader: asyncpg.Connection
    table: str
    partitioned: bool
    times: dict[str, list[float]] = field(default_factory=dict)

    async def timed(self, name: str, act: Callable[[], Awaitable[object]]) -> None:
        """Note how long an act takes."""
        began = time.perf_counter()
        await act()
        self.times.setdefault(name, []).append((time.perf_counter() - began) * 1000)

    async def make(self) -> None:
        """Make the table with its indexes and the readers' wall."""
        tail = " PARTITION BY LIST (release_id)" if self.partitioned else ""
        await self.owner.execute(
            f"CREATE TABLE {self.table} ({COLUMNS}, PRIMARY KEY {KEY}){tail};"
            f"CREATE INDEX ON {self.table} {SERIES};"
            f"GRANT SELECT ON {self.table} TO bench_reader;"
            f"ALTER TABLE {self.table} ENABLE ROW LEVEL SECURITY;"
            f"CREATE POLICY due ON {self.table} FOR SELECT TO bench_reader "
            "USING (release_id IN (SELECT id FROM bench_release));"
        )

    async def write(self, release: str) -> None:
        """Write the draft as a release, as one transaction."""
        async with self.owner.transaction():
            if not self.partitioned:
                await self.owner.execute(f"INSERT INTO {self.table} SELECT * FROM draft")
                return
            part = f"{self.table}_{release}"
            await self.owner.execute(
                f"CREATE TABLE {part} (LIKE {self.table} INCLUDING DEFAULTS);"
                f"INSERT INTO {part} SELECT * FROM draft;"
                f"ALTER TABLE {part} ADD PRIMARY KEY {KEY};"
                f"CREATE INDEX ON {part} {SERIES};"
                f"ALTER TABLE {part} ADD CHECK (release_id = '{release}');"
                f"ALTER TABLE {self.table} ATTACH PARTITION {part} FOR VALUES IN ('{release}')"
            )

    async def read(self, release: str, areas: Sequence[str], times: int) -> None:
        """Ask both questions again and again; the first ask prepares them."""
        dice = random.Random(1)  # noqa: S311
        series = await self.reader.prepare(SERIES_QUERY.format(table=self.table))
        table = await self.reader.prepare(TABLE_QUERY.format(table=self.table))
        for number in range(times):
            one, some = dice.choice(areas), dice.sample(list(areas), min(10, len(areas)))
            chosen, period = dice.sample(INDICATORS, 40), dice.choice(PERIODS)
            indicator = dice.choice(INDICATORS)
            name = "" if number >= 20 else ", first 20"

            async def ask_series(indicator: str = indicator, one: str = one) -> object:
                return await series.fetch(release, indicator, one)

            async def ask_table(
                chosen: list[str] = chosen, some: list[str] = some, period: str = period
            ) -> object:
                return await table.fetch(release, chosen, some, period)

            await self.timed("series" + name, ask_series)
            await self.timed("table" + name, ask_table)

    async def plan(self, release: str, area: str) -> None:
        """Plan the series without a prepared statement: what a new connection pays."""
        text = SERIES_QUERY.format(table=self.table)
        text = text.replace("$1", f"'{release}'").replace("$2", "'INDICATOR_01'")
        text = text.replace("$3", f"'{area}'")
        await self.timed("plan", lambda: self.reader.execute(f"EXPLAIN {text}"))

    async def drop(self, release: str) -> None:
        """Take a release away."""
        if self.partitioned:
            await self.owner.execute(f"DROP TABLE {self.table}_{release}")
        else:
            await self.owner.execute(f"DELETE FROM {self.table} WHERE release_id = '{release}'")


def draft(release: str, rows: int) -> Iterator[tuple[Any, ...]]:
    """The rows of one release."""
    dice = random.Random(release)  # noqa: S311
    places = itertools.product(_areas(rows), PERIODS, INDICATORS)
    for area, period, indicator in itertools.islice(places, rows):
        value = dice.randrange(5, 5000)
        yield (
            release,
            indicator,
            area,
            period,
            "",
            value,
            "PUBLISHED",
            "",
            None,
            None,
            ORIGIN,
            False,
        )


def _areas(rows: int) -> list[str]:
    number = -(-rows // (len(PERIODS) * len(INDICATORS)))
    return [f"E{number:08}" for number in range(number)]


async def _connect(server: Server, **more: str) -> asyncpg.Connection:
    return await asyncpg.connect(
        host=str(server.socket_folder),
        port=server.port,
        database=server.database,
        **{"user": server.owner, "password": server.password, **more},
    )


async def compare(server: Server, releases: int, rows: int, reads: int) -> list[Layout]:
    """Measure both layouts, release by release in turn."""
    owner = await _connect(server)
    await owner.execute(
        "CREATE ROLE bench_reader LOGIN PASSWORD 'bench'; CREATE TABLE bench_release (id text);"
        "GRANT SELECT ON bench_release TO bench_reader;"
        f"CREATE UNLOGGED TABLE draft ({COLUMNS})"
    )
    reader = await _connect(server, user="bench_reader", password="bench")  # noqa: S106
    layouts = [Layout(owner, reader, "plain", False), Layout(owner, reader, "parted", True)]
    for layout in layouts:
        await layout.make()
    names = [f"r{number:03}" for number in range(releases)]
    for name in names:
        await owner.execute("TRUNCATE draft")
        await owner.copy_records_to_table("draft", records=draft(name, rows))
        await owner.execute("INSERT INTO bench_release VALUES ($1)", name)
        for layout in layouts:
            await layout.timed("write", partial(layout.write, name))
            await owner.execute(f"ANALYZE {layout.table}")
    for layout in layouts * 2:
        await owner.execute("CHECKPOINT")
        await layout.read(names[-1], _areas(rows), reads)
        for _ in range(20):
            await layout.plan(names[-1], _areas(rows)[0])
    for layout in layouts:
        await layout.timed("take away", partial(layout.drop, names[0]))
    await reader.close()
    await owner.close()
    return layouts


async def main(releases: int, rows: int, reads: int) -> list[Layout]:
    """Measure on a server of one's own, and print."""
    postgres = EmbeddedPostgres(Path(tempfile.mkdtemp(prefix="hub-partitions-")))
    server = await asyncio.to_thread(postgres.start)
    try:
        layouts = await compare(server, releases, rows, reads)
    finally:
        await asyncio.to_thread(postgres.destroy)
    print(f"{releases} releases of {rows} observations")
    for name in layouts[0].times:
        told = []
        for layout in layouts:
            found = layout.times[name]
            middle, last = statistics.median(found), found[-1]
            told.append(f"{layout.table} {middle:.2f} ms (last {last:.2f}, most {max(found):.2f})")
        print(f"{name:16} {'; '.join(told)}")
    return layouts


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=10)
    parser.add_argument("--rows", type=int, default=270_000)
    parser.add_argument("--reads", type=int, default=500)
    given = parser.parse_args()
    asyncio.run(main(given.releases, given.rows, given.reads))
