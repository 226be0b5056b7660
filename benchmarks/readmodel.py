"""What areas kept in memory gain and cost, beside asking PostgreSQL.

``python -m benchmarks.readmodel FOLDER`` takes a folder of ``benchmarks.national``. Every area of
its release is read as a server would read it. Measured: how long that takes and what it holds, and
the CPU of this process and of PostgreSQL for the rows of a question, told by blocks or by the hub's
own statements, in turn. The rows are equal before anything is timed. What comes before and after
(the request, its caller, the text of the answer) is the same either way and not in it.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks.load import cpu, median
from benchmarks.national import RELEASE, SIZES, owner
from benchmarks.questions import questions
from hub.db.engine import Database
from hub.protected import rows
from hub.protected.blocks import Block, of_blocks, read_block
from hub.protected.reader import Selection
from hub.protected.rows import Rows
from hub.settings import Settings

TIMES = 200
Find = Callable[[Selection], Awaitable[Rows]]


async def main(folder: Path) -> None:
    """Read the areas, compare, measure, print."""
    settings = Settings(env="development", data_dir=folder)
    url = await owner(settings)
    lock = Path(f"{url.host}/.s.PGSQL.{url.port}.lock")
    postmaster = int(lock.read_text().splitlines()[0])  # noqa: ASYNC240 a line of a small file
    database = await Database.open(settings)
    blocks: dict[str, Block] = {}
    before, began, own = cpu(postmaster, postmaster)[0], time.perf_counter(), time.process_time()
    for area in SIZES["2.7"].area_codes():
        block = await read_block(database.reads, RELEASE, area)
        if block is not None:
            blocks[area] = block
    many, size = len(blocks), sum(block.size for block in blocks.values()) / 2**20
    own, theirs = time.process_time() - own, cpu(postmaster, postmaster)[0] - before
    print(f"{many} areas read in {time.perf_counter() - began:.1f} s, {size:.0f} MB; each took")
    print(f"{own * 1000 / many:.0f} ms here + {theirs * 1000 / many:.0f} ms of PostgreSQL")
    for name in ("Q2", "Q4"):
        await _compare(name, blocks, database, postmaster)
    await database.close()


async def _compare(
    name: str, blocks: dict[str, Block], database: Database, postmaster: int
) -> None:
    question = next(one for one in questions(SIZES["2.7"]) if one.name == name)
    asked = [
        Selection(one["i"], sorted(one["a"]), one["p"], totals_only=True) for one in question.peers
    ]

    async def by_statement(wanted: Selection) -> Rows:
        return await database.read(
            lambda reads: rows.page(reads, RELEASE, wanted, columns=rows.PLAIN), RELEASE
        )

    async def by_blocks(wanted: Selection) -> Rows:
        return of_blocks([blocks[area] for area in wanted.areas], wanted, rows.PLAIN)

    for one in asked[:20]:
        assert list(await by_statement(one)) == list(await by_blocks(one)), name
    ways: dict[str, Find] = {"PostgreSQL": by_statement, "blocks": by_blocks}
    took: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
    for number in range(6):
        for way, find in ways.items():
            spent = await _spent(find, asked, postmaster)
            if number:
                took[way].append(spent)
    for way, found in took.items():
        mine, theirs = median(a for a, _ in found), median(b for _, b in found)
        spread = f"{min(found)[0]:.2f} to {max(found)[0]:.2f}"
        print(f"{name} {way:11} {mine:.2f} ms here ({spread}) + {theirs:.2f} ms of PostgreSQL")


async def _spent(find: Find, asked: list[Selection], postmaster: int) -> tuple[float, float]:
    """Milliseconds of CPU that a question takes here, and of PostgreSQL."""
    postgres, own = cpu(postmaster, postmaster)[0], time.process_time()
    for place in range(TIMES):
        await find(asked[place % len(asked)])
    own, postgres = time.process_time() - own, cpu(postmaster, postmaster)[0] - postgres
    return own * 1000 / TIMES, postgres * 1000 / TIMES


if __name__ == "__main__":
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("folder", type=Path)
    asyncio.run(main(asking.parse_args().folder.resolve()))
