"""Two server processes on one database: keys rotate, access ends on both."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from hub.auth.keys import key_file, read_keys, signing_keys
from hub.auth.registry import disable_client, grant_role, register_client
from hub.auth.roles import Role
from hub.auth.rotation import activate, publish_next, retire, states
from hub.clock import now
from hub.db.engine import Database
from hub.settings import Settings
from tests.provider.running import free_port


@asynccontextmanager
async def server(
    settings: Settings, port: int, issuer: str, **more: str
) -> AsyncIterator[httpx2.AsyncClient]:
    """Run ``hub serve`` in a process of its own until it answers."""
    address = settings.database_url
    assert address is not None
    environ = os.environ | {
        "HUB_ENV": "development",
        "HUB_DATABASE_URL": address.get_secret_value(),
        "HUB_DATA_DIR": str(settings.data_dir),
        "HUB_PORT": str(port),
        "HUB_ISSUER": issuer,
        "HUB_LOG_LEVEL": "WARNING",
        **more,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hub.cli", "serve"), env=environ
    )
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            await _answers(http)
            yield http
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 60)


async def _answers(http: httpx2.AsyncClient) -> None:
    for _ in range(600):
        try:
            if (await http.get("/readyz")).status_code == 200:
                return
        except httpx2.HTTPError:
            pass
        await asyncio.sleep(0.1)
    raise AssertionError("the server did not start")


@dataclass
class Load:
    """Gets tokens from one server and uses them on the other, over and over."""

    servers: list[httpx2.AsyncClient]
    auth: tuple[str, str]
    tokens: list[str] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    done: int = 0
    over: bool = False

    async def run(self) -> None:
        while not self.over:
            for one, other in (self.servers, self.servers[::-1]):
                self.tokens.append(await self.token(one))
                for token in self.tokens[-5:]:
                    self._count(await self.use(other, token))
                await asyncio.sleep(0.02)

    async def token(self, http: httpx2.AsyncClient) -> str:
        form = {"grant_type": "client_credentials"}
        answer = await http.post("/oauth/token", data=form, auth=self.auth)
        self._count(answer)
        return str(answer.json().get("access_token"))

    async def use(self, http: httpx2.AsyncClient, token: str) -> httpx2.Response:
        body = {"query": "{ viewer { roles } }"}
        return await http.post("/graphql", json=body, headers={"Authorization": f"Bearer {token}"})

    def _count(self, answer: httpx2.Response) -> None:
        self.done += 1
        if answer.status_code != 200:
            self.failed.append(answer.status_code)


def standby(folder: Path) -> tuple[str, str]:
    with key_file(folder) as file:
        found = states(read_keys(file))
    active = next(one.kid for one in found if one.is_active)
    return active, next(one.kid for one in found if not one.is_active)


@pytest.fixture
async def load(settings: Settings, database: Database) -> AsyncIterator[Load]:
    """A client with a token, and two servers that know it."""
    async with database.identity() as session:
        made = await register_client(session, client_id="busy", title="test", at=now())
        await grant_role(session, "busy", Role.ANALYST, granted_by="test", at=now())
    signing_keys(settings.data_dir)
    ports = (free_port(), free_port())
    issuer = f"http://127.0.0.1:{ports[0]}"
    async with AsyncExitStack() as stack:
        both = await asyncio.gather(
            *(stack.enter_async_context(server(settings, port, issuer)) for port in ports)
        )
        yield Load(list(both), ("busy", made.secret or ""))


async def test_keys_rotate_under_load_and_a_disabled_client_ends_on_both_within_five_seconds(
    load: Load, settings: Settings, database: Database
) -> None:
    """A18 and A13."""
    folder = settings.data_dir
    running = asyncio.create_task(load.run())
    await asyncio.sleep(1)
    old, fresh = standby(folder)
    activate(folder, fresh, now())
    await asyncio.sleep(2)
    # Eleven minutes later nobody shows a token of the old key any more.
    load.tokens.clear()
    retire(folder, old, now(), at_once=True)
    publish_next(folder, now())
    await asyncio.sleep(2)
    load.over = True
    await running
    assert load.failed == []
    assert load.done > 20
    published = [set(kids(await one.get("/oauth/jwks"))) for one in load.servers]
    assert published[0] == published[1] == set(standby(folder))

    token = load.tokens[-1]
    async with database.identity() as session:
        await disable_client(session, "busy", now())
    began = time.monotonic()
    for one in load.servers:
        while (await load.use(one, token)).status_code == 200:
            assert time.monotonic() - began < 5
            await asyncio.sleep(0.05)
        assert (await load.use(one, token)).status_code == 401


def kids(answer: httpx2.Response) -> list[str]:
    return [key["kid"] for key in answer.json()["keys"]]
