"""Asking the provider: what is not a small, quick, direct answer in JSON is none."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable

import httpx2
import pytest

from hub.auth.oidc import fetching
from hub.auth.oidc.fetching import LARGEST, Fetching
from hub.errors import ProviderError

Answer = Callable[[httpx2.Request], httpx2.Response]


async def get(answer: Answer) -> dict[str, object]:
    asking = Fetching(httpx2.MockTransport(answer))
    try:
        return await asking.get("https://login.example.org/keys")
    finally:
        await asking.close()


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield b" " * 10_000


BAD: dict[str, Answer] = {
    "a redirect": lambda _: httpx2.Response(302, headers={"location": "http://169.254.169.254/"}),
    "an error": lambda _: httpx2.Response(500, text="planted words"),
    "an error in JSON": lambda _: httpx2.Response(400, json={"error": "planted"}),
    "no JSON": lambda _: httpx2.Response(200, text="<html>"),
    "a list": lambda _: httpx2.Response(200, json=[]),
    "too deep": lambda _: httpx2.Response(200, content=b"[" * 60_000),
    "too large": lambda _: httpx2.Response(200, content=b" " * (LARGEST + 1)),
    "endless": lambda _: httpx2.Response(200, content=endless()),
    "a bomb": lambda _: httpx2.Response(
        200, content=gzip.compress(b" " * 10_000_000), headers={"content-encoding": "gzip"}
    ),
}


@pytest.mark.parametrize("case", BAD)
async def test_other_answers_are_none(case: str) -> None:
    with pytest.raises(ProviderError) as refused:
        await get(BAD[case])
    assert "planted" not in refused.value.message


async def test_a_slow_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.1)

    async def slow(_: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(30)
        return httpx2.Response(200, json={})

    asking = Fetching(httpx2.MockTransport(slow))
    with pytest.raises(ProviderError):
        await asyncio.wait_for(asking.get("https://login.example.org/keys"), 5)
    await asking.close()


async def test_a_small_object_is_taken() -> None:
    assert await get(lambda _: httpx2.Response(200, json={"keys": []})) == {"keys": []}
