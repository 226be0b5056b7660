"""A connection whose request does not come, in bytes or in time, is closed; others are not."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from hub.web import arrival
from hub.web.arrival import LARGEST_HEAD, Arrival

SOON, LONG = 0.05, 30.0
"""Seconds: a wait that is to end within the test, and one that is not."""
GET = b"GET / HTTP/1.1\r\nHost: a\r\n"
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Served:
    """An application that reads the body, waits a little and answers; what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            self.told.append(message["type"])
            if not message.get("more_body"):
                break
        await asyncio.sleep(2 * SOON)
        start = {"type": "http.response.start", "status": 204, "headers": []}
        await send(start)
        await send({"type": "http.response.body"})


@asynccontextmanager
async def line(app: Served) -> AsyncIterator[Line]:
    """Open a connection to a server that takes requests as the hub does."""
    config = uvicorn.Config(app, http=Arrival, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as place:
        task = asyncio.create_task(server.serve([place]))
        while not server.started:  # noqa: ASYNC110 uvicorn offers no event
            await asyncio.sleep(0.01)
        reader, writer = await asyncio.open_connection(*place.getsockname())
        yield reader, writer
        writer.close()
        server.should_exit = True
        await task


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrival, "HEAD_SECONDS", LONG)
    monkeypatch.setattr(arrival, "BODY_SECONDS", LONG)


async def test_a_head_without_an_end_is_cut_off() -> None:
    """Whether in many fields or in one; the application never hears of it."""
    for more in (b"X: " + b"a" * LARGEST_HEAD, b"X: a\r\n" * (LARGEST_HEAD // 6 + 1)):
        app = Served()
        async with line(app) as (reader, writer):
            writer.write(GET)
            await asyncio.sleep(SOON)
            writer.write(more)
            assert (await reader.read()).startswith(b"HTTP/1.1 431 ")
        assert app.told == []


async def test_a_head_that_does_not_come_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(arrival, "HEAD_SECONDS", SOON)
    for begun, answer in ((GET, b"HTTP/1.1 408 "), (b"", b"")):
        app = Served()
        async with line(app) as (reader, writer):
            writer.write(begun)
            got = await reader.read()
        assert got.startswith(answer) and bool(got) is bool(begun)
        assert app.told == []


async def test_a_body_that_does_not_come_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(arrival, "BODY_SECONDS", SOON)
    app = Served()
    async with line(app) as (reader, writer):
        writer.write(GET + b"Content-Length: 9\r\n\r\nabc")
        assert await reader.read() == b""
    assert app.told == ["http.request", "http.disconnect"]


async def test_what_has_come_may_take_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits end with the request; its answer, and the next request, are not cut off."""
    monkeypatch.setattr(arrival, "BODY_SECONDS", SOON)
    app = Served()
    async with line(app) as (reader, writer):
        for _ in range(2):
            writer.write(GET + b"Content-Length: 3\r\n\r\nabc")
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204 ")
    assert app.told == ["http.request"] * 2


CHUNKED = b"3\r\nabc\r\n0\r\n\r\n"
SMUGGLED = {
    "a length and chunks": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKED,
    "chunks and a length": b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n" + CHUNKED,
    "two lengths": b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
    "a list of lengths": b"Content-Length: 3, 3\r\n\r\nabc",
    "a signed length": b"Content-Length: +3\r\n\r\nabc",
    "a length below nothing": b"Content-Length: -3\r\n\r\nabc",
    "a length beyond counting": b"Content-Length: 99999999999999999999999\r\n\r\nabc",
    "another encoding": b"Transfer-Encoding: xchunked\r\n\r\n" + CHUNKED,
    "chunks not last": b"Transfer-Encoding: chunked, identity\r\n\r\n" + CHUNKED,
    "a space before the colon": b"Transfer-Encoding : chunked\r\n\r\n" + CHUNKED,
    "a folded field": b"X: a\r\n b\r\nContent-Length: 3\r\n\r\nabc",
    "a bare return": b"X: a\rTransfer-Encoding: chunked\r\n\r\n" + CHUNKED,
    "a null": b"X: a\x00b\r\n\r\n",
}


async def test_an_unclear_length_ends_the_connection() -> None:
    """What a proxy might read otherwise is answered once by 400, and what follows by nothing."""
    for name, rest in SMUGGLED.items():
        app = Served()
        async with line(app) as (reader, writer):
            writer.write(b"POST / HTTP/1.1\r\nHost: a\r\n" + rest + GET + b"\r\n")
            got = await reader.read()
        assert got.startswith(b"HTTP/1.1 400 "), name
        assert got.count(b"HTTP/1.1 ") == 1, name
        assert "http.request" not in app.told, name
