"""What a serving process does besides answering."""

import asyncio
import dataclasses
import gc
import sys

import httpx2
import pytest

from hub.running import RunningHub
from hub.server import TURN, ended, serving
from tests.provider.running import free_port


async def test_what_lives_as_long_as_the_server_is_left_alone_by_the_collector(
    hub: RunningHub,
) -> None:
    """With all of it looked through again, a push took two thirds more of CPU time."""
    settings = hub.settings.model_copy(update={"port": free_port()})
    gc.unfreeze()
    turn = sys.getswitchinterval()
    sys.setswitchinterval(0.005)
    async with serving(dataclasses.replace(hub, settings=settings)):
        try:
            assert gc.get_freeze_count() > 10_000
            assert sys.getswitchinterval() == pytest.approx(TURN)
            async with httpx2.AsyncClient() as client:
                answer = await client.get(f"http://{settings.host}:{settings.port}/healthz")
            assert answer.status_code == 200
        finally:
            gc.unfreeze()
            sys.setswitchinterval(turn)


async def test_what_takes_its_end_for_another_failure_is_told_again() -> None:
    told = 0

    async def run() -> None:
        nonlocal told
        while told < 2:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                told += 1

    async with asyncio.timeout(5):
        task = asyncio.create_task(run())
        await asyncio.sleep(0)
        await ended(task, patience=0.01)
    assert told == 2


async def test_what_fails_at_its_end_says_so() -> None:
    async def run() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            raise ValueError("at its end")

    task = asyncio.create_task(run())
    await asyncio.sleep(0)
    with pytest.raises(ValueError, match="at its end"):
        await ended(task)
