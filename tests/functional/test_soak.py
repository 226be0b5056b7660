"""Ten minutes of readers, pushers and releases together: no error, flat memory, calm readers.

``SOAK_SECONDS=60`` for a shorter one; ``pytest -s`` shows what was measured.
"""

import asyncio
import itertools
import math
import os
import random
import statistics
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hub.auth.roles import Role
from hub.db.engine import Database
from hub.running import hub_over
from hub.settings import Settings
from hub.vocabulary import parse_period, vocabulary
from tests.functional.acts import Partnership
from tests.functional.conftest import signed_on
from tests.functional.test_releases_under_load import Together, worker_processes
from tests.functional.test_workers import serve
from tests.functional.traffic import Traffic
from tests.provider.running import free_port

SECONDS = float(os.environ.get("SOAK_SECONDS", "600"))
READERS, PUSHERS = 6, 3
BETWEEN = max(10.0, SECONDS / 30)
"""Seconds between two releases."""
CALM = SECONDS / 4
"""Seconds before the first."""
RENEWAL = 120.0
"""Seconds after which every client gets another token."""
YEARS = range(2015, 2018)
DOCUMENT = """query($area: String!, $from: String!, $to: String!, $period: String!) {
  release { id }
  series(indicator: "POL_DA_CRIME", area: $area, from: $from, to: $to) {
    points { period { id } figure { value status } } }
  observations(areas: [$area], periods: [$period], first: 50) {
    totalCount nodes { indicator { code title } figure { value display } } }
  journey(area: $area, period: $period) { stages { code figure { display } } }
}"""


@dataclass
class Soak:
    """What ran, and what was measured while it did."""

    partnership: Partnership
    reader: Any
    workers: list[int]
    until: float
    failed: list[str] = field(default_factory=list)
    read: list[tuple[float, float]] = field(default_factory=list)
    """When each question was asked, and how long its answer took."""
    pushed: list[float] = field(default_factory=list)
    releasing: list[tuple[float, float]] = field(default_factory=list)
    """From when to when each release was prepared, approved and published."""
    publishing: list[tuple[float, float]] = field(default_factory=list)
    memory: list[tuple[float, int]] = field(default_factory=list)
    """Megabytes of the workers together."""

    @property
    def goes_on(self) -> bool:
        return time.monotonic() < self.until

    async def ask(self, seat: int) -> None:
        dice = random.Random(seat)
        areas = districts()
        while self.goes_on:
            year = dice.choice(YEARS)
            variables = {
                "area": dice.choice(areas),
                "from": f"{year}-01",
                "to": f"{year}-12",
                "period": dice.choice([f"CY{year}", f"{year}-06"]),
            }
            began = time.monotonic()
            answer = await self.reader.graphql("/graphql", DOCUMENT, **variables)
            self.read.append((began, time.monotonic() - began))
            if "errors" in answer or "data" not in answer:
                self.failed.append(f"read: {str(answer)[:300]}")
            await asyncio.sleep(0.1)

    async def push(self, seat: int) -> None:
        """Correct one's returns again and again; each second push says what is known already."""
        client = await self.partnership.client(Role.SUBMITTER, "HERTS_POLICE")
        for number in itertools.count():
            if not self.goes_on:
                return
            year = YEARS[(seat + number * PUSHERS) % len(YEARS)]
            body = made_up(year, seed=number)
            began = time.monotonic()
            for expected in ((200, 201), (200,)):
                answer = await client.put(f"POLICE_CRIME/HERTS_POLICE/CY{year}", body)
                # A twin may have corrected the same year in between.
                if answer.status_code not in (*expected, 201):
                    self.failed.append(f"push: {answer.status_code} {answer.text[:300]}")
            self.pushed.append(time.monotonic() - began)
            await asyncio.sleep(0.5)

    async def release(self) -> None:
        await asyncio.sleep(CALM)
        while self.until - time.monotonic() > BETWEEN:
            began = time.monotonic()
            made = await self.partnership.prepare()
            if made["userErrors"]:
                self.failed.append(f"prepare: {made['userErrors']}")
                return
            middle = time.monotonic()
            for answer in (
                await self.partnership.approve(made["release"]),
                await self.partnership.publish(made["release"]),
            ):
                stale = any(error["code"] == "STALE_RELEASE" for error in answer["userErrors"])
                if answer["userErrors"] and not stale:
                    self.failed.append(f"release: {answer['userErrors']}")
            self.publishing.append((middle, time.monotonic()))
            self.releasing.append((began, time.monotonic()))
            await asyncio.sleep(BETWEEN)

    async def renew(self) -> None:
        """Get new tokens before the old ones end: they live for five minutes."""
        due = time.monotonic() + RENEWAL
        while self.goes_on:
            await asyncio.sleep(1)
            if time.monotonic() >= due:
                due += RENEWAL
                for client in list(self.partnership.clients.values()):
                    await client.renew()

    async def weigh(self) -> None:
        while self.goes_on:
            self.memory.append((time.monotonic(), sum(map(megabytes, self.workers))))
            await asyncio.sleep(1)

    def p99(self, *, within: list[tuple[float, float]] | None) -> float:
        """The readers' 99th percentile within some spans of time; outside any release for none."""
        spans = self.releasing if within is None else within
        chosen = [
            took
            for began, took in self.read
            if any(start <= began + took and began <= end for start, end in spans)
            == (within is not None)
        ]
        return statistics.quantiles(chosen, n=100)[98] if len(chosen) > 1 else math.nan

    def grown(self) -> tuple[float, float]:
        """Megabytes early (from a fifth to two fifths of the time) and late (the last fifth)."""
        weights = [weight for _, weight in self.memory]
        fifth = len(weights) // 5
        return statistics.median(weights[fifth : 2 * fifth]), statistics.median(weights[-fifth:])


def megabytes(pid: int) -> int:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


def districts() -> list[str]:
    (found,) = vocabulary().coverings("E10000015", parse_period("2017-01")).values()
    return list(found)


def made_up(year: int, seed: int = 0) -> dict[str, Any]:
    """A year of months by risk in ten districts: 720 cells, some of them small."""
    dice, risks = random.Random(year * 1000 + seed), list(vocabulary().categories["RISK"])
    rows: list[dict[str, Any]] = []
    for month, area in itertools.product(range(1, 13), districts()):
        where: dict[str, Any] = {"indicator": "POL_DA_CRIME", "area": area}
        where["period"] = f"{year}-{month:02}"
        parts = [dice.randint(3, 60) for _ in risks]
        rows.append(where | {"value": sum(parts)})
        rows += [
            where | {"breakdown": {"RISK": risk}, "value": part}
            for risk, part in zip(risks, parts, strict=True)
        ]
    return {"observations": rows, "note": "Checked."}


@pytest.mark.long
async def test_readers_pushers_and_releases_together(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So that the answers that are kept reach their bound early: what grows after is a leak.
    monkeypatch.setenv("HUB_ANSWERS_MEMORY", str(4 * 2**20))
    async with AsyncExitStack() as stack:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        server = await serve(stack, settings, url, port, "--workers", "2")
        await server.answers()
        http = await stack.enter_async_context(
            httpx2.AsyncClient(base_url=url, timeout=300, limits=httpx2.Limits())
        )
        partnership = Partnership(hub_over(database, settings), partial(signed_on, database, http))
        for year in YEARS:
            await partnership.returned(f"POLICE_CRIME/HERTS_POLICE/CY{year}", made_up(year))
        await partnership.release()
        reader = await partnership.client(Role.ANALYST)
        workers = await Together(server, port, Traffic([], "", database)).both()
        soak = Soak(partnership, reader, workers, time.monotonic() + SECONDS)
        await asyncio.gather(
            *(soak.ask(seat) for seat in range(READERS)),
            *(soak.push(seat) for seat in range(PUSHERS)),
            soak.release(),
            soak.renew(),
            soak.weigh(),
        )
        assert await Together(server, port, Traffic([], "", database)).both() == workers
    calm, busy = soak.p99(within=None), soak.p99(within=soak.releasing)
    publishing = soak.p99(within=soak.publishing)
    early, late = soak.grown()
    sys.stdout.write(
        f"\n{SECONDS:.0f} s: {len(soak.read)} answers, {2 * len(soak.pushed)} pushes, "
        f"{len(soak.releasing)} releases, {len(soak.failed)} failed\n"
        f"p99 {calm * 1000:.0f} ms with no release, {busy * 1000:.0f} ms while one is prepared and "
        f"published, {publishing * 1000:.0f} ms while it is published\n"
        f"memory {early:.0f} MB early, {late:.0f} MB late\n"
    )
    assert soak.failed == []
    assert len(soak.releasing) >= SECONDS / 150
    assert late <= 1.1 * early + 10
    # A margin for what else runs on the machine.
    assert busy <= 2 * calm + 0.1
    assert worker_processes(server.process.pid) == []
