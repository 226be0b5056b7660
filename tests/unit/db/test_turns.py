"""One after the other, without a connection; and the right word for who waited in vain."""

import asyncio
from contextlib import suppress

import pytest

from hub.db.turns import Turns
from hub.errors import BusyError, DatabaseError, OverloadedError, PreconditionError


async def test_one_at_a_time_in_the_order_they_came() -> None:
    turns, done = Turns(), []

    async def work(number: int) -> None:
        async with turns.of("a"):
            done.append(("in", number))
            await asyncio.sleep(0)
            done.append(("out", number))

    await asyncio.gather(*(work(number) for number in range(20)))
    assert done == [(side, number) for number in range(20) for side in ("in", "out")]


async def test_another_thing_does_not_wait() -> None:
    turns = Turns(patience=0)
    async with turns.of("a"), turns.of("b"):
        pass


async def waited_in_vain(ended: Exception | None) -> Exception:
    """Wait behind a turn that ends like this, and another that does not end in time."""
    turns, inside, may_end, gave_up = Turns(0.05), *(asyncio.Event() for _ in range(3))

    async def first() -> None:
        with suppress(DatabaseError, PreconditionError):
            async with turns.of("a"):
                inside.set()
                await may_end.wait()
                if ended is not None:
                    raise ended

    async def second() -> None:
        async with turns.of("a"):
            await gave_up.wait()

    async def third() -> None:
        try:
            async with turns.of("a"):
                raise AssertionError("its turn came")
        finally:
            gave_up.set()

    early = asyncio.create_task(first())
    await inside.wait()
    others = [asyncio.create_task(second()), asyncio.create_task(third())]
    await asyncio.sleep(0)
    may_end.set()
    _, found = await asyncio.gather(*others, return_exceptions=True)
    await early
    assert isinstance(found, Exception)
    return found


@pytest.mark.parametrize("ended", [None, PreconditionError("Too late.")])
async def test_who_waits_while_others_are_served_is_told_they_were_faster(
    ended: Exception | None,
) -> None:
    assert isinstance(await waited_in_vain(ended), BusyError)


async def test_who_waits_while_the_database_serves_nobody_is_told_so() -> None:
    assert isinstance(await waited_in_vain(DatabaseError("It went away.")), OverloadedError)


async def test_nobody_is_kept_once_nobody_waits() -> None:
    turns = Turns(patience=0.01)
    with suppress(PreconditionError):
        async with turns.of("a"):
            with pytest.raises(OverloadedError):
                async with turns.of("a"):
                    pass
            raise PreconditionError("Too late.")
    assert not turns._queues
    async with turns.of("a"):
        pass
