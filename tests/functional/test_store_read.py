"""What reading takes: no more rows than priced (G4), no cell but a stored one (D3)."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from sqlalchemy import event, func, select

from hub.app import build
from hub.auth.roles import Role
from hub.db.logins import Duty
from hub.db.tables import protected
from hub.protected import rows
from hub.protected.blocks import of_blocks, read_block
from hub.protected.reader import Selection
from hub.protected.rows import BETWEEN
from hub.running import RunningHub
from hub.views.stock import ASKED
from hub.vocabulary import breakdown_text, parse_breakdown
from tests.conftest import FreshSettings
from tests.functional.conftest import URL, Client, signed_on
from tests.functional.released import released_demo

"""Answered from the vocabulary in memory."""
RATIOS = '["POL_DA_CRIME_PC", "MAR_REPEAT_PC", "POL_DA_CRIME", "CPS_DA_CONVICTED_PC"]'


def rows_in(row: Any) -> int:
    """How many rows of the store a row of an answer holds: columns come as one text each."""
    text = row[0]
    return text.count(BETWEEN) + 1 if isinstance(text, str) else int(text is not None)


@dataclass
class Counted:
    """A hub whose readers' rows are counted."""

    client: Client
    hub: RunningHub

    @contextmanager
    def rows(self) -> Iterator[list[int]]:
        """Count what every statement of the readers' login gives, for the block."""
        engine, given = self.hub.database._engines[Duty.READ].sync_engine, []

        def count(connection: Any, cursor: Any, *_: Any) -> None:
            given.append(cursor.rowcount)

        reads = self.hub.database.reads
        ask = reads.rows

        async def asked(statement: str, *values: object) -> list[Any]:
            found = await ask(statement, *values)
            given.append(sum(map(rows_in, found)))
            return found

        event.listen(engine, "after_cursor_execute", count)
        reads.rows = asked  # type: ignore[method-assign]
        yield given
        reads.rows = ask  # type: ignore[method-assign]
        event.remove(engine, "after_cursor_execute", count)

    async def busiest(self, *columns: str) -> list[Any]:
        """The places of the release that hold most rows."""
        chosen = [protected.observation.c[name] for name in columns]
        query = select(*chosen).group_by(*chosen).order_by(func.count().desc()).limit(5)
        async with self.hub.database.protected() as session:
            return list((await session.execute(query)).all())


@pytest.fixture(scope="module")
async def counted(fresh_settings: FreshSettings) -> AsyncIterator[Counted]:
    async with fresh_settings() as settings, released_demo(settings) as hub:
        transport = httpx2.ASGITransport(app=build(hub))
        async with httpx2.AsyncClient(transport=transport, base_url=URL) as http:
            yield Counted(await signed_on(hub.database, http, Role.ANALYST), hub)


async def questions(counted: Counted) -> list[str]:
    """Every root field, at the places where it reads most, and showing as little as it can."""
    found = ["{ releases { id } release { id } }"]
    for first in (1, 10, 100):
        found.append(f"{{ observations(first: {first}) {{ totalCount }} }}")
        found.append(f"{{ observations(first: {first}, indicators: {RATIOS}) {{ totalCount }} }}")
    for area, code in await counted.busiest("area", "indicator"):
        span = 'from: "CY2000", to: "CY2024"'
        found.append(f'{{ series(indicator: "{code}", area: "{area}", {span}) {{ __typename }} }}')
    for area, period in await counted.busiest("area", "period"):
        at = f'area: "{area}", period: "{period}"'
        found.append(f"{{ journey({at}) {{ __typename }} }}")
        found.append(f'{{ overview(areas: ["{area}"], period: "{period}") {{ __typename }} }}')
        found.append(f'{{ performance(area: "{area}", asAt: "{period}") {{ __typename }} }}')
        for dataset in counted.hub.words.datasets:
            found.append(f'{{ profile(dataset: "{dataset}", {at}) {{ __typename }} }}')
    for (period,) in await counted.busiest("period"):
        found.append(f'{{ completeness(period: "{period}") {{ __typename }} }}')
    return found


async def test_no_operation_reads_more_than_it_is_priced_at(counted: Counted) -> None:
    wrong, most = [], 0
    for question in await questions(counted):
        with counted.rows() as given:
            answer = await counted.client.graphql("/graphql", question)
        if answer.get("data"):
            most = max(most, sum(given))
            if sum(given) > answer["extensions"]["cost"]["rows"]:
                wrong.append((question, sum(given), answer["extensions"]["cost"]["rows"]))
    assert wrong == []
    assert most > 1000, "the largest were not asked, so this proves nothing"


async def test_the_budget_holds_before_anything_is_read(counted: Counted) -> None:
    many = " ".join(f'a{n}: completeness(period: "FY2020-21") {{ __typename }}' for n in range(6))
    with counted.rows() as given:
        answer = await counted.client.graphql("/graphql", f"{{ {many} }}")
    assert answer["errors"][0]["extensions"]["code"] == "LIMIT"
    assert given == []


async def fuzz(counted: Counted, count: int) -> int:
    """Ask combinations of declared dimensions; how many were answered with a cell.

    Each answer is what is stored under exactly that breakdown, or a refusal with a code: nothing
    is summed over a dimension, and nothing is taken apart.
    """
    dice, words, met = random.Random(11), counted.hub.words, 0
    table = protected.observation
    async with counted.hub.database.protected() as session:
        columns = (table.c.indicator, table.c.area, table.c.period, table.c.breakdown)
        stored = {tuple(row) for row in (await session.execute(select(*columns))).all()}
    places = sorted({(row[0], row[1], row[2], row[3]) for row in stored})
    dimensions = sorted(words.dimensions)
    for _ in range(count):
        indicator, area, period, known = dice.choice(places)
        pairs = dict(part.split("=") for part in known.split(";") if part)
        for dimension in dice.sample(dimensions, dice.randint(0, 2)):
            pairs[dimension] = dice.choice(sorted(words.categories[dimension]))
        asked = breakdown_text(tuple(sorted(pairs.items())))
        query = (
            f'{{ observations(indicators: ["{indicator}"], areas: ["{area}"], '
            f'periods: ["{period}"], breakdowns: ["{asked}"], first: 100) '
            "{ totalCount nodes { breakdown { dimension category } } } }"
        )
        answer = await counted.client.graphql("/graphql", query)
        if not answer.get("data"):
            assert answer["errors"][0]["extensions"]["code"], answer
            continue
        found = answer["data"]["observations"]
        assert found["totalCount"] == ((indicator, area, period, asked) in stored), query
        for node in found["nodes"]:
            shown = {one["dimension"]: one["category"] for one in node["breakdown"]}
            assert shown == pairs
        met += found["totalCount"]
    return met


async def test_combinations_of_dimensions_are_looked_up(counted: Counted) -> None:
    assert await fuzz(counted, 60) > 5


@pytest.mark.long
async def test_many_combinations_of_dimensions_are_looked_up(counted: Counted) -> None:
    assert await fuzz(counted, 10_000) > 500


async def test_blocks_tell_what_the_statements_do(counted: Counted) -> None:
    """Selections drawn from a whole release: the same rows, in the same order, both ways."""
    reads, chance = counted.hub.database.reads, random.Random(3)
    release = (await reads.rows("SELECT id FROM protected.release ORDER BY cells DESC"))[0][0]
    held = await rows.page(reads, release, Selection())
    columns = (held.column(name) for name in ("area", "period", "breakdown", "indicator"))
    areas, periods, texts, codes = (sorted(set(column)) for column in columns)
    kept = {area: await read_block(reads, release, area) for area in areas}
    told = 0
    for _ in range(300):
        shown = frozenset(chance.sample(sorted(rows.ALL), chance.randrange(6)))
        wanted = Selection(
            indicators=sorted(chance.sample(codes, chance.randrange(1, len(codes)))),
            areas=sorted(chance.sample(areas, chance.randrange(1, len(areas)))),
            periods=sorted(chance.sample(periods, chance.choice([0, 1, len(periods) // 2]))),
            breakdowns=[parse_breakdown(one) for one in chance.sample(texts, chance.randrange(3))],
            totals_only=chance.random() < 0.5,
        )
        blocks = [block for area in wanted.areas if (block := kept[area]) is not None]
        asked = await rows.page(reads, release, wanted, columns=shown)
        assert list(of_blocks(blocks, wanted, shown)) == list(asked), wanted
        told += len(asked)
    assert told > 10_000
    for area in areas:
        for code in codes:
            ends = chance.choice([None, ("2017-01", "2018-03"), ("CY2010", "CY2018")])
            asked = await rows.line(reads, release, code, area, ends)
            assert list(kept[area].line(code, ends, rows.ALL)) == list(asked), (code, area, ends)  # type: ignore[union-attr]


async def test_answers_from_memory_are_the_same_and_ask_nothing(counted: Counted) -> None:
    stock, hub = counted.hub.shelf.stock, counted.hub
    hub.shelf.is_hearing = True
    asked = [each for each in await questions(counted) if "series(" in each or "journey(" in each]
    before = [await counted.client.graphql("/graphql", question) for question in asked]
    task = asyncio.create_task(stock.run())
    try:
        for _ in range(ASKED):
            for question in asked:
                await counted.client.graphql("/graphql", question + " ")
        async with asyncio.timeout(20):
            while not stock._waiting.empty():  # noqa: ASYNC110 nobody else waits for it
                await asyncio.sleep(0.01)
            # The last is taken out before it is read.
            await asyncio.sleep(0.5)
        with counted.rows() as given:
            after = [await counted.client.graphql("/graphql", question) for question in asked]
    finally:
        task.cancel()
        hub.shelf.is_hearing = False
    assert [each["data"] for each in after] == [each["data"] for each in before]
    assert sum(given) < 10, "only which releases there are"
    assert stock.size
