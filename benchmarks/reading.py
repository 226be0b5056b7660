"""How fast a release is read, beside peers: Q1 to Q4 over HTTP, everything switched on.

``python -m benchmarks.national FOLDER`` makes the data and ``npm install`` in a copy of
``benchmarks/peers-node`` the peers; then ``python -m benchmarks.reading FOLDER --node MODULES``.
Every server runs in one process on the same PostgreSQL and is asked hundreds of different
questions over eight kept-alive connections, each server in turn, several rounds. All answers are
compared before anything is timed. Printed are medians with the least and the most of requests a
second, the CPU a request took of the server and of PostgreSQL (from /proc), and ratios: only
ratios of one run mean anything, for the machine is never idle.
"""

import argparse
import asyncio
import json
import tempfile
import urllib.parse
from collections import defaultdict
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import URL

from benchmarks import servers
from benchmarks.load import CONNECTIONS, Measured, ask, cpu, get, load, median, post
from benchmarks.national import SECRET, SIZES, Size, owner
from benchmarks.peers_tables import make_tables
from benchmarks.questions import MERCURIUS, POSTGRAPHILE, Question, questions, told
from benchmarks.servers import Server
from hub.settings import Settings

WARM = 30
"""Sets of variables that kept answers are asked with: as many as fit into the memory for them."""
SETTLING, QUIET = 1.0, 0.03
"""Seconds that each way is asked a question before anything is measured; seconds of CPU in one
second of a PostgreSQL that is at rest."""
PORT = 8470
"""The first of nine ports, where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Target:
    """One way of answering one question: where, and with which requests."""

    way: str
    question: str
    server: Server
    requests: tuple[bytes, ...]


@dataclass(slots=True)
class Run:
    """One run of the benchmark."""

    postmaster: int
    rounds: int
    seconds: float
    found: dict[tuple[str, str], list[Measured]] = field(default_factory=lambda: defaultdict(list))

    async def measure(self, targets: Iterable[Target]) -> None:
        """Measure every target in each round, after asking it for a while."""
        targets = list(targets)
        for number in range(self.rounds + 1):
            for one in targets:
                pids = (one.server.process.pid, self.postmaster)
                got = await load(one.server.port, one.requests, self.seconds, pids)
                if number:
                    self.found[one.question, one.way].append(got)

    def report(self, question: str, part: str = "") -> str:
        """Write a table of one question; of the ways with ``part`` in their name only."""
        ways = [way for name, way in self.found if name == question and part in way]
        lines = [f"{question:9} {'requests/s':>22} {'CPU: server + PostgreSQL':>28}"]
        for way in ways:
            all_ = self.found[question, way]
            rates = [one.rate for one in all_]
            server, postgres = median(o.server for o in all_), median(o.postgres for o in all_)
            spread = f"{median(rates):8.1f} ({min(rates):.0f} to {max(rates):.0f})"
            refused = sum(one.refused for one in all_)
            ending = f"; {refused} refused" if refused else ""
            lines.append(f"  {way:13}{spread:>24} {server:10.3f} + {postgres:7.3f} ms{ending}")
        return "\n".join(lines)

    def ratio(self, question: str, way: str, base: str, what: str = "rate") -> str:
        """Compare two ways round by round: the median with the least and the most."""
        mine, other = self.found.get((question, way)), self.found.get((question, base))
        if not mine or not other:
            return "-"
        pairs = [(getattr(a, what), getattr(b, what)) for a, b in zip(mine, other, strict=True)]
        each = [a / b for a, b in pairs if b] or [float("nan")]
        return f"{median(each):.2f} ({min(each):.2f} to {max(each):.2f})"


def _posts(
    path: str, query: str, sets: Iterable[dict[str, Any]], *headers: str
) -> tuple[bytes, ...]:
    return tuple(
        post(path, json.dumps({"query": query, "variables": one}).encode(), *headers)
        for one in sets
    )


def dsn(url: URL, host: str = "") -> str:
    """Write an address of the embedded server: Node wants a host before the socket's folder."""
    folder = urllib.parse.quote(url.host or "", safe="")
    login = f"{url.username}:{url.password}@{host}"
    return f"postgresql://{login}/{url.database}?host={folder}&port={url.port}"


async def compare(question: Question, ways: dict[str, Target], sets: int) -> bytes:
    """Ask every way the same things; all must say the same. Gives the hub's first answer."""
    first = b""
    for number in range(sets):
        said: dict[str, Any] = {}
        for way, target in ways.items():
            _, body = await ask(target.server.port, target.requests[number])
            first = first or body
            said[way] = told(question.name[:2], json.loads(body))
        for way, form in said.items():
            assert form == said["cold"], (question.name, way, form[:2], said["cold"][:2])
        assert said["cold"], question.name
    return first


async def main(given: argparse.Namespace) -> Run:
    """Start everything, compare, measure, print."""
    folder, size = given.folder.resolve(), SIZES[given.millions]
    url = await owner(Settings(env="development", data_dir=folder))
    postmaster = await _prepared(url, size)
    asked = [one for one in questions(size, given.sets) if given.only in one.name]
    run = Run(postmaster, given.rounds, given.seconds)
    answers = Path(tempfile.mkdtemp(prefix="hub-answers-"))
    with ExitStack() as stack:
        await _run(given, run, asked, folder, answers, url, stack)
    _print(run, asked)
    return run


async def _prepared(url: URL, size: Size) -> int:
    connection = await asyncpg.connect(dsn(url))
    await make_tables(connection, size)
    await connection.close()
    lock = Path(f"{url.host}/.s.PGSQL.{url.port}.lock")
    return int(lock.read_text().splitlines()[0])  # noqa: ASYNC240 a line of a small file


async def _run(
    given: argparse.Namespace,
    run: Run,
    asked: list[Question],
    folder: Path,
    answers: Path,
    url: URL,
    stack: ExitStack,
) -> None:
    port = given.port

    async def begin(starting: Any) -> Server:
        server: Server = await starting
        stack.callback(server.stop)
        return server

    hubs = {
        "cold": await begin(servers.hub("hub", port, folder, HUB_ANSWERS_MEMORY="0")),
        "asking": await begin(
            servers.hub(
                "hub, asking", port + 8, folder, HUB_ANSWERS_MEMORY="0", HUB_AREAS_MEMORY="0"
            )
        ),
        "off": await begin(servers.hub("hub, executor", port + 1, folder, HUB_COMPILE="false")),
        "warm": await begin(servers.hub("hub, kept", port + 2, folder)),
    }
    peers = {}
    if given.node:
        for number, name in enumerate(("postgraphile", "mercurius")):
            starting = servers.node(
                name, port + 3 + number, given.node.resolve(), dsn(url, "localhost")
            )
            peers[name] = await begin(starting)
    secret = (folder / SECRET).read_text()
    bearer = f"Authorization: Bearer {await servers.token(port, secret)}"
    await _settled(run, asked, hubs, bearer)
    for one in asked:
        ways = _ways(one, hubs, peers, bearer)
        body = await compare(one, ways, min(given.sets, 12))
        (answers / one.name.replace(" ", "")).write_bytes(body)
    floor = await begin(servers.bare(port + 5, dsn(url), answers))
    for one in asked:
        # Tokens last five minutes.
        bearer = f"Authorization: Bearer {await servers.token(port, secret)}"
        targets = _ways(one, hubs, peers, bearer) | _floors(one, floor)
        targets |= await _not_modified(one, hubs["warm"], bearer)
        await run.measure(targets.values())
        print(run.report(one.name), flush=True)
    for server in [*hubs.values(), *peers.values(), floor]:
        print(f"{server.name:14} up in {server.started_in:5.2f} s, {server.megabytes:6.0f} MB")
    if not given.twice:
        return
    # The embedded PostgreSQL has a hundred connections, which that many servers would use up.
    for server in (hubs["asking"], hubs["off"], *peers.values(), floor):
        server.stop()
    alone = {"cold x1": hubs["cold"], "warm x1": hubs["warm"]}
    twice = {
        "cold x2": await begin(servers.hub("hub", port + 6, folder, 2, HUB_ANSWERS_MEMORY="0")),
        "warm x2": await begin(servers.hub("hub", port + 7, folder, 2)),
    }
    bearer = f"Authorization: Bearer {await servers.token(port, secret)}"
    await _settled(run, asked, twice, bearer)
    for one in asked:
        bearer = f"Authorization: Bearer {await servers.token(port, secret)}"
        await run.measure(_ways(one, alone | twice, {}, bearer).values())
        print(run.report(one.name, " x"), flush=True)


async def _settled(
    run: Run, asked: Iterable[Question], hubs: dict[str, Server], bearer: str
) -> None:
    """Ask until the areas that are asked for are in memory: until PostgreSQL has nothing to do."""
    for one in asked:
        for target in _ways(one, hubs, {}, bearer).values():
            pids = (target.server.process.pid, run.postmaster)
            await load(target.server.port, target.requests, SETTLING, pids)
    for _ in range(120):
        before = cpu(run.postmaster, run.postmaster)[0]
        await asyncio.sleep(1)
        if cpu(run.postmaster, run.postmaster)[0] - before < QUIET:
            return


def _ways(
    one: Question, hubs: dict[str, Server], peers: dict[str, Server], bearer: str
) -> dict[str, Target]:
    every = _posts("/graphql", one.document, one.variables, bearer)
    found = {
        way: Target(way, one.name, server, every[:WARM] if "warm" in way else every)
        for way, server in hubs.items()
    }
    documents = {"postgraphile": POSTGRAPHILE, "mercurius": MERCURIUS}
    for name, server in peers.items():
        if one.peers:
            asked = _posts("/graphql", documents[name][one.name], one.peers)
            found[name] = Target(name, one.name, server, asked)
    return found


def _floors(one: Question, floor: Server) -> dict[str, Target]:
    name = one.name.replace(" ", "")
    found = {
        "bare": Target(
            "bare", one.name, floor, _posts(f"/bare/{name}", one.document, one.variables[:WARM])
        )
    }
    if one.peers:
        asked = _posts(f"/sql/{name}", "", one.peers)
        found["roofline"] = Target("roofline", one.name, floor, asked)
    return found


async def _not_modified(one: Question, server: Server, bearer: str) -> dict[str, Target]:
    requests = []
    for variables in one.variables[:WARM]:
        query = {"query": one.document, "variables": json.dumps(variables)}
        path = f"/graphql?{urllib.parse.urlencode(query)}"
        if len(path) > 30_000:
            return {}
        await ask(server.port, get(path, bearer))
        head, _ = await ask(server.port, get(path, bearer))
        etag = head.partition(b"etag: ")[2].partition(b"\r\n")[0].decode()
        requests.append(get(path, bearer, f"If-None-Match: {etag}"))
    return {"304": Target("304", one.name, server, tuple(requests))}


def _print(run: Run, asked: list[Question]) -> None:
    print(f"\n{CONNECTIONS} connections, medians of {run.rounds} rounds (least to most)")
    for one in asked:
        name = one.name
        print(
            f"{name}: cold / PostGraphile {run.ratio(name, 'cold', 'postgraphile')}, "
            f"/ mercurius {run.ratio(name, 'cold', 'mercurius')}, "
            f"/ executor {run.ratio(name, 'cold', 'off')}; "
            f"CPU / roofline {run.ratio(name, 'cold', 'roofline', 'cpu')}; "
            f"warm / bare {run.ratio(name, 'warm', 'bare')}, 304 / bare "
            f"{run.ratio(name, '304', 'bare')}; two processes: cold "
            f"{run.ratio(name, 'cold x2', 'cold x1')}, warm "
            f"{run.ratio(name, 'warm x2', 'warm x1')}"
        )


def arguments() -> argparse.ArgumentParser:
    """What may be given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--millions", choices=SIZES, default="2.7")
    parser.add_argument("--node", type=Path, help="where npm installed the peers")
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sets", type=int, default=300)
    parser.add_argument("--port", type=int, default=PORT, help="the first of eight")
    parser.add_argument("--only", default="")
    parser.add_argument("--twice", action="store_true", help="two processes, too")
    return parser


if __name__ == "__main__":
    asyncio.run(main(arguments().parse_args()))
