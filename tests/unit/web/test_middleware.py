"""The outer wall: headers on every answer, log lines without content, forged requests refused."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from hub.errors import ConflictError, HubError, NotFoundError, RateLimitedError
from hub.web.arrival import LARGEST_HEAD
from hub.web.graphql import graphql_route
from hub.web.middleware import HEADERS, Wall, wall
from hub.web.problems import add_handlers
from tests.unit.web.sample import PLANTED, SCHEMA, SERVING

COOKIE = "__Host-session"
WALL = Wall(is_https=True, cookie=COOKIE, forms=frozenset({"/sign-in"}))


class FoundError(HubError):
    """An error with findings, as validation has it."""

    code = "INVALID"
    status = 422
    findings = ({"code": "R1", "row": 2},)


async def good(request: Request) -> Response:
    request.state.client_id = "a-client"
    return PlainTextResponse("good")


async def own(request: Request) -> Response:
    return PlainTextResponse("own", headers={"Cache-Control": "public, max-age=60"})


async def broken(request: Request) -> Response:
    raise ValueError(PLANTED)


async def bare(request: Request) -> Response:
    raise HubError(PLANTED)


async def gone(request: Request) -> Response:
    raise ClientDisconnect


async def missing(request: Request) -> Response:
    raise NotFoundError("No such return.")


async def busy(request: Request) -> Response:
    raise RateLimitedError("Slow down.", retry_after=9)


async def invalid(request: Request) -> Response:
    raise FoundError("Two rules are broken.")


async def half(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise ConflictError(PLANTED)


METHODS = ["GET", "POST"]
ROUTES = [
    Route("/good", good, methods=METHODS),
    Route("/sign-in", good, methods=METHODS),
    Route("/items/{item}", good),
    Mount("/inner", routes=[Route("/items/{item}", own)]),
    Route("/own", own),
    Route("/broken", broken),
    Route("/bare", bare),
    Route("/gone", gone),
    Route("/missing", missing),
    Route("/busy", busy),
    Route("/invalid", invalid),
    Mount("/half", half),
    graphql_route("/graphql", SCHEMA, SERVING),
]


def app_of(settings: Wall) -> Starlette:
    app = Starlette(routes=ROUTES, middleware=wall(settings))
    add_handlers(app)
    return app


def client_of(settings: Wall) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app_of(settings))
    return httpx2.AsyncClient(transport=transport, base_url="https://hub.test")


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(WALL) as made:
        yield made


EVERY = [
    ("GET", "/good", 200),
    ("GET", "/broken", 500),
    ("GET", "/bare", 500),
    ("GET", "/missing", 404),
    ("GET", "/busy", 429),
    ("GET", "/nowhere", 404),
    ("DELETE", "/good", 405),
    ("POST", "/graphql", 415),
    ("PUT", "/graphql", 405),
    ("GET", "/graphql", 400),
]


@pytest.mark.parametrize(("method", "path", "status"), EVERY)
async def test_every_answer_has_every_security_header(
    client: httpx2.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
    assert len(answer.headers["x-request-id"]) == 16


HEADS = {
    "one host": (200, "1.1", [(b"host", b"hub.test")]),
    "no host, in the old protocol": (200, "1.0", []),
    "no host": (400, "1.1", []),
    "two hosts": (400, "1.1", [(b"host", b"hub.test"), (b"host", b"evil.example")]),
    "a long field": (431, "1.1", [(b"host", b"hub.test"), (b"x", b"a" * LARGEST_HEAD)]),
    "many fields": (431, "1.1", [(b"host", b"hub.test"), *[(b"x-a", b"bcd")] * 11_000]),
}


@pytest.mark.parametrize("head", HEADS)
async def test_a_head_is_short_and_names_one_host(head: str) -> None:
    status, version, fields = HEADS[head]
    sent: list[Any] = []
    scope = {"type": "http", "method": "GET", "path": "/good", "raw_path": b"/good"}
    scope |= {"query_string": b"", "headers": fields, "http_version": version, "scheme": "http"}

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    await app_of(WALL)(scope, receive, send)
    assert sent[0]["status"] == status
    assert {name.decode() for name, _ in sent[0]["headers"]} >= {one.lower() for one in HEADERS}


@pytest.mark.parametrize(
    "wanted",
    ["default-src 'self'", "frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'"],
)
def test_policy_names_no_third_party(wanted: str) -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert wanted in policy
    assert "http" not in policy and "unsafe" not in policy and "*" not in policy


async def test_route_may_say_who_keeps_its_answer(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/own")).headers.get_list("cache-control") == ["public, max-age=60"]


async def test_hsts_only_over_https() -> None:
    async with client_of(Wall(is_https=False, cookie=COOKIE)) as client:
        assert "strict-transport-security" not in (await client.get("/good")).headers


async def test_request_id_is_the_servers_own(client: httpx2.AsyncClient) -> None:
    sent = {"X-Request-Id": "forged\tid"}
    first = (await client.get("/missing", headers=sent)).headers["x-request-id"]
    second = await client.get("/missing", headers=sent)
    assert "forged" not in first and first != second.headers["x-request-id"]
    assert second.json()["requestId"] == second.headers["x-request-id"]


@pytest.mark.parametrize("path", ["/broken", "/bare"])
async def test_unforeseen_exception_is_a_problem_without_its_text(
    client: httpx2.AsyncClient, path: str, capsys: Any
) -> None:
    answer = await client.get(path)
    output = capsys.readouterr()
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "INTERNAL"
    assert PLANTED not in answer.text + output.out + output.err
    assert answer.json()["requestId"] in output.out


async def test_exception_after_the_answer_started_breaks_the_connection(
    client: httpx2.AsyncClient,
) -> None:
    with pytest.raises(RuntimeError):
        await client.get("/half/")


async def test_client_that_left_is_no_fault(client: httpx2.AsyncClient, capsys: Any) -> None:
    # Nobody is there to be answered; the transport of the test misses an answer and says so.
    with pytest.raises(AssertionError):
        await client.get("/gone")
    output = capsys.readouterr().out
    assert "status=499" in output and "unforeseen" not in output


def log_line(capsys: Any) -> str:
    lines = [each for each in capsys.readouterr().out.splitlines() if "request " in each]
    assert len(lines) == 1
    return str(lines[0])


async def test_log_tells_the_template_and_no_content(
    client: httpx2.AsyncClient, capsys: Any
) -> None:
    await client.get("/items/secret-item?token=secret-token")
    line = log_line(capsys)
    for part in ("method=GET", "route=/items/{item}", "status=200", "client=a-client"):
        assert part in line
    assert "milliseconds=" in line and "request_id=" in line
    assert "secret" not in line


@pytest.mark.parametrize(
    ("path", "template"),
    [("/inner/items/3", "/inner/items/{item}"), ("/nowhere/secret", "unmatched")],
)
async def test_log_tells_inner_and_missing_templates(
    client: httpx2.AsyncClient, capsys: Any, path: str, template: str
) -> None:
    await client.get(path)
    assert f"route={template}" in log_line(capsys)


async def test_log_names_the_document_that_ran_by_its_hash(
    client: httpx2.AsyncClient, capsys: Any
) -> None:
    await client.post("/graphql", json={"query": '{hello(name:"secret")}'})
    line = log_line(capsys)
    assert "document=" in line and "document=None" not in line
    assert "secret" not in line


async def test_unusual_method_is_not_repeated_in_the_log(
    client: httpx2.AsyncClient, capsys: Any
) -> None:
    await client.request("SECRET", "/good")
    assert "method=OTHER" in log_line(capsys)


async def test_requests_are_observed() -> None:
    seen: list[tuple[str, str, int]] = []

    def observe(method: str, route: str, status: int, seconds: float) -> None:
        assert seconds >= 0
        seen.append((method, route, status))

    async with client_of(Wall(is_https=True, cookie=COOKIE, observe=observe)) as client:
        await client.get("/items/1")
        await client.get("/broken")
    assert seen == [("GET", "/items/{item}", 200), ("GET", "/broken", 500)]


SESSION = {"cookie": f"other=1; {COOKIE}=x"}
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
SAME = {"sec-fetch-site": "same-origin"}


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/good", SESSION | JSON | SAME, 200),
        ("/good", SESSION | JSON | {"sec-fetch-site": "none"}, 200),
        ("/good", SESSION | JSON | {"origin": "https://hub.test"}, 200),
        ("/sign-in", SESSION | FORM | SAME, 200),
        ("/good", JSON, 200),
        ("/good", {"cookie": "other=1"}, 200),
        ("/good", {"cookie": f"x{COOKIE}=1"}, 200),
        ("/good", SESSION | JSON, 403),
        ("/good", SESSION | SAME, 403),
        ("/good", SESSION | FORM | SAME, 403),
        ("/good", SESSION | {"content-type": "text/plain"} | SAME, 403),
        ("/good", SESSION | {"content-type": "multipart/form-data; boundary=x"} | SAME, 403),
        ("/good", SESSION | JSON | {"sec-fetch-site": "cross-site"}, 403),
        ("/good", SESSION | JSON | {"sec-fetch-site": "same-site"}, 403),
        ("/good", SESSION | JSON | {"origin": "https://evil.test"}, 403),
        ("/good", SESSION | JSON | {"origin": "null"}, 403),
        ("/good", SESSION | JSON | {"origin": "http://hub.test"}, 403),
        ("/good", SESSION | JSON | {"origin": "https://hub.test:8443"}, 403),
        (
            "/good",
            SESSION | JSON | {"sec-fetch-site": "cross-site", "origin": "https://hub.test"},
            403,
        ),
        ("/sign-in", SESSION | FORM | {"sec-fetch-site": "cross-site"}, 403),
        ("/graphql", SESSION | FORM | SAME, 403),
    ],
)
async def test_forged_request_of_a_signed_in_browser_is_refused(
    client: httpx2.AsyncClient, path: str, headers: dict[str, str], status: int
) -> None:
    answer = await client.post(path, headers=headers, content=b"x")
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "ORIGIN"


async def test_reading_needs_no_origin(client: httpx2.AsyncClient) -> None:
    cross = SESSION | {"sec-fetch-site": "cross-site"}
    assert (await client.get("/good", headers=cross)).status_code == 200


@pytest.mark.parametrize("path", ["/graphql", "/good", "/nowhere"])
def test_web_socket_is_refused(path: str) -> None:
    with (
        pytest.raises(WebSocketDisconnect),
        TestClient(app_of(WALL)).websocket_connect(path, ["graphql-transport-ws"]),
    ):
        pass


async def test_refusal_is_a_problem(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/missing")
    problem = json.loads(answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem == {
        "type": "/problems/not-found",
        "title": "Not Found",
        "status": 404,
        "code": "NOT_FOUND",
        "detail": "No such return.",
        "requestId": answer.headers["x-request-id"],
    }


async def test_problem_brings_its_findings(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/invalid")
    assert answer.status_code == 422
    assert answer.json()["findings"] == [{"code": "R1", "row": 2}]


async def test_problem_tells_when_to_come_back(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/busy")).headers["retry-after"] == "9"


async def test_routers_own_refusals_are_problems(client: httpx2.AsyncClient) -> None:
    nowhere, method = await client.get("/nowhere"), await client.delete("/good")
    assert nowhere.json()["code"] == "NOT_FOUND"
    assert nowhere.json()["type"] == "/problems/not-found"
    assert method.json()["code"] == "METHOD_NOT_ALLOWED"
    assert set(method.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}
