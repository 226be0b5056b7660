"""Rates and volume over HTTP: the noisy wait, the quiet do not, nobody waits for ever."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.app import build
from hub.auth.roles import Role
from hub.running import RunningHub
from tests.functional.conftest import URL, Client, Sign

PERIOD = '{ period(id: "CY2017") { id } }'


def limited(hub: RunningHub, **rates: int) -> httpx2.AsyncClient:
    """The same hub behind tighter limits."""
    settings = hub.settings.model_copy(update=rates)
    transport = httpx2.ASGITransport(app=build(replace(hub, settings=settings)))
    return httpx2.AsyncClient(transport=transport, base_url=URL)


@pytest.fixture
async def analyst(sign: Sign, hub: RunningHub) -> AsyncIterator[Client]:
    client = await sign(Role.ANALYST)
    hub.standing.forget()
    yield client


async def ask(http: httpx2.AsyncClient, client: Client, query: str = PERIOD) -> httpx2.Response:
    return await http.post("/graphql", json={"query": query}, headers=client.headers)


async def test_a_client_over_its_allowance_waits(hub: RunningHub, analyst: Client) -> None:
    async with limited(hub, requests_per_minute=20) as http:
        answers = [await ask(http, analyst) for _ in range(30)]
        rest = await http.get("/v1/queries/overview.json", headers=analyst.headers)
    codes = [answer.status_code for answer in answers]
    # The first counts as six: its document was not known.
    assert codes == [200] * 15 + [429] * 15
    refused = answers[-1]
    assert refused.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert (rest.status_code, rest.headers["content-type"]) == (429, "application/problem+json")
    assert int(rest.headers["retry-after"]) >= 1


async def test_unknown_documents_cost_more(hub: RunningHub, analyst: Client) -> None:
    async with limited(hub, requests_per_minute=60) as http:
        answers = [await ask(http, analyst, f"{{ a{n}: __typename }}") for n in range(12)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2


async def test_rows_are_limited_as_priced(hub: RunningHub, analyst: Client) -> None:
    wide = "{ observations(first: 100) { nodes { indicator { code } } } }"
    async with limited(hub, rows_per_minute=500) as http:
        answers = [await ask(http, analyst, wide) for _ in range(4)]
    assert answers[-1].status_code == 429
    assert answers[0].status_code != 429


async def test_an_address_is_limited_before_anybody_is_asked(hub: RunningHub) -> None:
    async with limited(hub, address_requests_per_minute=5) as http:
        answers = [await http.get("/schema.graphql") for _ in range(7)]
        health = await http.get("/healthz")
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert answers[-1].headers["content-type"] == "application/problem+json"
    assert answers[-1].headers["x-content-type-options"] == "nosniff"
    assert health.status_code == 200


async def test_a_thousand_bad_tries_lock_out_nobody(hub: RunningHub, analyst: Client) -> None:
    """A15: from the attacker's own address the good client waits seconds, from another none."""
    form = {"grant_type": "client_credentials"}
    async with limited(hub, failed_proofs_per_minute=10) as http:
        codes = set()
        for number in range(1000):
            name = analyst.client_id if number % 2 else f"made-up-{number}"
            answer = await http.post("/oauth/token", data=form, auth=(name, "wrong"))
            codes.add(answer.status_code)
            if codes == {401, 429} and number > 150:
                break
        assert codes == {401, 429}
        wait = int(answer.headers["retry-after"])
        assert 1 <= wait <= 6
        elsewhere = httpx2.ASGITransport(
            app=http._transport.app,  # type: ignore[attr-defined]
            client=("198.51.100.7", 1),
        )
        async with httpx2.AsyncClient(transport=elsewhere, base_url=URL) as other:
            good = await other.post(
                "/oauth/token", data=form, auth=(analyst.client_id, analyst.secret)
            )
        assert good.status_code == 200
        await asyncio.sleep(wait)
        again = await http.post("/oauth/token", data=form, auth=(analyst.client_id, analyst.secret))
        assert again.status_code == 200


async def test_secrets_cannot_be_guessed_by_reading(hub: RunningHub, analyst: Client) -> None:
    address = "/v1/queries/overview.json"
    async with limited(hub, failed_proofs_per_minute=5) as http:
        codes = [
            (await http.get(address, auth=(analyst.client_id, "wrong"))).status_code
            for _ in range(7)
        ]
    assert codes == [401] * 5 + [429] * 2


async def ask_quietly(http: httpx2.AsyncClient, quiet: list[Client]) -> None:
    """Fifty questions of five quiet clients, every one of which must be answered."""
    for _ in range(10):
        for client in quiet:
            assert (await ask(http, client)).status_code == 200
            await asyncio.sleep(0.002)


async def test_one_noisy_client_does_not_hold_up_five_quiet_ones(
    hub: RunningHub, sign: Sign
) -> None:
    """H10, told by who is answered: how long it takes is for benchmarks to tell."""
    quiet = [await sign(Role.ANALYST, person=f"quiet-{number}") for number in range(5)]
    noisy = await sign(Role.ANALYST, person="noisy")
    hub.standing.forget()
    refused = 0

    async with limited(hub, requests_per_minute=100) as http:

        async def shout() -> None:
            nonlocal refused
            while True:
                refused += (await ask(http, noisy)).status_code == 429
                await asyncio.sleep(0)

        shouting = [asyncio.create_task(shout()) for _ in range(3)]
        await ask_quietly(http, quiet)
        for task in shouting:
            task.cancel()
        await asyncio.gather(*shouting, return_exceptions=True)
    assert refused > 50


async def recorded(owner: AsyncEngine) -> list[Any]:
    async with owner.connect() as connection:
        query = text("SELECT client_id, details FROM audit.event WHERE act = 'reader.scan'")
        return list(map(tuple, await connection.execute(query)))


async def test_a_scan_is_recorded_and_ordinary_reading_is_not(
    hub: RunningHub, sign: Sign, owner: AsyncEngine
) -> None:
    """D8: the same question over many areas."""
    scanner = await sign(Role.ANALYST, person="scanner")
    reader = await sign(Role.ANALYST, person="reader")
    hub.standing.forget()
    areas = sorted(hub.words.areas)[:30]
    query = "query($area: String!) { area(code: $area) { name } }"
    async with limited(hub, scan_areas=20) as http:
        for area in areas:
            body = {"query": query, "variables": {"area": area}}
            await http.post("/graphql", json=body, headers=scanner.headers)
            body = {"query": query, "variables": {"area": areas[0]}}
            await http.post("/graphql", json=body, headers=reader.headers)
        assert await recorded(owner) == [(scanner.client_id, {"over": "areas"})]
        for area in areas:
            url = f"/v1/queries/overview.csv?area={area}&period=CY2017"
            await http.get(url, headers=reader.headers)
    assert len(await recorded(owner)) <= 2
