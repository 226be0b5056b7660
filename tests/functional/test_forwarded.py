"""Forwarded headers (H9): believed from the one configured proxy, from nobody else."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx2
import pytest
import uvicorn

from hub.running import RunningHub
from hub.server import configured
from hub.web.arrival import Arrival
from hub.web.rates import address_of

ALLOWED = 3
"""Requests a minute of one address."""


@asynccontextmanager
async def served(hub: RunningHub, proxy: str | None) -> AsyncIterator[httpx2.AsyncClient]:
    """Serve as ``hub serve`` does, behind a proxy or none, with a small allowance."""
    changes = {"proxy": proxy, "address_requests_per_minute": ALLOWED}
    server = uvicorn.Server(
        configured(replace(hub, settings=hub.settings.model_copy(update=changes)))
    )
    with socket.create_server(("127.0.0.1", 0)) as place:
        task = asyncio.create_task(server.serve([place]))
        while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
            await asyncio.sleep(0.01)
        address = f"http://127.0.0.1:{place.getsockname()[1]}"
        async with httpx2.AsyncClient(base_url=address) as http:
            yield http
        server.should_exit = True
        await task


async def refused(http: httpx2.AsyncClient, *forwarded: str) -> int:
    """Ask as often as there are words of whom it is for; how many were too many."""
    answers = [
        await http.get("/openapi.json", headers={"x-forwarded-for": one, "x-real-ip": one})
        for one in forwarded
    ]
    assert {answer.status_code for answer in answers} <= {200, 429}
    return sum(answer.status_code == 429 for answer in answers)


SPOOFED = [f"203.0.113.{number}" for number in range(2 * ALLOWED)]


@pytest.mark.parametrize("proxy", [None, "192.0.2.7"])
async def test_from_elsewhere_they_change_nothing(hub: RunningHub, proxy: str | None) -> None:
    async with served(hub, proxy) as http:
        assert await refused(http, *SPOOFED) == ALLOWED
        forged = {
            "x-forwarded-host": "evil.example",
            "x-forwarded-proto": "https",
            "forwarded": "for=203.0.113.9;host=evil.example;proto=https",
            "x-forwarded-prefix": "/evil.example",
            "x-original-url": "/releases",
        }
        for path in ("/healthz", "/readyz", "/graphql/", "/static"):
            answer = await http.get(path, headers=forged)
            told = answer.text + str(answer.headers)
            assert "evil.example" not in told and "https://" not in told


async def test_from_the_proxy_the_last_address_counts(hub: RunningHub) -> None:
    """A proxy adds whom it saw at the end; what stood before was the client's own word."""
    async with served(hub, "127.0.0.1") as http:
        assert await refused(http, *SPOOFED) == 0
        chains = [f"{one}, 198.51.100.4" for one in SPOOFED]
        assert await refused(http, *chains) == ALLOWED


def test_an_address_is_the_connections() -> None:
    assert address_of({"type": "http", "client": ("192.0.2.1", 1)}) == "192.0.2.1"


async def test_no_answer_leads_to_the_host_that_was_named(http: httpx2.AsyncClient) -> None:
    """A slash too many is not found: a redirect would go where the request says it is."""
    for path in ("/graphql/", "/journey/", "/static", "/v1/audit/heads/", "/journey//"):
        for method in ("GET", "POST"):
            answer = await http.request(method, path, headers={"host": "evil.example"})
            assert answer.status_code == 404, path
            assert "evil" not in answer.text + str(answer.headers)


def test_the_hub_bounds_how_requests_arrive(hub: RunningHub) -> None:
    kind = configured(hub).http
    assert isinstance(kind, type)
    assert issubclass(kind, Arrival)
