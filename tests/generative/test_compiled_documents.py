"""The compiler on and off give the same answers: random documents over the demo's release."""

import json
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from inspect import isawaitable
from typing import Any

import httpx2
import pytest
from graphql import DocumentNode, ExecutionResult, execute, parse, validate
from sqlalchemy import select

from hub.app import build
from hub.auth.roles import Role
from hub.db.tables import audit
from hub.errors import RefusedError
from hub.protected.releases import Audience
from hub.running import RunningHub
from hub.schema.compiled.compiling import compile_document
from hub.schema.read.context import ReadContext
from hub.schema.read.query import schema
from hub.views.library import Library
from tests.conftest import FreshSettings
from tests.factory import principal
from tests.functional.acts import plain
from tests.functional.conftest import URL, signed_on
from tests.functional.released import released_demo
from tests.generative.documents import Maker

CORE = schema._schema
AREAS = ["E07000102", "E10000015", "E23000026"]
"""Some of the demo's areas; what else stands in an argument is wrong on purpose."""


@pytest.fixture(scope="module")
async def hub(fresh_settings: FreshSettings) -> AsyncIterator[RunningHub]:
    async with fresh_settings() as settings, released_demo(settings) as found:
        yield found


def pools(hub: RunningHub) -> dict[str, list[str]]:
    """Words for each argument, one in some of them wrong."""
    words = hub.words
    indicators = [*sorted(words.indicators), *["POL_DA_CRIME", "IDV_REFERRAL"] * 20, "NO_SUCH"]
    periods = [*["FY2017-18", "CY2017", "2017-05", "FY2017-18-Q1", "R12-2024-03"] * 3, "2017"]
    areas = [*AREAS * 12, *sorted(words.areas)[:8], "E99999999"]
    return {
        "indicator": indicators,
        "indicators": indicators,
        "codes": [*indicators[-40:], *areas],
        "dataset": [*sorted(words.datasets), "NO_SUCH"],
        "owner": sorted({row.owner for row in words.indicators.values()}),
        "area": areas,
        "areas": areas,
        "code": areas,
        "within": areas,
        "level": sorted(words.levels),
        "period": periods,
        "periods": periods,
        "id": [*periods, *["demo"] * 12],
        "asAt": periods,
        "from": ["2017-04", "CY2016", "FY2016-17"],
        "to": ["2018-03", "CY2018", "FY2018-19"],
        "breakdowns": ["RISK=HIGH", "RISK=STANDARD", "RISK=NONE", ""],
        "release": [*["demo"] * 20, "other"],
        "after": ["not a cursor", "WyJhIiwgImIiLCAiIiwgImMiXQ=="],
        "printed": ["1,270", "11.1%", "<0"],
        "figure": ["POL_DA_CRIME", "1 / 0", ""],
    }


def context(hub: RunningHub) -> ReadContext:
    library = Library(hub.database, hub.words, Audience.PARTNER, hub.clock)
    return ReadContext(principal(Role.ANALYST), library)


async def executed(hub: RunningHub, tree: DocumentNode, given: dict[str, Any]) -> ExecutionResult:
    result = execute(
        CORE,
        tree,
        context_value=context(hub),
        variable_values=given,
        max_coercion_errors=5,
        hide_suggestions=True,
    )
    return await result if isawaitable(result) else result


async def agree(hub: RunningHub, seed: int, wanted: int) -> dict[str, int]:
    """Run documents both ways until ``wanted`` valid ones agreed; tell how they ended."""
    maker, told = Maker(CORE, pools(hub), random.Random(seed)), {"good": 0, "failed": 0}
    roots: set[str] = set()
    while sum(told.values()) < wanted:
        text, given = maker.document()
        tree = parse(text)
        if validate(CORE, tree):
            continue
        plan = compile_document(CORE, tree)
        assert plan is not None, text
        result = await executed(hub, tree, given)
        try:
            data = await plan.run(context(hub), given)
        except Exception:
            # The executor answers instead; a plan may only give up where there are errors.
            assert result.errors, (text, given)
            told["failed"] += 1
        else:
            assert not result.errors, (text, given, result.errors)
            same = json.dumps(
                result.data, ensure_ascii=False, allow_nan=False, separators=(",", ":")
            )
            assert data == same, (text, given)
            told["good"] += 1
            roots.update(result.data or ())
    assert {"viewer", "observations", "series", "journey", "profile", "overview"} <= roots
    return told


async def test_random_documents_are_answered_alike(hub: RunningHub) -> None:
    told = await agree(hub, seed=7, wanted=300)
    assert told["good"] >= 100, told
    assert told["failed"] >= 30, told


DOCUMENTS = [
    "{ viewer { roles __typename } }",
    'query($n: Boolean!) { period(id: "2017-05") { id @skip(if: $n) ...F } } '
    "fragment F on Period { title kind }",
    '{ area(code: "E07000102") { name parents { code } } b: area(code: "none") { code } }',
    "{ observations(first: 3) { totalCount nodes { figure { value display } } } }",
    "{ observations(first: 0) { totalCount } }",
    "{ __schema { queryType { name } } }",
    "{ nothing }",
]


async def test_over_http_the_setting_changes_no_answer(hub: RunningHub) -> None:
    """One server with the compiler, one without, asked the same; variables wrong now and then."""
    texts: list[list[tuple[int, str]]] = []
    for compiles in (True, False):
        settings = hub.settings.model_copy(update={"compile": compiles})
        made = replace(hub, settings=settings)
        transport = httpx2.ASGITransport(app=build(made))
        async with httpx2.AsyncClient(transport=transport, base_url=URL) as http:
            client = await signed_on(hub.database, http, Role.ANALYST, None, str(compiles))
            hub.standing.forget()
            found = []
            for text in DOCUMENTS:
                for given in ({"n": True}, {"n": False}, {"n": "yes"}):
                    body = {"query": text, "variables": given}
                    answer = await http.post("/graphql", json=body, headers=client.headers)
                    found.append((answer.status_code, plain(answer.text)))
            texts.append(found)
    assert texts[0] == texts[1]


async def test_a_refusal_is_told_before_the_executor_is_asked(hub: RunningHub) -> None:
    """The guard of a compiled root field refuses and tells, as that of an executed one does."""
    told: list[tuple[str, str]] = []

    async def hear(door: str, error: RefusedError) -> None:
        told.append((door, error.code))

    text = '{ a: viewer { client } series(indicator: "POL_DA_CRIME", area: "E07000102", ' + (
        'from: "2017-04", to: "2018-03") { points { figure { value } } } }'
    )
    plan = compile_document(CORE, parse(text))
    assert plan is not None
    given = context(hub)
    less = replace(given.principal, scopes=frozenset({"schema:read"}))
    asked = replace(given, principal=less, refused=hear)
    with pytest.raises(RefusedError):
        await plan.run(asked, {})
    assert told == [("read.Query.series", "SCOPE")]
    result = execute(CORE, parse(text), context_value=asked)
    result = await result if isawaitable(result) else result
    assert told == [("read.Query.series", "SCOPE")] * 2
    assert [error.path for error in result.errors or ()] == [["series"]]


async def test_a_refused_reader_of_compiled_answers_is_recorded_once(hub: RunningHub) -> None:
    transport = httpx2.ASGITransport(app=build(hub))
    async with httpx2.AsyncClient(transport=transport, base_url=URL) as http:
        client = await signed_on(hub.database, http, Role.ANALYST, None, "refused")
        hub.standing.forget()
        grant = {"grant_type": "client_credentials", "scope": "schema:read"}
        login = (client.client_id, client.secret)
        token = (await http.post("/oauth/token", data=grant, auth=login)).json()["access_token"]
        body = {"query": "{ observations(first: 3) { nodes { figure { value } } } }"}
        for _ in range(2):
            headers = {"Authorization": f"Bearer {token}"}
            answer = (await http.post("/graphql", json=body, headers=headers)).json()
            assert answer["errors"][0]["extensions"]["code"] == "SCOPE"
    async with hub.database.identity() as session:
        query = select(audit.event.c.object, audit.event.c.outcome).where(
            audit.event.c.act == "access.refuse", audit.event.c.client_id == client.client_id
        )
        rows = await session.execute(query)
        assert [tuple(row) for row in rows] == [("read.Query.observations", "SCOPE")]


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
async def test_ten_thousand_documents_are_answered_alike(hub: RunningHub, seed: int) -> None:
    told = await agree(hub, seed=1000 + seed, wanted=1000)
    assert told["good"] >= 300, told
