"""Requests with a known head take the short way, and nobody can tell by the answers.

Two servers of one hub are asked the same bytes: one remembers, the other (a plain ``Arrival``)
sends everything the ordinary way.
"""

import asyncio
import base64
import json
import random
import re
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import uvicorn

from hub.auth.registry import disable_client, revoke_role
from hub.auth.roles import Role
from hub.clock import now
from hub.running import RunningHub
from hub.server import configured
from hub.web import express
from hub.web.arrival import Arrival
from hub.web.graphql import Endpoint
from hub.web.wire import Wire
from tests.functional.conftest import Client, Sign
from tests.functional.test_kept_answers import DOCUMENT, publish

WIDE = '{ observations(indicators: ["POL_DA_CRIME"], first: 100) { nodes { figure { value } } } }'
PERIOD = "query($id: String!) { period(id: $id) { title } }"
OWN = re.compile(rb"\r\n(date|x-request-id): [^\r]*|\"requestId\":\"[0-9a-f]+\"")
"""What differs between two answers to one request."""


@dataclass(slots=True)
class Line:
    """A connection to a server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    server: uvicorn.Server | None = None

    async def ask(self, *parts: bytes) -> bytes:
        """Send a request in these parts; give its answer."""
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()
            if len(parts) > 1:
                await asyncio.sleep(0.005)
        return await self.answer()

    async def answer(self) -> bytes:
        head = await self.reader.readuntil(b"\r\n\r\n")
        found = re.search(rb"content-length: (\d+)", head)
        return head + await self.reader.readexactly(int(found[1]) if found else 0)


@asynccontextmanager
async def server(config: uvicorn.Config) -> AsyncIterator[tuple[uvicorn.Server, tuple[str, int]]]:
    """Serve as the hub does, on a port of its own."""
    running = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as place:
        task = asyncio.create_task(running.serve([place]))
        while not running.started:  # noqa: ASYNC110 uvicorn offers no event
            await asyncio.sleep(0.01)
        yield running, place.getsockname()
        running.should_exit = True
        await task


@asynccontextmanager
async def line(config: uvicorn.Config) -> AsyncIterator[Line]:
    """Open a connection to a server of one's own."""
    async with server(config) as (running, address):
        reader, writer = await asyncio.open_connection(*address, limit=2**20)
        yield Line(reader, writer, running)
        writer.close()


def plain(hub: RunningHub) -> uvicorn.Config:
    """Serve without the short way."""
    config = configured(hub)
    config.http = Arrival
    return config


def post(client: Client, body: object, *fields: str) -> bytes:
    """Write a question."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = (
        "POST /graphql HTTP/1.1",
        "Host: hub",
        "Content-Type: application/json",
        f"Authorization: Bearer {client.token}",
        f"Content-Length: {len(sent)}",
        *fields,
    )
    return "\r\n".join((*head, "", "")).encode() + sent


def get(client: Client, query: str, *fields: str) -> bytes:
    """Write a question that can be kept by its address."""
    head = (
        f"GET /graphql?{urlencode({'query': query})} HTTP/1.1",
        "Host: hub",
        "Accept: application/json",
        f"Authorization: Bearer {client.token}",
        *fields,
    )
    return "\r\n".join((*head, "", "")).encode()


def told(answer: bytes) -> Any:
    """Tell release and value of an answer to ``DOCUMENT``."""
    data = json.loads(answer.partition(b"\r\n\r\n")[2])["data"]
    return data["release"]["id"], data["observations"]["nodes"][0]["figure"]["value"]


def status(answer: bytes) -> int:
    return int(answer[9:12])


@contextmanager
def unparsed() -> Iterator[None]:
    """Let nothing through to the parser."""

    def parse(self: Wire, data: bytes) -> None:
        raise AssertionError("It was parsed.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Wire, "_parse", parse)
        yield


@pytest.fixture
async def analyst(hub: RunningHub, sign: Sign) -> AsyncIterator[Client]:
    hub.shelf.is_hearing = True
    found = await sign(Role.ANALYST)
    await publish(hub, "made-1", "partner", 617)
    yield found
    hub.shelf.is_hearing = False


@pytest.fixture
async def reader(hub: RunningHub, analyst: Client) -> AsyncIterator[Line]:
    """A connection on which a question has come three times."""
    async with line(configured(hub)) as open_:
        for _ in range(3):
            assert told(await open_.ask(get(analyst, DOCUMENT))) == ("made-1", 617.0)
        yield open_


async def test_the_same_request_is_not_parsed_again(reader: Line, analyst: Client) -> None:
    with unparsed():
        first, second = [await reader.ask(get(analyst, DOCUMENT)) for _ in range(2)]
    assert OWN.sub(b"", first) == OWN.sub(b"", second)
    ids = [re.search(rb"x-request-id: (\w+)", each) for each in (first, second)]
    assert ids[0] and ids[1] and ids[0][1] != ids[1][1]
    for name in (b"date", b"etag", b"vary", b"cache-control", b"content-security-policy"):
        assert first.count(b"\r\n" + name + b": ") == 1


async def test_a_known_head_is_enough(hub: RunningHub, analyst: Client) -> None:
    """The body is another each time: nothing is kept, and still nothing is parsed."""
    bodies = [{"query": PERIOD, "variables": {"id": f"CY201{n}"}} for n in range(6)]
    async with line(configured(hub)) as short, line(plain(hub)) as long:
        assert status(await short.ask(post(analyst, bodies[0]))) == 200
        with unparsed():
            for body in bodies[1:]:
                found = await short.ask(post(analyst, body))
                assert OWN.sub(b"", found) == OWN.sub(b"", await long.ask(post(analyst, body)))
                assert f"201{bodies.index(body)}".encode() in found


async def test_a_new_release_is_told(hub: RunningHub, reader: Line, analyst: Client) -> None:
    await publish(hub, "made-2", "partner", 618)
    assert told(await reader.ask(get(analyst, DOCUMENT))) == ("made-2", 618.0)


async def test_a_role_taken_away_ends_it(hub: RunningHub, reader: Line, analyst: Client) -> None:
    async with hub.database.identity() as session:
        await revoke_role(session, analyst.client_id, Role.ANALYST)
    hub.standing.forget()
    for _ in range(3):
        assert b'"data":null' in await reader.ask(get(analyst, DOCUMENT))


async def test_whoever_has_other_rights_by_now_is_another(hub: RunningHub, analyst: Client) -> None:
    config = configured(hub)
    async with line(config) as open_:
        for _ in range(3):
            await open_.ask(get(analyst, DOCUMENT))
    known: express.Express = config.loaded_app.state.express
    recalled = next(iter(known._came.values())).recalled
    assert known._door.again(recalled, recalled.principal, {}) is not None
    assert known._door.again(recalled, replace(recalled.principal), {}) is None


async def test_a_disabled_client_is_refused(hub: RunningHub, reader: Line, analyst: Client) -> None:
    async with hub.database.identity() as session:
        await disable_client(session, analyst.client_id, now())
    hub.standing.forget()
    assert status(await reader.ask(get(analyst, DOCUMENT))) == 401


async def test_a_revoked_token_is_refused(reader: Line, analyst: Client) -> None:
    who = (analyst.client_id, analyst.secret)
    ended = await analyst.http.post("/oauth/revoke", data={"token": analyst.token}, auth=who)
    assert ended.status_code == 200
    assert status(await reader.ask(get(analyst, DOCUMENT))) == 401


async def test_an_expired_token_is_refused(hub: RunningHub, analyst: Client) -> None:
    late = timedelta(0)
    later = replace(hub, clock=lambda: now() + late)
    object.__setattr__(later, "shelf", hub.shelf)
    async with line(configured(later)) as open_:
        for _ in range(3):
            assert status(await open_.ask(get(analyst, DOCUMENT))) == 200
        late = timedelta(hours=1)
        assert status(await open_.ask(get(analyst, DOCUMENT))) == 401


async def test_it_counts_as_the_first_did(hub: RunningHub, analyst: Client) -> None:
    held = hub.settings.model_copy(update={"rows_per_minute": 1500})
    few = replace(hub, settings=held)
    object.__setattr__(few, "shelf", hub.shelf)
    async with line(configured(few)) as open_:
        codes = [status(await open_.ask(post(analyst, {"query": WIDE}))) for _ in range(12)]
    many = codes.count(200)
    assert 3 <= many < 12, "so many that the later ones took the short way"
    assert codes == [200] * many + [429] * (12 - many)


@pytest.mark.parametrize("kind", ["requests_per_minute", "address_requests_per_minute"])
async def test_allowances_end_it(hub: RunningHub, analyst: Client, kind: str) -> None:
    few = replace(hub, settings=hub.settings.model_copy(update={kind: 20}))
    object.__setattr__(few, "shelf", hub.shelf)
    async with line(configured(few)) as open_:
        codes = [status(await open_.ask(get(analyst, DOCUMENT))) for _ in range(24)]
    many = codes.count(200)
    # The first counts for the client as six: its document was not known.
    assert many == (15 if kind == "requests_per_minute" else 20)
    assert codes == [200] * many + [429] * (24 - many)


async def test_its_line_in_the_log_is_as_the_firsts(
    reader: Line, analyst: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    await reader.ask(get(analyst, DOCUMENT))
    line_ = next(each for each in capsys.readouterr().out.splitlines() if "route=/graphql" in each)
    assert f"client={analyst.client_id}" in line_
    assert "document=None" not in line_
    assert "rows=None" not in line_


@pytest.mark.parametrize(
    ("part", "other"),
    [
        (b"Host:", b"Cookie: __Host-hub=x\r\nHost:"),
        (b"Host:", b"Origin: https://a.example\r\nHost:"),
        (b"Host:", b"X-Any: 1\r\nHost:"),
        (b"Host:", b"Connection: close\r\nHost:"),
        (b"Host:", b"Accept: application/json\r\nAccept: */*\r\nHost:"),
        (b"HTTP/1.1\r\n", b"HTTP/1.0\r\nConnection: keep-alive\r\n"),
        (b"GET", b"HEAD"),
        (b"Bearer", b"Basic"),
    ],
)
async def test_other_heads_are_never_remembered(
    hub: RunningHub, analyst: Client, part: bytes, other: bytes
) -> None:
    config = configured(hub)
    proof = b"Bearer " + analyst.token.encode()
    if other == b"Basic":
        part = proof
        shown = f"{analyst.client_id}:{analyst.secret}".encode()
        other = b"Basic " + base64.b64encode(shown)
    async with server(config) as (_, address):
        for request in (post(analyst, {"query": DOCUMENT}), get(analyst, DOCUMENT)):
            for _ in range(3):
                reader, writer = await asyncio.open_connection(*address)
                writer.write(request.replace(part, other, 1))
                await reader.readuntil(b"\r\n\r\n")
                writer.close()
        known: express.Express = config.loaded_app.state.express
        heads = {head.method for head in known._heads.values()}
        assert heads <= ({"POST"} if part == b"GET" else set())
        assert not [one for one in known._came if b"HEAD" in one.data or part != b"GET"]


async def test_only_so_much_is_remembered(
    hub: RunningHub, analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(express, "KNOWN", 3)
    config = configured(hub)
    async with line(config) as open_:
        for number in range(8):
            # Lengths differ, and so do the heads.
            body = {"query": DOCUMENT + " " * number}
            for _ in range(3):
                assert told(await open_.ask(post(analyst, body))) == ("made-1", 617.0)
        long = {"query": DOCUMENT + " " * express.LONGEST}
        assert told(await open_.ask(post(analyst, long))) == ("made-1", 617.0)
    known: express.Express = config.loaded_app.state.express
    assert len(known._heads) == len(known._came) == 3
    assert all(len(each.data) <= express.LONGEST for each in known._came)


@contextmanager
def slowly(known: express.Express) -> Iterator[tuple[asyncio.Event, asyncio.Event]]:
    """Let no answer of the short way end before it may; tells when one has begun."""
    begun, end, answer = asyncio.Event(), asyncio.Event(), known.answer

    async def slow(asked: express.Asked) -> express.Told:
        begun.set()
        await end.wait()
        return await answer(asked)

    known._came.clear()
    known.answer = slow  # type: ignore[method-assign]
    yield begun, end
    known.answer = answer  # type: ignore[method-assign]


async def test_what_waits_is_answered_before_the_end(hub: RunningHub, analyst: Client) -> None:
    """A server that is told to end answers first what it has begun."""
    config = configured(hub)
    async with line(config) as open_:
        question = post(analyst, {"query": DOCUMENT})
        await open_.ask(question)
        with slowly(config.loaded_app.state.express) as (begun, end):
            open_.writer.write(question)
            await begun.wait()
            assert open_.server is not None
            for each in open_.server.server_state.connections:
                each.shutdown()
            end.set()
            found = await open_.answer()
    assert told(found) == ("made-1", 617.0)
    assert b"\r\nconnection: close\r\n" in found


async def test_answers_come_in_the_order_of_the_questions(hub: RunningHub, analyst: Client) -> None:
    """Whoever asks more before the first answer, in pieces, waits for that."""
    config = configured(hub)
    questions = [post(analyst, {"query": PERIOD, "variables": {"id": f"CY201{n}"}}) for n in "78"]
    later = b"".join([questions[1], get(analyst, DOCUMENT)])
    async with line(config) as open_:
        await open_.ask(questions[0])
        with slowly(config.loaded_app.state.express) as (begun, end):
            open_.writer.write(questions[0])
            await begun.wait()
            for part in (later[:40], later[40:]):
                open_.writer.write(part)
                await asyncio.sleep(0.02)
            end.set()
            found = [await open_.answer() for _ in range(3)]
    assert [b"2017" in found[0], b"2018" in found[1]] == [True, True]
    assert told(found[2]) == ("made-1", 617.0)


def cut(chance: random.Random, data: bytes) -> list[bytes]:
    """Cut a request into two or three parts, at any place."""
    places = sorted(chance.sample(range(1, len(data)), chance.randrange(1, 3)))
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]


async def test_what_nobody_foresaw_is_answered_without_a_word_of_it(
    hub: RunningHub, analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise KeyError("planted")

    async with line(configured(hub)) as open_:
        question = post(analyst, {"query": PERIOD, "variables": {"id": "CY2017"}})
        good = await open_.ask(question)
        with monkeypatch.context() as patch:
            patch.setattr(Endpoint, "answered", fail)
            wrong = await open_.ask(question)
        assert status(wrong) == 500
        assert b"planted" not in wrong
        again = await open_.ask(question)
        assert again.partition(b"\r\n\r\n")[2] == good.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize("many", [80, pytest.param(5000, marks=pytest.mark.long)])
async def test_no_answer_tells_which_way_it_took(
    hub: RunningHub, analyst: Client, many: int
) -> None:
    """Made-up requests, good and bad, whole, cut anywhere or one upon another."""
    chance = random.Random(many)
    kinds = ("requests", "address_requests", "rows")
    much = {f"{kind}_per_minute": 10**9 for kind in kinds}
    free = replace(hub, settings=hub.settings.model_copy(update=much))
    object.__setattr__(free, "shelf", hub.shelf)
    async with line(configured(free)) as short, line(plain(free)) as long:
        for number in range(many):
            if number % 200 == 199:
                await analyst.renew()
            asked = [
                chance.choice(_kinds(analyst, chance)) for _ in range(chance.choice([1, 1, 3]))
            ]
            sent = b"".join(asked)
            parts = cut(chance, sent) if chance.random() < 0.4 else [sent]
            found = []
            for open_ in (short, long):
                answers = [await open_.ask(*parts)]
                answers += [await open_.answer() for _ in asked[1:]]
                found.append([OWN.sub(b"", each) for each in answers])
            assert found[0] == found[1], sent


def _kinds(analyst: Client, chance: random.Random) -> list[bytes]:
    number = chance.randrange(4)
    variables = {"id": chance.choice([f"CY201{number}", "Q1", None, 5])}
    gzip = "Accept-Encoding: gzip"
    return [
        post(analyst, {"query": DOCUMENT}),
        post(analyst, {"query": WIDE}, gzip),
        post(analyst, {"query": PERIOD, "variables": variables}),
        post(analyst, {"query": DOCUMENT + " { nothing }"}),
        post(analyst, {"query": f"{{ nothing{number} }}"}),
        post(analyst, b'{"query": 5}'),
        post(analyst, b"[" * (5 + number)),
        get(analyst, DOCUMENT),
        get(analyst, DOCUMENT, gzip),
        get(analyst, DOCUMENT, 'If-None-Match: "nothing"'),
        get(analyst, "mutation { nothing }"),
    ]
