"""How fast a return is taken in: pushes over HTTP beside COPY on the same PostgreSQL.

Run ``python -m benchmarks.writing``. Each round pushes a return of some 5,000 cells that is new,
one cell of it changed, and the same bytes again, to the hub as an operator starts it (proof,
limits, validation, audit and receipt switched on), and copies as many rows straight into a table
like the real one and into a temporary one. Wall time as the caller sees it, and the CPU of the
server and of PostgreSQL (from /proc); medians of all rounds, with the least and the most. Only
ratios within one run mean anything: the machine is never idle. How long the server takes to answer
its first request, and the memory it holds then and in the end, are told too.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
from sqlalchemy import insert

from benchmarks.load import cpu, memory
from hub.auth.registry import grant_role, register_client
from hub.auth.roles import Role
from hub.clock import now
from hub.db.embedded import Server
from hub.db.engine import Database
from hub.db.server import embedded
from hub.db.tables import intake
from hub.returns import Columns, Reported
from hub.settings import Settings
from hub.submissions import staging
from hub.vocabulary import breakdown_of, parse_period, vocabulary

INDICATORS = ("POL_DA_CRIME", "POL_DA_INCIDENT", "POL_ALL_CRIME")
COUNTY = "E10000015"
CELLS = 5000
FIRST_YEAR = 2015
"""Each round is the return of a year of its own, so ten at most."""


def observations(year: int, cells: int) -> list[dict[str, Any]]:
    """Months by districts by breakdowns, whole blocks until there are enough; sums hold."""
    dice, words = random.Random(year), vocabulary()  # noqa: S311
    (districts,) = words.coverings(COUNTY, parse_period("2017-01")).values()
    found: list[dict[str, Any]] = []
    for month in range(1, 13):
        for area in districts:
            for indicator in INDICATORS:
                where = {"indicator": indicator, "area": area, "period": f"{year}-{month:02}"}
                total = dice.randint(400, 900) * (100 if indicator == INDICATORS[2] else 1)
                found += _block(where, total, words.indicator(indicator).dimensions)
            if len(found) >= cells:
                return found
    return found


def _block(
    where: dict[str, Any], total: int, dimensions: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
    yield where | {"value": total}
    for dimension in dimensions:
        categories = list(vocabulary().categories[dimension])
        each, rest = divmod(total, len(categories))
        for number, category in enumerate(categories):
            yield where | {"breakdown": {dimension: category}, "value": each + (number < rest)}


@dataclass
class Bench:
    """A hub that serves, its PostgreSQL, and what was measured."""

    http: httpx2.AsyncClient
    token: str
    owner: asyncpg.Connection
    database: Database
    pids: tuple[int, int]
    cells: int
    found: dict[str, list[tuple[float, float, float]]] = field(default_factory=dict)

    async def measure(self, name: str, act: Callable[[], Awaitable[None]]) -> None:
        """Note wall, server and PostgreSQL in milliseconds."""
        before, began = cpu(*self.pids), time.perf_counter()
        await act()
        wall, after = time.perf_counter() - began, cpu(*self.pids)
        spent = [wall, *(b - a for a, b in zip(before, after, strict=True))]
        server, postgres = spent[1:]
        self.found.setdefault(name, []).append((wall * 1000, server * 1000, postgres * 1000))

    async def round(self, year: int) -> None:
        """One return through its life, and the two copies beside it."""
        items = observations(year, self.cells)
        changed = [items[0] | {"note": "Corrected."}, *items[1:]]
        await self.measure("push, new", lambda: self.push(year, items, 201))
        await self.measure("push, one changed", lambda: self.push(year, changed, 201))
        await self.measure("push, the same bytes", lambda: self.push(year, changed, 200))
        await self.measure("push, the same turned", lambda: self.push(year, changed[::-1], 200))
        rows = [_row(item) for item in items]
        listed = [_reported(item) for item in items]
        await self.measure("the store's own part", lambda: self.stage(year, listed))
        await self.measure("COPY, real table", lambda: self.copy("fresh", "intake", rows))
        await self.measure("COPY, temporary table", lambda: self.copy("passing", "pg_temp", rows))

    async def push(self, year: int, items: list[dict[str, Any]], status: int) -> None:
        """Push as a program does: bytes made before, answer read."""
        body = json.dumps({"observations": items, "note": "Checked."}).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        url = f"/v1/returns/POLICE_CRIME/HERTS_POLICE/CY{year}"
        answer = await self.http.put(url, content=body, headers=headers)
        assert answer.status_code == status, answer.text[:500]

    async def stage(self, year: int, items: list[Reported]) -> None:
        """What the hub itself asks of PostgreSQL for the rows: COPY, one statement, the wall."""
        made, agency = uuid4(), "HERTS_POLICE"
        names = {"dataset": "BENCH", "agency": agency, "period": f"CY{year}"}
        async with self.database.intake(agency) as session:
            await session.execute(insert(intake.return_).values(id=made, created_at=now(), **names))
            await staging.stage(session, Columns.of(items))
            await staging.store(session, made, 1)

    async def copy(self, table: str, schema: str, rows: list[tuple[Any, ...]]) -> None:
        """COPY, durably."""
        where = (uuid4(), 1)
        records = [(*where, *row) for row in rows]
        async with self.owner.transaction():
            await self.owner.copy_records_to_table(
                table, schema_name=schema, columns=_COLUMNS, records=records
            )


_COLUMNS = ("return_id", "revision", "indicator", "area", "period", "breakdown", "value")


def _row(item: dict[str, Any]) -> tuple[Any, ...]:
    breakdown = "".join(f"{name}={code}" for name, code in item.get("breakdown", {}).items())
    value = Decimal(item["value"])
    return (item["indicator"], item["area"], item["period"], breakdown, value)


def _reported(item: dict[str, Any]) -> Reported:
    breakdown = breakdown_of(item.get("breakdown", {}))
    value = Decimal(item["value"])
    return Reported(item["indicator"], item["area"], item["period"], breakdown, value)


@asynccontextmanager
async def hub(port: int, cells: int) -> Any:
    """A hub in a folder of its own."""
    settings = Settings(env="development", data_dir=Path(tempfile.mkdtemp(prefix="hub-writing-")))
    postgres = embedded(settings)
    assert postgres is not None
    server = await asyncio.to_thread(postgres.start)
    secret = await _client(settings)
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-m", "hub.cli", "serve"], env=_environ(settings, port)
    )
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=300) as http:
            token = await _token(http, secret)
            up = time.perf_counter() - began
            print(f"server up in {up:.1f} s, {memory(process.pid):.0f} MB", flush=True)
            owner = await _owner(server)
            pids = (process.pid, _postmaster(server))
            database = await Database.open(settings)
            yield Bench(http, token, owner, database, pids, cells)
            print(f"server holds {memory(process.pid):.0f} MB after the last push")
            await database.close()
            await owner.close()
    finally:
        process.terminate()
        process.wait()
        await asyncio.to_thread(postgres.destroy)


async def _client(settings: Settings) -> str:
    database = await Database.open(settings)
    async with database.identity() as session:
        made = await register_client(
            session, client_id="police", title="bench", at=now(), agency="HERTS_POLICE"
        )
        await grant_role(session, "police", Role.SUBMITTER, granted_by="bench", at=now())
    await database.close()
    return made.secret or ""


def _environ(settings: Settings, port: int) -> dict[str, str]:
    return os.environ | {
        "HUB_ENV": "development",
        "HUB_DATA_DIR": str(settings.data_dir),
        "HUB_PORT": str(port),
        "HUB_ISSUER": f"http://127.0.0.1:{port}",
        "HUB_LOG_LEVEL": "ERROR",
    }


async def _token(http: httpx2.AsyncClient, secret: str) -> str:
    form = {"grant_type": "client_credentials"}
    for _ in range(600):
        try:
            answer = await http.post("/oauth/token", data=form, auth=("police", secret))
            return str(answer.json()["access_token"])
        except httpx2.HTTPError:
            await asyncio.sleep(0.1)
    raise TimeoutError("The server did not come up.")


async def _owner(server: Server) -> asyncpg.Connection:
    owner = await asyncpg.connect(
        host=str(server.socket_folder),
        port=server.port,
        user=server.owner,
        password=server.password,
        database=server.database,
    )
    await owner.execute("CREATE TABLE intake.fresh (LIKE intake.observation INCLUDING ALL)")
    await owner.execute("CREATE TEMP TABLE passing (LIKE intake.observation)")
    return owner


def _postmaster(server: Server) -> int:
    lock = Path(f"{server.socket_folder}/.s.PGSQL.{server.port}.lock")
    return int(lock.read_text().splitlines()[0])


async def main(rounds: int, cells: int, port: int) -> dict[str, tuple[float, ...]]:
    """Measure; the medians of wall, server and PostgreSQL by name, in milliseconds."""
    async with hub(port, cells) as bench:
        for number in range(rounds + 1):
            await bench.round(FIRST_YEAR + number)
            if number == 0:
                bench.found.clear()  # the first meets everything cold
    medians = {}
    for name, found in bench.found.items():
        walls = [each[0] for each in found]
        medians[name] = tuple(statistics.median(column) for column in zip(*found, strict=True))
        wall, server, postgres = medians[name]
        print(
            f"{name:24} {wall:8.1f} ms ({min(walls):.1f} to {max(walls):.1f}), CPU: server "
            f"{server:7.1f}, PostgreSQL {postgres:7.1f}"
        )
    for name, beside in (
        ("push, new", "COPY, real table"),
        ("the store's own part", "COPY, real table"),
        ("push, one changed", "COPY, real table"),
        ("push, the same bytes", "COPY, temporary table"),
        ("push, the same turned", "COPY, temporary table"),
    ):
        print(f"{name} / {beside}: {medians[name][0] / medians[beside][0]:.2f}")
    return medians


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--cells", type=int, default=CELLS)
    parser.add_argument("--port", type=int, default=8473)
    given = parser.parse_args()
    asyncio.run(main(given.rounds, given.cells, given.port))
