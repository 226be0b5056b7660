"""One after the other, without a connection; and the right word for who waited in vain."""

import asyncio
from contextlib import suppress

import pytest

from hub.db.turns import Turns
from hub.errors import BusyError, DatabaseError, HubError, OverloadedError, PreconditionError


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


PATIENCE = 0.05
SLOW = 3 * PATIENCE
GONE, LATE = DatabaseError("It went away."), PreconditionError("Too late.")


async def waited_in_vain(*ends: HubError | None) -> BaseException | None:
    """Wait behind turns that end like this, the last of them after one's patience."""
    turns = Turns(PATIENCE)

    async def turn(seconds: float, end: HubError | None) -> None:
        with suppress(HubError):
            async with turns.of("a"):
                await asyncio.sleep(seconds)
                if end is not None:
                    raise end

    async def waiting() -> None:
        async with turns.of("a"):
            raise AssertionError("its turn came")

    lengths = [PATIENCE / 5] * (len(ends) - 1) + [SLOW]
    before = [asyncio.create_task(turn(*one)) for one in zip(lengths, ends, strict=True)]
    await asyncio.sleep(0)
    found = await asyncio.gather(waiting(), return_exceptions=True)
    await asyncio.gather(*before)
    return found[0]


@pytest.mark.parametrize("ends", [(None,), (LATE,), (None, GONE), (LATE, GONE)])
async def test_who_waits_while_others_are_served_is_told_they_were_faster(
    ends: tuple[HubError | None, ...],
) -> None:
    """However slow the machine: it is told at the end of a turn, not at the end of its patience."""
    assert isinstance(await waited_in_vain(*ends), BusyError)


async def test_who_waits_while_the_database_serves_nobody_is_told_so() -> None:
    assert isinstance(await waited_in_vain(GONE), OverloadedError)


async def test_nobody_is_kept_once_nobody_waits() -> None:
    turns = Turns(patience=0.01)

    async def hold() -> None:
        async with turns.of("a"):
            await asyncio.sleep(0.05)

    holder = asyncio.create_task(hold())
    await asyncio.sleep(0)
    with pytest.raises(BusyError):
        async with turns.of("a"):
            pass
    await holder
    assert not turns._queues
    async with turns.of("a"):
        pass
