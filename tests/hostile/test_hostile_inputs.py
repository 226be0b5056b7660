"""Generated input over the SDL and the OpenAPI document, with every role's token: no server error.

schemathesis makes the requests of the OpenAPI document and hypothesis-graphql, which it is built
on, the documents of both schemas. No answer is a server error or an unmasked one (security G13).
"""

from collections.abc import AsyncIterator, Callable
from typing import Any

import hypothesis_graphql
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from hub.auth.roles import AGENCY_ROLES, Role
from hub.schema.intake import root as intake
from hub.schema.read import query as read
from tests.conftest import FreshSettings
from tests.functional.acts import Partnership, open_partnership

ROLES = [role for role in Role if role is not Role.PUBLIC]
UNFORESEEN = {"INTERNAL", "HUB_ERROR", "DATABASE", "SETTINGS"}


@pytest.fixture(scope="module")
async def partnership(fresh_settings: FreshSettings) -> AsyncIterator[Partnership]:
    async with open_partnership(fresh_settings) as made:
        yield made


def drawn(strategy: SearchStrategy[Any], count: int, seed: int = 0) -> list[Any]:
    """Draw examples beforehand: the hub answers in the loop it was opened in."""
    found: list[Any] = []

    @settings(
        max_examples=count,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(example: Any) -> None:
        found.append(example)

    collect()
    return found


async def client_headers(partnership: Partnership, role: Role) -> dict[str, str]:
    agency = "HERTS_POLICE" if role in AGENCY_ROLES else None
    return (await partnership.client(role, agency)).headers


async def ask(partnership: Partnership, path: str, sdl: str, count: int) -> int:
    """Ask generated documents as every role; how many were answered with data."""
    strategies: list[Callable[..., Any]] = [hypothesis_graphql.queries]
    if "type Mutation" in sdl:
        strategies.append(hypothesis_graphql.mutations)
    documents = [text for make in strategies for text in drawn(make(sdl), count)]
    answered = 0
    for number, document in enumerate(documents):
        role = ROLES[number % len(ROLES)]
        headers = await client_headers(partnership, role)
        client = await partnership.client(Role.ANALYST)
        answer = await client.http.post(path, json={"query": document}, headers=headers)
        assert answer.status_code < 500, document
        content = answer.json()
        codes = {error["extensions"]["code"] for error in content.get("errors", ())}
        assert not codes & UNFORESEEN, (codes, document)
        assert content.get("data") is not None or len(answer.content) < 64_000
        answered += content.get("data") is not None
    return answered


@pytest.mark.parametrize("path", ["/graphql", "/graphql/intake"])
async def test_generated_documents(partnership: Partnership, path: str) -> None:
    schema = read.schema if path == "/graphql" else intake.schema
    assert await ask(partnership, path, schema.as_str(), 12) > 0


@pytest.mark.long
@pytest.mark.parametrize("path", ["/graphql", "/graphql/intake"])
async def test_many_generated_documents(partnership: Partnership, path: str) -> None:
    schema = read.schema if path == "/graphql" else intake.schema
    assert await ask(partnership, path, schema.as_str(), 3_000) > 0


async def send(partnership: Partnership, count: int) -> set[int]:
    """Send what schemathesis makes of the OpenAPI document as every role; the statuses."""
    # Here, so that only the process that runs these tests loads it.
    import schemathesis
    from schemathesis.core.result import Ok

    http = (await partnership.client(Role.ANALYST)).http
    document = schemathesis.openapi.from_dict((await http.get("/openapi.json")).json())
    statuses: set[int] = set()
    for result in document.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        for number, case in enumerate(drawn(operation.as_strategy(), count)):
            sent = case.as_transport_kwargs(base_url="http://127.0.0.1:8000")
            role = list(Role)[number % len(Role)]
            headers = await client_headers(partnership, role)
            kinds = {k: v for k, v in dict(sent.get("headers") or {}).items() if _is_plain(v)}
            kept = {k: v for k, v in kinds.items() if k.lower() not in {"authorization", "cookie"}}
            try:
                request = http.build_request(
                    sent["method"],
                    sent["url"],
                    params=sent.get("params"),
                    headers=kept | headers,
                    json=sent.get("json"),
                    content=sent.get("data") if isinstance(sent.get("data"), bytes) else None,
                )
            except Exception:  # noqa: S112 what no client can send tells nothing about the hub
                continue
            answer = await http.send(request)
            assert answer.status_code < 500, (sent["method"], sent["url"])
            statuses.add(answer.status_code)
    return statuses


def _is_plain(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable()


async def test_generated_requests(partnership: Partnership) -> None:
    statuses = await send(partnership, 5)
    assert len(statuses) >= 3


@pytest.mark.long
async def test_many_generated_requests(partnership: Partnership) -> None:
    assert len(await send(partnership, 1_000)) >= 3
