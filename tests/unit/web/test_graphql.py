"""The strict endpoint: what is refused and how, what is masked, what is stopped."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
import strawberry
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from strawberry.extensions import SchemaExtension

from hub.errors import RateLimitedError, RefusedError, UnauthenticatedError
from hub.web.graphql import graphql_route
from tests.unit.web.sample import PLANTED, SCHEMA, SERVING, Query, Stopwatch

JSON = {"content-type": "application/json"}
MODERN = JSON | {"accept": "application/graphql-response+json"}
HELLO = json.dumps({"query": "{hello}"})
Client = Callable[..., httpx2.AsyncClient]


def body(**members: Any) -> str:
    return json.dumps({"query": "{hello}", **members})


def wide(value: str) -> dict[str, str]:
    return JSON | {"content-type": value}


def taking(value: str) -> dict[str, str]:
    return JSON | {"accept": value}


async def post(client: httpx2.AsyncClient, query: str, **variables: Any) -> httpx2.Response:
    return await client.post("/graphql", json={"query": query, "variables": variables})


METHODS: list[tuple[str, dict[str, str], str, int]] = [
    (method, {}, "", 405) for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
]
METHODS += [("PROPFIND", {}, "", 405), ("FOO", {}, "", 405), ("PUT", JSON, HELLO, 405)]

TYPES = [
    ("POST", headers, HELLO, 415)
    for headers in [
        {},
        wide(""),
        wide("text/plain"),
        wide("text/html"),
        wide("application/graphql"),
        wide("application/graphql-response+json"),
        wide("application/x-www-form-urlencoded"),
        wide("multipart/form-data; boundary=x"),
        wide("multipart/mixed; boundary=x"),
        wide("x-application/json-x"),
        wide("application/json-patch+json"),
        wide("application/jsonp"),
        wide("application/problem+json"),
        wide("*/*"),
        wide("json"),
        wide("application/json; charset=utf-16"),
        wide("application/json; charset=latin-1"),
        wide("application/json; charset=utf-8; charset=utf-16"),
        wide("application/json; profile=x"),
        wide("application/json, application/json"),
        JSON | {"content-encoding": "gzip"},
        JSON | {"content-encoding": "br"},
    ]
]

ACCEPTS = [
    ("POST", taking(value), HELLO, 406)
    for value in [
        "text/html",
        "text/plain",
        "image/*",
        "application/xml",
        "application/json;q=0",
        "*/*;q=0",
        "application/*;q=0",
        "application/json;charset=utf-16",
        "multipart/mixed",
        "text/event-stream",
        "nonsense",
        "application/json;q=two",
    ]
]

BODIES = [
    ("POST", JSON, text, 400)
    for text in [
        "",
        " ",
        "{",
        "}",
        "null",
        "true",
        "1",
        '"{hello}"',
        "[]",
        "{}",
        "[" + HELLO + "]",
        "[" + HELLO + "," + HELLO + "]",
        HELLO + HELLO,
        HELLO + ",",
        "{hello}",
        "query=%7Bhello%7D",
        '{"query": "{hello}", "query": "{broken}"}',
        '{"query": "{hello}", "variables": {"a": NaN}}',
        '{"query": "{hello}", "variables": {"a": Infinity}}',
        '{"query": "{hello}", "variables": {"a": 1e999}}',
        '{"query": "{hello}", "variables": {"a": 123456789012345678901}}',
        '{"query": "{hello}", "variables": {"a": 1, "a": 2}}',
        '{"query": "{hello}", "variables": {"a": "\\ud800"}}',
        '{"query": "{hello}", "variables": {"a": "\\u0000"}}',
        '{"query": "{hello}", "variables": {"a": ' + "[" * 70 + "]" * 70 + "}}",
        '{"query": "{hello}", "variables": {"a": ' + "[" * 5000 + "]" * 5000 + "}}",
        '{"query": "\\ud800"}',
        "\ufeff" + HELLO,
        "{'query': '{hello}'}",
        '{"Query": "{hello}"}',
        '{"document": "{hello}"}',
        '{"id": "abc"}',
        '{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "ab"}}}',
        '{"operations": "{}", "map": "{}"}',
        body(query=None),
        body(query=1),
        body(query=True),
        body(query=["{hello}"]),
        body(query={"a": 1}),
        body(operationName=1),
        body(operationName=False),
        body(operationName=["A"]),
        body(operationName={}),
        body(variables="{}"),
        body(variables=[]),
        body(variables=0),
        body(variables=False),
        body(extensions="x"),
        body(extensions=[1]),
        body(extensions=0),
    ]
]

REFUSED: list[dict[str, Any]] = [
    {"query": ""},
    {"query": " "},
    {"query": "{"},
    {"query": "hello"},
    {"query": "{missing}"},
    {"query": "{hello{a}}"},
    {"query": "{again}"},
    {"query": "{hello(nome:1)}"},
    {"query": "{number(value:1.5)}"},
    {"query": "{...A}"},
    {"query": "{...A} fragment A on Query{...A}"},
    {"query": "{hello} {hello}"},
    {"query": "query A{hello} query B{hello}"},
    {"query": "query A{hello} query B{hello}", "operationName": None},
    {"query": "query A{hello} query A{hello}", "operationName": "A"},
    {"query": "query A{hello}", "operationName": "B"},
    {"query": "query A{hello}", "operationName": ""},
    {"query": "fragment A on Query{hello}"},
    {"query": "type A{b:Int}"},
    {"query": "subscription{hello}"},
    {"query": "{...@defer{hello}}"},
    {"query": "{many@stream{hello}}"},
    {"query": "{hello@include}"},
    {"query": "query($v:Int!){number(value:$v)}"},
    {"query": "query($v:Int!){number(value:$v)}", "variables": None},
    {"query": "query($v:Int!){number(value:$v)}", "variables": {"v": "1"}},
    {"query": "query($v:Int!){number(value:$v)}", "variables": {"v": 2**31}},
    {"query": "query($v:Int!){number(value:$v)}", "variables": {"v": 10**19}},
    {"query": "query($v:Nothing){hello}"},
    {"query": "{hello\u0000}"},
    {"query": '{hello(name:"\\u0000")}'},
    {"query": "mutation{hello}"},
    {"query": "x" * 15_001},
    {"query": "{" + "hello " * 1500 + "}"},
]
DOCUMENTS = [
    ("POST", MODERN, json.dumps({"query": "{hello}"} | members), 400) for members in REFUSED
]

PROBES = METHODS + TYPES + ACCEPTS + BODIES + DOCUMENTS


def test_there_are_enough_probes() -> None:
    assert len(PROBES) >= 97


@pytest.mark.parametrize(("method", "headers", "content", "status"), PROBES)
async def test_malformed_request_is_refused_strictly(
    client: httpx2.AsyncClient, method: str, headers: dict[str, str], content: str, status: int
) -> None:
    answer = await client.request(method, "/graphql", headers=headers, content=content.encode())
    assert answer.status_code == status
    assert "data" not in answer.json()
    assert 1 <= len(answer.json()["errors"]) <= 5
    assert len(answer.content) < 64_000
    for error in answer.json()["errors"]:
        assert len(error["message"]) <= 200
        assert error["extensions"]["code"] and error["extensions"]["requestId"]


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({}, 400),
        ({"query": ""}, 400),
        ({"query": "{hello}", "variables": "{"}, 400),
        ({"query": "{hello}", "variables": "[]"}, 400),
        ({"query": "{hello}", "extensions": "1"}, 400),
        ({"query": "mutation{change}"}, 405),
        ({"query": "mutation A{change}", "operationName": "A"}, 405),
        ({"query": "subscription{hello}"}, 400),
    ],
)
async def test_malformed_get_is_refused(
    client: httpx2.AsyncClient, parameters: dict[str, str], status: int
) -> None:
    answer = await client.get("/graphql", params=parameters, headers=MODERN)
    assert answer.status_code == status
    assert "data" not in answer.json()


async def test_mutation_over_get_names_the_method_it_wants(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/graphql", params={"query": "mutation{change}"})
    assert answer.headers["allow"] == "POST"
    done = await post(client, "mutation{change}")
    assert done.json()["data"] == {"change": True}


async def test_doubled_parameter_is_refused(client: httpx2.AsyncClient) -> None:
    query = urlencode([("query", "{hello}"), ("query", "{broken}")])
    assert (await client.get(f"/graphql?{query}")).status_code == 400


async def test_get_is_off_where_it_is_not_allowed(serve: Client) -> None:
    async with serve(get_allowed=False) as client:
        answer = await client.get("/graphql", params={"query": "{hello}"})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


async def test_get_answers_with_a_tag_and_then_not_modified(client: httpx2.AsyncClient) -> None:
    first = await client.get("/graphql", params={"query": "{hello}"})
    again = await client.get(
        "/graphql", params={"query": "{hello}"}, headers={"if-none-match": first.headers["etag"]}
    )
    assert first.status_code == 200
    assert first.headers["cache-control"] == "private, no-cache"
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/json", "application/json"),
        ("application/graphql-response+json", "application/graphql-response+json"),
        (
            "application/json, application/graphql-response+json",
            "application/graphql-response+json",
        ),
        ("application/json, application/graphql-response+json;q=0.5", "application/json"),
        (
            "application/graphql-response+json;charset=utf-8, application/json;q=0.9",
            "application/graphql-response+json",
        ),
        ("text/html, */*;q=0.1", "application/json"),
        ("application/json;q=0, */*", "application/graphql-response+json"),
    ],
)
async def test_media_type_is_negotiated(
    client: httpx2.AsyncClient, accept: str | None, kind: str
) -> None:
    if accept is None:
        del client.headers["accept"]
    headers = JSON if accept is None else taking(accept)
    answer = await client.post("/graphql", headers=headers, content=HELLO)
    assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
    assert answer.json()["data"] == {"hello": "hello you"}


async def test_refused_document_is_200_for_old_clients_only(client: httpx2.AsyncClient) -> None:
    content = body(query="{missing}")
    assert (await client.post("/graphql", headers=JSON, content=content)).status_code == 200
    assert (await client.post("/graphql", headers=MODERN, content=content)).status_code == 400


async def test_body_over_the_limit_is_refused_plain_and_chunked(client: httpx2.AsyncClient) -> None:
    big = body(note="x" * 8_000_000).encode()

    async def parts() -> AsyncIterator[bytes]:
        for start in range(0, len(big), 65_536):
            yield big[start : start + 65_536]

    assert (await client.post("/graphql", headers=JSON, content=big)).status_code == 413
    assert (await client.post("/graphql", headers=JSON, content=parts())).status_code == 413


async def test_unauthenticated_is_refused_before_the_body_is_read(serve: Client) -> None:
    async def nobody(request: Request) -> object | None:
        raise UnauthenticatedError("Sign in.")

    read = False

    async def parts() -> AsyncIterator[bytes]:
        nonlocal read
        read = True
        yield HELLO.encode()

    async with serve(authenticate=nobody) as client:
        answer = await client.post("/graphql", headers=JSON, content=parts())
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="hub"'
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert not read


async def test_rate_limited_tells_when_to_come_back(serve: Client) -> None:
    async def busy(request: Request) -> object | None:
        raise RateLimitedError("Too many requests.", retry_after=7)

    async with serve(authenticate=busy) as client:
        answer = await client.post("/graphql", headers=JSON, content=HELLO)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")


async def test_context_may_refuse(serve: Client) -> None:
    async def context(request: Request, principal: Any) -> object:
        raise RefusedError("Not for you.")

    async with serve(context=context) as client:
        answer = await client.post("/graphql", headers=JSON, content=HELLO)
    assert answer.status_code == 403


@pytest.mark.parametrize("query", ["{broken}", "{wrapped}"])
async def test_exception_text_reaches_neither_answer_nor_log(
    client: httpx2.AsyncClient, query: str, capsys: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = await post(client, query)
    output = capsys.readouterr()
    assert answer.status_code == 200
    assert answer.json()["errors"][0]["message"] == "Internal error"
    assert PLANTED not in answer.text + output.out + output.err + caplog.text
    assert answer.json()["errors"][0]["extensions"]["requestId"] in output.out


async def test_unforeseen_exception_outside_resolvers_is_masked(serve: Client, capsys: Any) -> None:
    async def context(request: Request, principal: Any) -> object:
        raise ValueError(PLANTED)

    async with serve(context=context) as client:
        answer = await client.post("/graphql", headers=JSON, content=HELLO)
    assert answer.status_code == 500
    assert PLANTED not in answer.text + capsys.readouterr().out


async def test_error_of_the_hub_keeps_its_message_and_code(client: httpx2.AsyncClient) -> None:
    error = (await post(client, "{refused}")).json()["errors"][0]
    assert error["message"] == "Not yours."
    assert error["extensions"]["code"] == "REFUSED"
    assert error["path"] == ["refused"]


@pytest.mark.parametrize("word", ["helo", "numbr", "agai", "man", "brokn", "refuse"])
async def test_near_miss_gets_no_suggestion(client: httpx2.AsyncClient, word: str) -> None:
    answer = await post(client, "{" + word + "}")
    assert "mean" not in answer.text
    for field in ("hello", "number", "again", "many", "broken", "refused"):
        assert f"'{field}'" not in answer.text


@pytest.mark.parametrize(
    ("query", "variables", "word"),
    [
        ("{hello(nam:1)}", {}, "'name'"),
        ("{painted(colour:CRIMSO)}", {}, "'CRIMSON'"),
        ("{painted(colour:CRIMSON,shape:{corner:1,corners:1})}", {}, "'corners'"),
        ("query($v:Colou!){painted(colour:$v)}", {}, "'Colour'"),
        ("query($v:Colour!){painted(colour:$v)}", {"v": "CRIMSO"}, "'CRIMSON'"),
        (
            "query($v:Shape){painted(colour:CRIMSON,shape:$v)}",
            {"v": {"corner": 1, "corners": 1}},
            "'corners'",
        ),
    ],
)
async def test_near_miss_in_values_gets_no_suggestion(
    client: httpx2.AsyncClient, query: str, variables: dict[str, Any], word: str
) -> None:
    answer = await post(client, query, **variables)
    assert answer.json()["errors"]
    assert "mean" not in answer.text and word not in answer.text


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query($v:Int!){number(value:$v)}", {"v": "777777"}),
        ("query($v:Shape){painted(colour:CRIMSON,shape:$v)}", {"v": {"corners": "777777"}}),
        ("query($v:Shape){painted(colour:CRIMSON,shape:$v)}", {"v": {"x": 777777, "corners": 1}}),
        ("query($v:Shape){painted(colour:CRIMSON,shape:$v)}", {"v": 777777}),
        ("query($v:Colour!){painted(colour:$v)}", {"v": 777777}),
        ("{painted(colour:777777)}", {}),
        ("query($v:Int!){number(value:$v)}", {"v": {"a": 777777}}),
        ("query($v:String){hello(name:$v)}", {"v": 777777}),
        ('{number(value:"777777")}', {}),
        ("{hello(name:777777)}", {}),
        ("{hello 777777}", {}),
    ],
)
async def test_refused_value_is_not_repeated(
    client: httpx2.AsyncClient, query: str, variables: dict[str, Any]
) -> None:
    answer = await post(client, query, **variables)
    assert answer.json()["errors"]
    assert "777777" not in answer.text


async def test_at_most_five_errors(client: httpx2.AsyncClient) -> None:
    broken = " ".join(f"a{number}:broken" for number in range(9))
    answer = (await post(client, "{" + broken + "}")).json()
    assert len(answer["errors"]) == 5
    assert len((await post(client, "{a b c d e f g h}")).json()["errors"]) == 5


async def test_messages_are_cut(client: httpx2.AsyncClient) -> None:
    error = (await post(client, "{" + "x" * 5000 + "}")).json()["errors"][0]
    assert len(error["message"]) == 200


async def test_slow_operation_is_cancelled(serve: Client) -> None:
    watch = Stopwatch()

    async def context(request: Request, principal: Any) -> object:
        return watch

    async with serve(context=context, timeout=0.05) as client:
        answer = await asyncio.wait_for(post(client, "{slow again{again{slow}}}"), 5)
    await asyncio.sleep(0)
    assert answer.status_code == 504
    assert answer.json()["errors"][0]["extensions"]["code"] == "TIMEOUT"
    assert watch.events == ["started", "started", "cancelled", "cancelled"]


@pytest.mark.parametrize(
    "query",
    [
        "{__schema{types{name}}}",
        '{__type(name:"Query"){name}}',
        "{...A} fragment A on Query{again{__typename} x:__schema{types{name}}}",
    ],
)
async def test_introspection_needs_permission(serve: Client, query: str) -> None:
    async with serve(may_introspect=lambda principal: False) as client:
        refused = await post(client, query)
        typename = await post(client, "{__typename}")
    async with serve() as client:
        allowed = await post(client, query)
    assert refused.status_code == 403
    assert typename.json()["data"] == {"__typename": "Query"}
    assert "errors" not in allowed.json()


async def test_introspection_permission_is_asked_again_for_a_kept_document(serve: Client) -> None:
    allowed = True
    async with serve(may_introspect=lambda principal: allowed) as client:
        before = await post(client, "{__schema{types{name}}}")
        allowed = False
        after = await post(client, "{__schema{types{name}}}")
    assert (before.status_code, after.status_code) == (200, 403)


async def test_cost_is_reported(client: httpx2.AsyncClient) -> None:
    answer = (await post(client, "{page(first:5){nodes{hello}}}")).json()
    assert answer["extensions"] == {"cost": {"rows": 10, "limit": 10_000}}


async def test_browser_gets_the_page_and_others_the_endpoint(serve: Client) -> None:
    def page(request: Request) -> Response:
        return HTMLResponse("the page")

    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    async with serve(page=page, get_allowed=False) as client:
        shown = await client.get("/graphql", headers=browser)
        other = await client.get("/graphql", headers={"accept": "*/*"})
    async with serve(page=page) as client:
        asked = await client.get("/graphql", params={"query": "{hello}"}, headers=browser)
    assert shown.text == "the page"
    assert other.status_code == 405
    assert asked.json()["data"] == {"hello": "hello you"}


async def test_answer_varies_by_who_asks(client: httpx2.AsyncClient) -> None:
    told = (await post(client, "{hello}")).headers["vary"]
    assert told == "Accept, Accept-Encoding, Authorization, Cookie"


def test_schema_with_extensions_is_not_served() -> None:
    class Extension(SchemaExtension):
        pass

    schema = strawberry.Schema(query=Query, extensions=[Extension])
    with pytest.raises(ValueError, match="extensions"):
        graphql_route("/graphql", schema, SERVING)


def test_incremental_delivery_is_not_served() -> None:
    config = strawberry.schema.config.StrawberryConfig(
        enable_experimental_incremental_execution=True
    )
    with pytest.raises(ValueError, match="Incremental"):
        graphql_route("/graphql", strawberry.Schema(query=Query, config=config), SERVING)


def test_sample_schema_is_served_at_the_very_path() -> None:
    assert graphql_route("/graphql", SCHEMA, SERVING).path == "/graphql"
