"""Load over kept-alive connections, and what it takes of the processor by /proc."""

import asyncio
import itertools
import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 8


@dataclass(frozen=True, slots=True)
class Measured:
    """Requests a second; milliseconds of CPU a request took of the server and of PostgreSQL."""

    rate: float
    server: float
    postgres: float
    refused: int = 0
    """How many requests were answered with an error; they count nowhere else."""

    @property
    def cpu(self) -> float:
        """Both together."""
        return self.server + self.postgres


def post(path: str, body: bytes, *headers: str) -> bytes:
    """Write a request."""
    lines = (
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        "Accept: application/json",
        f"Content-Length: {len(body)}",
        *headers,
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def get(path: str, *headers: str) -> bytes:
    """Write a request."""
    lines = (f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json", *headers)
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> tuple[bytes, bytes]:
    """Send one request on a kept-alive connection; the answer's head, in small letters, and body.

    Raises ``ValueError`` for any status but 200 and 304.
    """
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
    if b"transfer-encoding: chunked" in head:
        return head, await _chunks(reader)
    status = head[9:12]
    body = await reader.readexactly(length) if status != b"304" else b""
    if status not in (b"200", b"304"):
        raise ValueError((head + body)[:600].decode())
    return head, body


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int(await reader.readline(), 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(parts)


async def ask(port: int, request: bytes) -> tuple[bytes, bytes]:
    """Ask once over a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    found = await exchange(reader, writer, request)
    writer.close()
    await writer.wait_closed()
    return found


async def load(
    port: int, requests: Sequence[bytes], seconds: float, pids: tuple[int, int]
) -> Measured:
    """Ask the requests in turn for some seconds; ``pids`` are the server's and the postmaster's."""
    turn, done, refused = itertools.cycle(requests), 0, 0
    lines = [
        await asyncio.open_connection("127.0.0.1", port, limit=2**22) for _ in range(CONNECTIONS)
    ]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal done, refused
        while (not done and refused < CONNECTIONS) or time.perf_counter() < until:
            try:
                await exchange(reader, writer, next(turn))
                done += 1
            except ValueError:
                refused += 1
        writer.close()
        await writer.wait_closed()

    before, started = cpu(*pids), time.perf_counter()
    until = started + seconds
    await asyncio.gather(*(talk(*line) for line in lines))
    spent, after = time.perf_counter() - started, cpu(*pids)
    server, postgres = ((b - a) * 1000 / max(1, done) for a, b in zip(before, after, strict=True))
    return Measured(done / spent, server, postgres, refused)


def cpu(server: int, postmaster: int) -> tuple[float, float]:
    """Seconds of CPU of a server with all its processes, and of PostgreSQL's."""
    ticks = os.sysconf("SC_CLK_TCK")
    seen: dict[int, tuple[int, float]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            # Of children that ended and were waited for, too.
            spent = sum(map(int, fields[11:15])) / ticks
            seen[int(folder.name)] = (int(fields[1]), spent)
    parents = {pid: parent for pid, (parent, _) in seen.items()}
    spent_by = {pid: spent for pid, (_, spent) in seen.items()}
    whole = sum(spent_by[pid] for pid in _family(server, parents) if pid in spent_by)
    return whole, sum(spent_by[pid] for pid in _family(postmaster, parents) if pid in spent_by)


def memory(server: int) -> float:
    """Megabytes that a server with all its processes holds for itself (PSS)."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text()
            except OSError:
                continue
            parents[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])
    return sum(_pss(pid) for pid in _family(server, parents))


def _pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _family(root: int, parents: dict[int, int]) -> set[int]:
    family, grown = {root}, True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in family} - family
        grown = bool(more)
        family |= more
    return family


def median(values: Iterable[float]) -> float:
    """The middle one."""
    ordered = sorted(values)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]
    return (ordered[half - 1] + ordered[half]) / 2
