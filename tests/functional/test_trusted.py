"""The public client runs the trusted documents and nothing else (G11)."""

from typing import Any

import pytest

from hub.auth.roles import Role
from hub.schema.read.query import schema
from hub.web.documents import Documents
from hub.web.limiter import Limits
from hub.web.trusted import hash_of, trusted_documents, trusted_hashes
from tests.functional.conftest import Client, Sign

OBSERVATIONS = trusted_documents()["observations"]


@pytest.fixture
async def public(sign: Sign) -> Client:
    return await sign(Role.PUBLIC)


def code(answer: dict[str, Any]) -> str:
    found: str = answer["errors"][0]["extensions"]["code"]
    return found


@pytest.mark.parametrize("name", trusted_documents())
def test_every_trusted_document_is_valid_and_within_the_limits(name: str) -> None:
    text = trusted_documents()[name]
    document = Documents(schema._schema, Limits()).ready(text, None)
    assert document.is_query
    assert not document.report.introspects
    assert {hash_of(text), hash_of(text.strip())} <= trusted_hashes()


async def test_a_trusted_document_runs_with_variables_of_its_own(public: Client) -> None:
    answer = await public.graphql("/graphql", trusted_documents()["viewer"])
    assert answer["data"]["viewer"]["audience"] == "public"
    stripped = await public.graphql("/graphql", OBSERVATIONS.strip(), areas=["E07000102"])
    assert code(stripped) == "NOT_FOUND"  # nothing is published: it ran


@pytest.mark.parametrize(
    "query",
    [
        "{ viewer { client } }",
        "{ __typename }",
        "{ __schema { types { name } } }",
        "{ nothing }",
        "{",
        "",
        OBSERVATIONS + " ",
        OBSERVATIONS.replace("100", "99"),
        "# " + OBSERVATIONS,
    ],
)
async def test_anything_else_is_refused_alike(public: Client, query: str) -> None:
    for path in ("/graphql", "/graphql/intake"):
        answer = await public.graphql(path, query)
        assert code(answer) == "UNTRUSTED_DOCUMENT"
        assert "data" not in answer
    got = await public.http.get("/graphql", params={"query": query}, headers=public.headers)
    assert got.status_code == 403


async def test_nothing_is_registered_by_sending_it(public: Client, sign: Sign) -> None:
    query = "{ viewer { client } }"
    analyst = await sign(Role.ANALYST)
    assert "data" in await analyst.graphql("/graphql", query)
    assert code(await public.graphql("/graphql", query)) == "UNTRUSTED_DOCUMENT"


async def test_saved_queries_are_open_to_it(public: Client) -> None:
    answer = await public.get("/v1/queries/observations.json?area=E07000102")
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
