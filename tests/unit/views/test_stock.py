"""Areas are kept in memory within bounds, read beside the answers and never for one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from hub.errors import DatabaseError
from hub.protected.blocks import Block
from hub.views import stock as room
from hub.views.stock import Stock

MEMORY = 1000


class Store:
    """Reads blocks of this size; remembers which."""

    def __init__(self, size: int = 100) -> None:
        self.size = size
        self.read: list[str] = []
        self.fails = 0

    async def __call__(self, release: str, area: str) -> Block | None:
        self.read.append(area)
        if self.fails:
            self.fails -= 1
            raise DatabaseError("It does not answer.")
        return Block(area, ("CY2017",), {}, {}, self.size) if self.size else None


Ask = Callable[[str], Awaitable[bool]]


@asynccontextmanager
async def running(store: Store, memory: int = MEMORY) -> AsyncIterator[tuple[Stock, Ask]]:
    """Run a stock; what is given asks for an area, lets it be read, and tells if it is there."""
    stock = Stock(store, memory)
    task = asyncio.create_task(stock.run())
    await asyncio.sleep(0)

    async def ask(area: str) -> bool:
        found = stock.periods("r", area)
        for _ in range(20):
            await asyncio.sleep(0)
        return found is not None

    yield stock, ask
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.fixture(autouse=True)
def restless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "REST", 0.0)
    monkeypatch.setattr(room, "FULL", 0.0)


async def test_an_area_asked_twice_is_there_the_third_time() -> None:
    store = Store()
    async with running(store) as (stock, ask):
        assert [await ask("a") for _ in range(4)] == [False, False, True, True]
        assert [await ask("b") for _ in range(2)] == [False, False]
        assert stock.size == 200
    assert store.read == ["a", "b"]


async def test_nothing_is_kept_where_nobody_runs_it_or_no_memory_is_given() -> None:
    store = Store()
    stock = Stock(store, MEMORY)
    assert [stock.periods("r", "a") for _ in range(5)] == [None] * 5
    async with running(store, memory=0) as (_, ask):
        assert not any([await ask("a") for _ in range(5)])
    async with running(store) as (stock, ask):
        assert [await ask("a") for _ in range(3)][-1]
    assert stock.periods("r", "a") is None
    assert store.read == ["a"]


async def test_the_longest_unasked_make_room() -> None:
    async with running(Store(size=250)) as (stock, ask):
        for area in "abcd":
            assert [await ask(area) for _ in range(3)] == [False, False, True]
        assert await ask("a")
        assert [await ask("e") for _ in range(3)] == [False, False, True]
        assert stock.size == MEMORY
        assert [await ask(area) for area in "acde"] == [True] * 4
        assert not await ask("b")


@pytest.mark.parametrize("size", [0, 251])
async def test_what_is_not_there_or_too_large_is_looked_at_once(size: int) -> None:
    store = Store(size)
    async with running(store) as (stock, ask):
        assert not any([await ask("a") for _ in range(9)])
        assert stock.size == 0
    assert store.read == ["a"]


async def test_a_failed_reading_is_tried_again_when_it_is_asked_for() -> None:
    store = Store()
    store.fails = 1
    async with running(store) as (_, ask):
        assert [await ask("a") for _ in range(5)] == [False] * 4 + [True]
    assert store.read == ["a", "a"]


async def test_few_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "KEPT", 3)
    monkeypatch.setattr(room, "WAITING", 3)
    async with running(Store(size=0)) as (stock, ask):
        for area in "abcdefghij":
            for _ in range(3):
                await ask(area)
            await ask(f"once {area}")
        assert len(stock._kept) <= 3
        assert len(stock._asked) <= 6
