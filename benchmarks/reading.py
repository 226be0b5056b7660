"""How fast a release is read: Q1 to Q4 over HTTP, everything switched on.

Run ``python -m benchmarks.reading`` (a release of some 200,000 observations is made first, in a
folder of its own). Each query is asked with many sets of variables over eight kept-alive
connections; requests a second and the CPU a request takes (this server and its PostgreSQL, from
/proc) are printed for: the compiler off, the compiler on with no answer kept, and answers kept.
Only ratios within one run mean anything: the machine is never idle.
"""

import argparse
import asyncio
import base64
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import create_async_engine

from hub.auth.registry import grant_role, register_client
from hub.auth.roles import Role
from hub.clock import now
from hub.db.engine import Database
from hub.db.server import embedded
from hub.settings import Settings
from hub.vocabulary import vocabulary

CONNECTIONS = 8
INDICATORS, AREAS = 40, 30
MONTHS = [f"{year}-{month:02d}" for year in range(2014, 2024) for month in range(1, 13)]
QUARTERS = [f"CY{year}-Q{quarter}" for year in range(2014, 2024) for quarter in range(1, 5)]
YEARS = [f"CY{year}" for year in range(2014, 2024)]

Q1 = """query($i: String!, $a: String!, $from: String!, $to: String!) {
  series(indicator: $i, area: $a, from: $from, to: $to) {
    points { period { id title } figure { value status } } } }"""
ROWS = """indicator { code title unit } area { code name level parents { code name } }
  period { id title } figure { value status }"""
PULL = "indicator { code } area { code } period { id } figure { value status display unit symbol }"
Q3 = """query($a: String!, $p: String!) { journey(area: $a, period: $p) {
  stages { code title agency { code name } unit period { id } area { code }
    figure { value status display } parts { code title figure { value status } } }
  links { code from to ratio { value status } comparability caveats { code text } } } }"""


def _many(fields: str, pages: int) -> str:
    """Several pages of observations in one document: a page holds at most a hundred."""
    heads = ", ".join(f"$i{n}: [String!]" for n in range(pages))
    ask = "areas: $a, periods: $p, breakdowns: [], first: 100"
    parts = (
        f"p{n}: observations(indicators: $i{n}, {ask}) {{ nodes {{ {fields} }} }}"
        for n in range(pages)
    )
    return f"query($a: [String!], $p: [String!], {heads}) {{ {' '.join(parts)} }}"


@dataclass(frozen=True, slots=True)
class Question:
    """One query with the sets of variables it is asked with."""

    name: str
    document: str
    variables: list[dict[str, Any]]


def questions(seed: int = 7) -> list[Question]:
    """The four queries, each with hundreds of sets of variables."""
    words, chance = vocabulary(), random.Random(seed)  # noqa: S311
    indicators, areas = list(words.indicators)[:INDICATORS], list(words.areas)[:AREAS]

    def split(periods: list[str], pages: int) -> dict[str, Any]:
        chosen = chance.sample(indicators, INDICATORS)
        size = INDICATORS // pages
        parts = {f"i{n}": chosen[n * size : (n + 1) * size] for n in range(pages)}
        return {"a": chance.sample(areas, 10), "p": periods, **parts}

    def run() -> dict[str, Any]:
        start = chance.randrange(60)
        ends = {"from": MONTHS[start], "to": MONTHS[start + 59]}
        return {"i": chance.choice(indicators), "a": chance.choice(areas), **ends}

    def journey() -> dict[str, Any]:
        return {"a": chance.choice(areas), "p": chance.choice(YEARS + QUARTERS)}

    tables = [split([chance.choice(QUARTERS)], 4) for _ in range(300)]
    pulls = [split(chance.sample(MONTHS, 6), 16) for _ in range(300)]
    return [
        Question("Q1 series", Q1, [run() for _ in range(300)]),
        Question("Q2 table", _many(ROWS, 4), tables),
        Question("Q3 journey", Q3, [journey() for _ in range(300)]),
        Question("Q4 pull", _many(PULL, 16), pulls),
    ]


async def generate(settings: Settings) -> str:
    """Publish a made-up release, straight into the tables; the secret of a client that reads it."""
    chance, at = random.Random(1), now()  # noqa: S311
    database = await Database.open(settings)
    try:
        # As the owner: PostgreSQL takes no COPY from a login that is held to rows.
        engine = create_async_engine(await _owner(settings), isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            raw: Any = (await connection.get_raw_connection()).driver_connection
            await raw.execute(_RELEASE, at)
            await raw.copy_records_to_table(
                "observation", schema_name="protected", columns=_COLUMNS, records=_rows(chance)
            )
            await raw.execute("VACUUM ANALYZE protected.observation")
        await engine.dispose()
        async with database.identity() as session:
            made = await register_client(session, client_id="bench", title="bench", at=at)
            await grant_role(session, "bench", Role.ANALYST, granted_by="bench", at=at)
    finally:
        await database.close()
    assert made.secret
    return made.secret


async def _owner(settings: Settings) -> URL:
    postgres = embedded(settings)
    assert postgres is not None
    return (await asyncio.to_thread(postgres.start)).url


async def _postmaster(settings: Settings) -> int:
    address = await _owner(settings)
    lock = Path(f"{address.host}/.s.PGSQL.{address.port}.lock")
    return int(lock.read_text().splitlines()[0])  # noqa: ASYNC240 a line of a small file


_RELEASE = """INSERT INTO protected.release (id, sequence, audience, content_hash, policy_version,
    vocabulary_version, note, prepared_by, approved_by, published_at, visible_from, cells)
    VALUES ('bench', 1, 'partner', 'none', '1', '1', NULL, 'one', 'two', $1, $1, 0)"""
_COLUMNS = (
    "release_id", "area", "period", "breakdown", "indicator", "value", "status", "provenance",
    "derived",
)  # fmt: skip


def _rows(chance: random.Random) -> Iterator[tuple[Any, ...]]:
    words = vocabulary()
    indicators, areas = list(words.indicators)[:INDICATORS], list(words.areas)[:AREAS]
    origin = json.dumps([{"agency": "TRPOL", "dataset": "POL_DA", "revision": 1}])
    for area, period, indicator in itertools.product(areas, MONTHS + QUARTERS + YEARS, indicators):
        is_withheld = chance.random() < 0.1
        value = None if is_withheld else chance.randrange(5, 5000)
        status = "SUPPRESSED" if is_withheld else "PUBLISHED"
        yield ("bench", area, period, "", indicator, value, status, origin, False)


async def ask(port: int, token: str, body: bytes) -> bytes:
    """Ask once over a connection of its own; the whole body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found = await exchange(reader, writer, _request(token, body))
    writer.close()
    return found


def _request(token: str, body: bytes) -> bytes:
    head = (
        "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> bytes:
    """Send one request on a kept-alive connection and read its answer."""
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    assert head.startswith(b"http/1.1 200"), head + await reader.read(400)
    length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return await reader.readexactly(length)


@dataclass(frozen=True, slots=True)
class Measured:
    """Requests a second, and milliseconds of CPU a request took of the server and PostgreSQL."""

    rate: float
    server: float
    postgres: float


async def load(
    port: int, pids: tuple[int, int], token: str, question: Question, seconds: float
) -> Measured:
    """Ask one question with all its variables in turn for some seconds."""
    bodies = itertools.cycle(
        _request(token, json.dumps({"query": question.document, "variables": one}).encode())
        for one in question.variables
    )
    done, until = 0, time.perf_counter() + seconds

    async def connection() -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
        while time.perf_counter() < until:
            await exchange(reader, writer, next(bodies))
            done += 1
        writer.close()

    before, started = cpu(*pids), time.perf_counter()
    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    spent, after = time.perf_counter() - started, cpu(*pids)
    server, postgres = ((b - a) * 1000 / done for a, b in zip(before, after, strict=True))
    return Measured(done / spent, server, postgres)


def cpu(pid: int, postmaster: int) -> tuple[float, float]:
    """Seconds of CPU of the server, and of the PostgreSQL processes of this benchmark."""
    ticks = os.sysconf("SC_CLK_TCK")
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                name, _, rest = (folder / "stat").read_text().rpartition(")")
            except OSError:
                continue
            fields = rest.split()
            spent = sum(map(int, fields[11:13])) / ticks
            found[int(folder.name)] = (name.partition("(")[2], int(fields[1]), spent)
    postgres = sum(spent for _, parent, spent in found.values() if parent == postmaster)
    return found[pid][2], postgres


_FOLDER = tempfile.mkdtemp(prefix="hub-bench-")


def serve(port: int, **changes: str) -> subprocess.Popen[bytes]:
    """Start the hub itself as an operator would."""
    settings = {
        "HUB_ENV": "development",
        "HUB_DATA_DIR": _FOLDER,
        "HUB_PORT": str(port),
        "HUB_ISSUER": f"http://127.0.0.1:{port}",
        "HUB_LOG_LEVEL": "INFO",
        "HUB_REQUESTS_PER_MINUTE": "1000000000",
        "HUB_ADDRESS_REQUESTS_PER_MINUTE": "1000000000",
        "HUB_ROWS_PER_MINUTE": "1000000000000",
        "HUB_SCAN_ROWS": "1000000000000",
        "HUB_SCAN_AREAS": "100000",
    }
    command = [sys.executable, "-m", "hub.cli", "serve"]
    return subprocess.Popen(  # noqa: S603
        command, env={**os.environ, **settings, **changes}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip


async def token_of(port: int, secret: str) -> str:
    """Get the reader's token once the server listens."""
    proof = base64.b64encode(f"bench:{secret}".encode()).decode()
    body = b"grant_type=client_credentials"
    request = (
        "POST /oauth/token HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Authorization: Basic {proof}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    for _ in range(300):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.2)
            continue
        found = await exchange(reader, writer, request)
        writer.close()
        token: str = json.loads(found)["access_token"]
        return token
    raise TimeoutError("The server did not come up.")


async def main(seconds: float, port: int, only: str) -> None:
    """Make the release, then measure each way of serving in turn."""
    settings = Settings(env="development", data_dir=Path(_FOLDER))
    secret = await generate(settings)
    postmaster = await _postmaster(settings)
    ways = [("off", {"HUB_COMPILE": "false"}), ("cold", {"HUB_ANSWERS_MEMORY": "0"}), ("warm", {})]
    asked = [one for one in questions() if only in one.name]
    answers: dict[str, bytes] = {}
    for number, (way, changes) in enumerate(ways):
        server = serve(port + number, **changes)
        try:
            token = await token_of(port + number, secret)
            for question in asked:
                body = {"query": question.document, "variables": question.variables[0]}
                found = await ask(port + number, token, json.dumps(body).encode())
                assert answers.setdefault(question.name, found) == found, question.name
                assert b'"errors"' not in found, found[:400]
                await load(port + number, (server.pid, postmaster), token, question, seconds / 3)
                got = await load(port + number, (server.pid, postmaster), token, question, seconds)
                print(
                    f"{question.name:11} {way:5} {got.rate:8.1f} requests/s, CPU a request: server "
                    f"{got.server:7.2f} ms, PostgreSQL {got.postgres:6.2f} ms, {len(found)} bytes",
                    flush=True,
                )
        finally:
            server.terminate()
            server.wait()
    database = await Database.open(settings)
    await database.discard()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--port", type=int, default=8471)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    asyncio.run(main(given.seconds, given.port, given.only))
