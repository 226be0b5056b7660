"""What an in-process read model of a release would gain and cost, beside asking PostgreSQL.

``python -m benchmarks.readmodel FOLDER`` takes a folder of ``benchmarks.national``. The totals of
its release are read into arrays: a number for each area, period and indicator, sorted as one key,
with the figure's text and its status. Measured: how long that takes, what it holds, and the CPU of
this process and of PostgreSQL for the rows of a question, found by binary search or by the hub's
own statements, in turn. The rows are equal before anything is timed. What comes before and after
(the request, its caller, the text of the answer) is the same either way and not in it.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import numpy as np

from benchmarks.load import cpu, median, memory
from benchmarks.national import RELEASE, SIZES, owner
from benchmarks.questions import questions
from benchmarks.reading import dsn
from hub.db.engine import Database
from hub.protected import rows
from hub.protected.reader import Selection
from hub.settings import Settings

Found = Sequence[tuple[str, ...]]
TOTALS = """SELECT area, period, indicator, coalesce(value::text, ''), status
FROM protected.observation WHERE release_id = $1 AND breakdown = ''"""
TIMES = 200


@dataclass(frozen=True, slots=True)
class Model:
    """A release's totals in arrays; the key is area, period and indicator in one number."""

    numbers: tuple[dict[str, int], dict[str, int], dict[str, int]]
    keys: Any
    values: Any
    statuses: Any
    names: tuple[str, ...]

    def find(self, areas: Sequence[str], periods: Sequence[str], codes: Sequence[str]) -> Found:
        """Find what there is of a table, in the order of the store."""
        wanted = [
            (area, period, code)
            for area in sorted(areas)
            for period in sorted(periods)
            for code in sorted(codes)
        ]
        keys = np.array([self._key(*one) for one in wanted], dtype=np.int64)
        places = np.searchsorted(self.keys, keys)
        there = self.keys[np.minimum(places, len(self.keys) - 1)] == keys
        at = places[there]
        told = zip(self.values[at].tolist(), self.statuses[at].tolist(), strict=True)
        shown = (one for one, is_there in zip(wanted, there.tolist(), strict=True) if is_there)
        return [
            (*one, text.decode(), self.names[status])
            for one, (text, status) in zip(shown, told, strict=True)
        ]

    def _key(self, area: str, period: str, code: str) -> int:
        places, times, words = self.numbers
        return (places.get(area, -1) * len(times) + times.get(period, -1)) * len(words) + words.get(
            code, -1
        )


async def model_of(connection: Any) -> Model:
    """Read a release's totals."""
    columns: list[list[str]] = [[], [], [], [], []]
    async with connection.transaction():
        cursor = await connection.cursor(TOTALS, RELEASE)
        while found := await cursor.fetch(50_000):
            for column, values in zip(columns, zip(*found, strict=True), strict=True):
                column += values
    numbers = [{name: n for n, name in enumerate(sorted(set(c)))} for c in columns[:3]]
    names = tuple(sorted(set(columns[4])))
    keys = np.zeros(len(columns[0]), np.int64)
    for number, column in zip(numbers, columns, strict=False):
        keys = keys * len(number) + np.fromiter(map(number.__getitem__, column), np.int64)
    order = np.argsort(keys, kind="stable")
    statuses = np.fromiter((names.index(text) for text in columns[4]), np.uint8, len(keys))
    texts = np.array(columns[3], dtype=bytes)
    a, b, c = numbers
    return Model((a, b, c), keys[order], texts[order], statuses[order], names)


async def main(folder: Path) -> None:
    """Read the model, compare, measure, print."""
    settings = Settings(env="development", data_dir=folder)
    url = await owner(settings)
    connection = await asyncpg.connect(dsn(url))
    before, began = memory(os.getpid()), time.perf_counter()
    model = await model_of(connection)
    size = sum(one.nbytes for one in (model.keys, model.values, model.statuses)) / 2**20
    took, after = time.perf_counter() - began, memory(os.getpid())
    print(f"{len(model.keys):,} totals read in {took:.1f} s: {size:.0f} MB of arrays")
    print(f"this process grew from {before:.0f} to {after:.0f} MB")
    database = await Database.open(settings)
    lock = Path(f"{url.host}/.s.PGSQL.{url.port}.lock")
    postmaster = int(lock.read_text().splitlines()[0])  # noqa: ASYNC240 a line of a small file
    for name in ("Q2", "Q4"):
        await _compare(name, model, database, postmaster)
    await database.close()
    await connection.close()


async def _compare(name: str, model: Model, database: Database, postmaster: int) -> None:
    question = next(one for one in questions(SIZES["2.7"]) if one.name == name)
    asked = [(one["a"], one["p"], one["i"]) for one in question.peers]

    async def by_statement(areas: list[str], periods: list[str], codes: list[str]) -> Found:
        wanted = Selection(codes, areas, periods, totals_only=True)
        got = await database.read(
            lambda reads: rows.page(reads, RELEASE, wanted, columns=rows.PLAIN), RELEASE
        )
        names = ("area", "period", "indicator", "value", "status")
        return list(zip(*(got.column(f"row.{one}") for one in names), strict=True))

    async def by_model(areas: list[str], periods: list[str], codes: list[str]) -> Found:
        return model.find(areas, periods, codes)

    for one in asked[:20]:
        told = [(*row[:3], row[3] or "", row[4]) for row in await by_statement(*one)]
        assert told == list(await by_model(*one)), name
    ways: dict[str, Callable[..., Awaitable[Found]]] = {
        "PostgreSQL": by_statement,
        "arrays": by_model,
    }
    took: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
    for number in range(6):
        for way, find in ways.items():
            postgres, own = cpu(postmaster, postmaster)[0], time.process_time()
            for place in range(TIMES):
                await find(*asked[place % len(asked)])
            own, postgres = time.process_time() - own, cpu(postmaster, postmaster)[0] - postgres
            if number:
                took[way].append((own * 1000 / TIMES, postgres * 1000 / TIMES))
    for way, found in took.items():
        mine, theirs = median(a for a, _ in found), median(b for _, b in found)
        spread = f"{min(found)[0]:.2f} to {max(found)[0]:.2f}"
        print(f"{name} {way:11} {mine:.2f} ms here ({spread}) + {theirs:.2f} ms of PostgreSQL")


if __name__ == "__main__":
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("folder", type=Path)
    asyncio.run(main(asking.parse_args().folder.resolve()))
