"""What a serving process does besides answering."""

import dataclasses
import gc
import sys

import httpx2
import pytest

from hub.running import RunningHub
from hub.server import TURN, serving
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
