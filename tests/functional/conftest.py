"""A whole hub in process: the real application over a real database, spoken to by HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner

from hub.app import build
from hub.auth.registry import grant_role, register_client
from hub.auth.roles import Role
from hub.cli import app as cli
from hub.clock import now
from hub.db.engine import Database
from hub.errors import HubError
from hub.running import RunningHub, hub_over
from hub.settings import Settings
from hub.settings import settings as read_settings
from tests.conftest import FreshSettings
from tests.functional.released import released_demo

URL = "http://127.0.0.1:8000"


@dataclass
class Client:
    """A caller of the hub: its token goes with every request."""

    http: httpx2.AsyncClient
    token: str
    client_id: str
    secret: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def renew(self) -> None:
        """Get another token: they live for minutes, and a long run does not."""
        grant = {"grant_type": "client_credentials"}
        sent = await self.http.post("/oauth/token", data=grant, auth=(self.client_id, self.secret))
        self.token = sent.json()["access_token"]

    async def put(self, address: str, body: Any, **headers: str) -> httpx2.Response:
        """PUT a return; a mapping goes as JSON, bytes as they are."""
        url = f"/v1/returns/{address}"
        sent = self.headers | headers
        if isinstance(body, bytes):
            return await self.http.put(url, content=body, headers=sent)
        return await self.http.put(url, json=body, headers=sent)

    async def get(self, url: str, **headers: str) -> httpx2.Response:
        return await self.http.get(url, headers=self.headers | headers)

    async def graphql(self, path: str, query: str, **variables: Any) -> dict[str, Any]:
        body = {"query": query, "variables": variables}
        answer = await self.http.post(path, json=body, headers=self.headers)
        content: dict[str, Any] = answer.json()
        return content


Sign = Callable[..., Awaitable[Client]]
Run = Callable[..., Any]
"""Runs a `hub` command and gives what it printed as JSON."""


@pytest.fixture
async def hub(settings: Settings, database: Database) -> RunningHub:
    """A running hub over a database of the test's own."""
    return hub_over(database, settings)


@pytest.fixture(scope="module")
async def demo(fresh_settings: FreshSettings) -> AsyncIterator[RunningHub]:
    """The released demo, one for every test of a module that only reads."""
    async with fresh_settings() as settings, released_demo(settings) as running:
        yield running


@pytest.fixture
async def analyst(sign: Sign, request: pytest.FixtureRequest) -> Client:
    """A partnership analyst of the test's own."""
    return await sign(Role.ANALYST, person=str(abs(hash(request.node.nodeid))))


@pytest.fixture
async def http(hub: RunningHub) -> AsyncIterator[httpx2.AsyncClient]:
    """HTTP to the application, without a network."""
    transport = httpx2.ASGITransport(app=build(hub))
    async with httpx2.AsyncClient(transport=transport, base_url=URL) as client:
        yield client


@pytest.fixture
def sign(hub: RunningHub, http: httpx2.AsyncClient) -> Sign:
    """Register a client with a role and get it a token, as an operator and a system would."""
    return partial(signed_on, hub.database, http)


async def signed_on(
    database: Database,
    http: httpx2.AsyncClient,
    role: Role,
    agency: str | None = None,
    person: str = "",
) -> Client:
    """Register a client with a role and get it a token."""
    at, client_id = now(), f"{agency or 'none'}-{role}-{person or 'one'}".lower()
    async with database.identity() as session:
        made = await register_client(
            session, client_id=client_id, title="test", at=at, agency=agency, person=person
        )
        await grant_role(session, client_id, role, granted_by="test", at=at)
    secret = made.secret or ""
    answer = await http.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, auth=(client_id, secret)
    )
    return Client(http, answer.json()["access_token"], client_id, secret)


@pytest.fixture
def hub_command(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command with ``--json`` in another thread, as in a process of its own."""
    address = settings.database_url
    assert address is not None
    monkeypatch.setenv("HUB_DATABASE_URL", address.get_secret_value())
    monkeypatch.setenv("HUB_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("HUB_ENV", "development")
    monkeypatch.delenv("HUB_TOKEN", raising=False)
    read_settings.cache_clear()

    async def run(*words: str, token: str = "") -> Any:
        if token:
            monkeypatch.setenv("HUB_TOKEN", token)
        done = await asyncio.to_thread(CliRunner().invoke, cli, [*words, "--json"])
        monkeypatch.delenv("HUB_TOKEN", raising=False)
        if isinstance(done.exception, HubError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return run
