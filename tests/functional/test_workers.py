"""Two server processes over one database: access ends on both (A13), and both end well (H11)."""

import asyncio
import contextlib
import os
import signal
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx2
import pytest

from hub.auth.registry import disable_client, grant_role, register_client, revoke_role
from hub.auth.roles import Role
from hub.clock import now
from hub.db.engine import Database
from hub.settings import Settings
from tests.functional.test_crash import ROOT, Hub, crashing, examine, place
from tests.provider.running import free_port

__all__ = ["crashing", "place"]
PROMISED = 5.0
"""Seconds after which ended access must have ended everywhere."""


@dataclass
class Worker:
    """One server process."""

    http: httpx2.AsyncClient
    process: asyncio.subprocess.Process

    async def admits(self, token: str) -> bool:
        body = {"query": "{ agencies { code } }"}
        bearer = {"Authorization": f"Bearer {token}"}
        answer = await self.http.post("/graphql", json=body, headers=bearer)
        return answer.status_code == 200 and "errors" not in answer.json()

    async def refuses(self, token: str) -> float:
        """Seconds until the token no longer opens anything here."""
        began = time.monotonic()
        async with asyncio.timeout(2 * PROMISED):
            while await self.admits(token):  # noqa: ASYNC110 the server has no event for it
                await asyncio.sleep(0.02)
        return time.monotonic() - began

    async def answers(self) -> None:
        async with asyncio.timeout(90):
            while True:
                with contextlib.suppress(httpx2.HTTPError):
                    if (await self.http.get("/readyz")).status_code == 200:
                        return
                assert self.process.returncode is None
                await asyncio.sleep(0.2)


async def serve(
    stack: AsyncExitStack, settings: Settings, issuer: str, port: int, *arguments: str
) -> Worker:
    address = settings.database_url
    assert address is not None
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "hub.cli", "serve", *arguments),
        cwd=ROOT,
        env=os.environ
        | {
            "HUB_ENV": "development",
            "HUB_DATA_DIR": str(settings.data_dir),
            "HUB_DATABASE_URL": address.get_secret_value(),
            "HUB_PORT": str(port),
            "HUB_ISSUER": issuer,
            "HUB_PROCESSES": "2",
            # Long runs ask more in a minute than any client may.
            "HUB_REQUESTS_PER_MINUTE": str(10**9),
            "HUB_ADDRESS_REQUESTS_PER_MINUTE": str(10**9),
            "HUB_ROWS_PER_MINUTE": str(10**9),
            "HUB_LOG_LEVEL": "ERROR",
        },
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    http = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}")
    stack.push_async_callback(http.aclose)
    stack.push_async_callback(process.wait)
    stack.callback(lambda: process.terminate() if process.returncode is None else None)
    return Worker(http, process)


@pytest.fixture
async def workers(settings: Settings) -> AsyncIterator[list[Worker]]:
    async with AsyncExitStack() as stack:
        ports = [free_port(), free_port()]
        issuer = f"http://127.0.0.1:{ports[0]}"
        made = [await serve(stack, settings, issuer, port) for port in ports]
        await asyncio.gather(*(worker.answers() for worker in made))
        yield made


async def token_of(worker: Worker, database: Database, client_id: str) -> tuple[str, str]:
    """Register an analyst and get it a token; the token and the secret."""
    async with database.identity() as session:
        made = await register_client(session, client_id=client_id, title="test", at=now())
        await grant_role(session, client_id, Role.ANALYST, granted_by="test", at=now())
    form = {"grant_type": "client_credentials"}
    auth = (client_id, made.secret or "")
    answer = await worker.http.post("/oauth/token", data=form, auth=auth)
    return answer.json()["access_token"], auth[1]


async def test_access_ends_on_both_within_five_seconds(
    workers: list[Worker], database: Database
) -> None:
    """Disabled, a role taken away, a token revoked; by NOTIFY, so most in a fraction of that."""

    async def disable(client_id: str, token: str, secret: str) -> None:
        async with database.identity() as session:
            await disable_client(session, client_id, now())

    async def take_away(client_id: str, token: str, secret: str) -> None:
        async with database.identity() as session:
            await revoke_role(session, client_id, Role.ANALYST)

    async def revoke(client_id: str, token: str, secret: str) -> None:
        auth, form = (client_id, secret), {"token": token}
        await workers[0].http.post("/oauth/revoke", data=form, auth=auth)

    acts: list[Callable[[str, str, str], Awaitable[None]]] = [disable, take_away, revoke]
    took: list[float] = []
    for number, act in enumerate(acts * 2):
        token, secret = await token_of(workers[0], database, f"client-{number}")
        assert [await each.admits(token) for each in workers] == [True, True]
        await act(f"client-{number}", token, secret)
        took += await asyncio.gather(*(each.refuses(token) for each in workers))
    assert max(took) < PROMISED
    assert statistics.median(took) < 1


async def test_sigterm_under_load_loses_nothing_acknowledged(crashing: Hub) -> None:
    """H11: the server ends within 20 s, by itself, and what it answered is kept whole."""
    process = await crashing.start()
    stopped = asyncio.Event()
    pushing = [asyncio.create_task(crashing.push_until(stopped, number)) for number in range(4)]
    async with asyncio.timeout(30):
        while len(crashing.acknowledged) < 5:  # noqa: ASYNC110 pushed from outside the loop
            await asyncio.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    code = await asyncio.wait_for(process.wait(), 25)
    took = time.monotonic() - began
    stopped.set()
    await asyncio.gather(*pushing)
    assert took < 20
    assert code == 0
    assert await examine(crashing) == set()
