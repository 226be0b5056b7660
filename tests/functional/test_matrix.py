"""The matrix is what decides, over HTTP: every item of the surface, every role, own and other.

Z1: any one line taken away, and the hub is not built. Z2: whoever the file gives nothing is
refused, and nobody else is. The questions are generated from the routes and the schemas.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
)

from hub import app
from hub.app import build
from hub.auth import matrix
from hub.auth.matrix import OPEN, Grant, line_for, surface_lines
from hub.auth.matrix import matrix as lines
from hub.auth.roles import AGENCY_ROLES, Role
from hub.errors import SettingsError
from hub.schema.intake import root as intake
from hub.schema.read import query as read
from hub.web import sign_in
from tests.conftest import FreshSettings
from tests.functional.acts import Partnership, open_partnership
from tests.functional.conftest import Client

OWN, OTHER = "HERTS_POLICE", "HERTS_IDVA"
REFUSED = {"REFUSED", "SCOPE", "OTHER_AGENCY", "UNTRUSTED_DOCUMENT"}
SCHEMAS: dict[str, tuple[str, GraphQLSchema]] = {
    "read": ("/graphql", read.schema._schema),
    "intake": ("/graphql/intake", intake.schema._schema),
}


@pytest.fixture(scope="module")
async def partnership(fresh_settings: FreshSettings) -> AsyncIterator[Partnership]:
    async with open_partnership(fresh_settings) as made:
        yield made


def served(partnership: Partnership) -> set[str]:
    """Everything the hub serves, the demo's own routes too."""
    settings = partnership.hub.settings.model_copy(update={"env": "demo"})
    built = build(replace(partnership.hub, settings=settings))
    return set(app.surface(built.routes)) | set(app.surface(build(partnership.hub).routes))


def test_any_one_line_taken_away_stops_the_start(
    partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Z1, every line tried."""
    settings = partnership.hub.settings.model_copy(update={"env": "demo"})
    routes = build(replace(partnership.hub, settings=settings)).routes
    tried = app.surface(routes)
    for item in tried:
        gone = {one: line for one, line in surface_lines().items() if one != item}
        monkeypatch.setattr(matrix, "surface_lines", lambda gone=gone: gone)
        with pytest.raises(SettingsError) as refused:
            app._require_lines(routes)
        assert item in refused.value.message
    assert len(tried) > 60


def test_no_line_is_for_nothing(partnership: Partnership) -> None:
    """A line whose item is gone would let a later item of that name in unjudged."""
    provider = {item for route in sign_in.provider_routes for item in app._items(route)}
    assert set(surface_lines()) - served(partnership) - provider == set()


def literal(type_: Any) -> str:
    """A value that the type takes."""
    if isinstance(type_, GraphQLNonNull):
        return literal(type_.of_type)
    if isinstance(type_, GraphQLList):
        return f"[{literal(type_.of_type)}]"
    if isinstance(type_, GraphQLEnumType):
        return str(next(iter(type_.values)))
    if isinstance(type_, GraphQLInputObjectType):
        needed = {n: f for n, f in type_.fields.items() if isinstance(f.type, GraphQLNonNull)}
        return "{" + " ".join(f"{n}: {literal(f.type)}" for n, f in needed.items()) + "}"
    plain = {"Int": "1", "Float": "1", "Boolean": "true", "DateTime": '"2027-01-01T00:00:00Z"'}
    return plain.get(type_.name, '"x"')


def question(kind: str, name: str, field: GraphQLField) -> str:
    """A valid document that asks one root field, with made-up arguments."""
    needed = {n: a for n, a in field.args.items() if isinstance(a.type, GraphQLNonNull)}
    given = ", ".join(f"{n}: {literal(a.type)}" for n, a in needed.items())
    inner = get_named_type(field.type)
    chosen = ""
    if is_composite_type(inner):
        has_refusals = "userErrors" in getattr(inner, "fields", {})
        chosen = "{ userErrors { code } }" if has_refusals else "{ __typename }"
    return f"{kind} {{ {name}{f'({given})' if given else ''} {chosen} }}"


def questions() -> dict[str, tuple[str, str]]:
    """The path and the document of every guarded root field."""
    found = {}
    for surface, (path, schema) in SCHEMAS.items():
        for kind, root in (("query", schema.query_type), ("mutation", schema.mutation_type)):
            if root is None:
                continue
            for name, field in root.fields.items():
                found[f"{surface}.{root.name}.{name}"] = path, question(kind, name, field)
    return found


QUESTIONS = questions()


def codes_in(answer: dict[str, Any]) -> set[str]:
    found = {error["extensions"]["code"] for error in answer.get("errors", ())}
    for payload in (answer.get("data") or {}).values():
        refusals = payload.get("userErrors", ()) if isinstance(payload, dict) else ()
        found |= {error["code"] for error in refusals}
    return found


async def client_of(partnership: Partnership, role: Role) -> Client:
    return await partnership.client(role, OWN if role in AGENCY_ROLES else None)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PUBLIC])
async def test_every_field_lets_in_whom_the_matrix_says(
    partnership: Partnership, role: Role
) -> None:
    """The public client asks trusted documents only, which has its own test."""
    client = await client_of(partnership, role)
    wrong = []
    for item, (path, document) in QUESTIONS.items():
        codes = codes_in(await client.graphql(path, document))
        assert not codes & {"GRAPHQL_INVALID", "INTERNAL", "HUB_ERROR"}, (item, document, codes)
        gets = lines()[line_for(item)].grants[role]
        if bool(codes & REFUSED) != (gets is Grant.NONE):
            wrong.append((item, gets, codes))
    assert wrong == []


@pytest.mark.parametrize("role", list(Role))
async def test_every_route_lets_in_whom_the_matrix_says(
    partnership: Partnership, role: Role
) -> None:
    client = await client_of(partnership, role)
    fills = {"dataset": "POLICE_CRIME", "agency": OWN, "period": "CY2017", "name": "journey"}
    wrong = []
    for item in sorted(served(partnership)):
        line, (method, _, path) = line_for(item), item.partition(" ")
        if not path or line == OPEN or path.startswith("/graphql"):
            continue
        url = path.replace("{format}", "csv")
        for part, fill in fills.items():
            url = url.replace("{" + part + "}", fill)
        url = url.replace("{", "").replace("}", "")
        headers = client.headers | {"content-type": "application/json"}
        answer = await client.http.request(method, url, headers=headers, content=b"{")
        assert answer.status_code < 500, item
        gets = lines()[line].grants[role]
        if item == "GET /v1/queries/{name}.{format}":
            gets = lines()[line_for("GET /v1/queries/journey.{format}")].grants[role]
        if (answer.status_code in {401, 403}) != (gets is Grant.NONE):
            wrong.append((item, gets, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("role", list(Role))
async def test_own_and_other_returns(partnership: Partnership, role: Role) -> None:
    """The agency's own only: reading and writing, whoever asks."""
    client = await client_of(partnership, role)
    for method, line in (("GET", "return.read"), ("PUT", "return.submit")):
        for agency in (OWN, OTHER):
            url = f"/v1/returns/POLICE_CRIME/{agency}/CY2017"
            headers = client.headers | {"content-type": "application/json"}
            answer = await client.http.request(method, url, headers=headers, content=b"{")
            may = lines()[line].grants[role] is Grant.OWN and agency == OWN
            assert (answer.status_code not in {401, 403, 404}) == (may and method == "PUT") or (
                may and method == "GET" and answer.status_code == 404
            ), (method, agency, answer.status_code)


@pytest.mark.parametrize("path", ["/graphql", "/graphql/intake"])
@pytest.mark.parametrize("role", list(Role))
async def test_introspection_is_as_the_matrix_says(
    partnership: Partnership, role: Role, path: str
) -> None:
    client = await client_of(partnership, role)
    answer = await client.graphql(path, "{ __schema { queryType { name } } }")
    assert ("data" in answer) == (lines()["schema.read"].grants[role] is not Grant.NONE)


def test_every_mutation_and_field_was_asked() -> None:
    fields = {item for item in app.surface([]) if item.startswith(("read.", "intake."))}
    assert set(QUESTIONS) == {item for item in fields if not item.endswith(".introspection")}


async def test_without_a_token_only_the_open_items_answer(partnership: Partnership) -> None:
    http = (await client_of(partnership, Role.ANALYST)).http
    for item in sorted(served(partnership)):
        line, (method, _, path) = line_for(item), item.partition(" ")
        if path and line != OPEN and item != "GET /graphql/intake":
            url = path.replace("{format}", "csv").replace("{name}", "journey")
            url = url.replace("{", "").replace("}", "")
            answer = await http.request(method, url, headers={"accept": "application/json"})
            assert answer.status_code == 401, (item, answer.status_code)
