"""A database that is held up, full or gone: 503 with Retry-After and a stable code at every door.

A real lock is held on real tables by another session, and the hub's time limits, shortened for
the tests, pass while it waits. Nothing was done, and nothing of the database's words comes out.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from hub.auth.roles import Role
from hub.db import pools, reads
from hub.db.logins import Duty
from hub.db.server import owner_address
from tests.conftest import FreshSettings
from tests.functional.acts import Partnership, open_partnership, rows

LIMIT = 0.3
"""Seconds after which a statement is stopped here; five in the product."""
ADDRESS = "POLICE_CRIME/HERTS_POLICE/CY2017"
PLACE = "area=E07000102&period=CY2017"
READ = '{ journey(area: "E07000102", period: "CY2017") { stages { code } } }'
SIGN_OFF = (
    'mutation { signOffReturn(returnId: "00000000-0000-4000-8000-000000000000", revision: 1, '
    'contentHash: "x") { userErrors { code } } }'
)
UNSAID = ("canceling", "statement", "asyncpg", "sqlalchemy", "QueuePool", "identity.", "relation")


@pytest.fixture(scope="module")
async def partnership(fresh_settings: FreshSettings) -> AsyncIterator[Partnership]:
    with pytest.MonkeyPatch.context() as change:
        short = {"statement_timeout": f"{int(LIMIT * 1000)}ms"}
        limits = {duty: {**pools.LIMITS[duty], **short} for duty in Duty}
        change.setattr(pools, "LIMITS", limits)
        change.setattr(pools, "WAITS", dict.fromkeys(Duty, LIMIT))
        change.setattr(reads, "WAIT", LIMIT)
        async with open_partnership(fresh_settings) as made:
            await made.returned(ADDRESS, rows(("POL_DA_CRIME", 617)))
            await made.release()
            for role, agency in ((Role.ANALYST, None), (Role.APPROVER, "HERTS_POLICE")):
                await made.client(role, agency)
            yield made


@pytest.fixture
async def owner(partnership: Partnership) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(owner_address(partnership.hub.settings), poolclass=NullPool)
    yield engine
    await engine.dispose()


@asynccontextmanager
async def locked(owner: AsyncEngine, schema: str) -> AsyncIterator[None]:
    """Hold every table of a schema, as a careless operator or a long migration would."""
    async with owner.connect() as connection, connection.begin():
        query = text("SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = :schema")
        names = (await connection.execute(query, {"schema": schema})).scalars().all()
        tables = ", ".join(f'{schema}."{name}"' for name in names)
        await connection.execute(text(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE"))
        yield


async def asked(partnership: Partnership) -> dict[str, httpx2.Response]:
    """Every kind of door at once: tokens, REST, both GraphQL schemas, saved queries, pages."""
    partnership.hub.standing.forget()
    analyst = await partnership.client(Role.ANALYST)
    approver = await partnership.client(Role.APPROVER, "HERTS_POLICE")
    submitter = await partnership.client(Role.SUBMITTER, "HERTS_POLICE")
    http, who = analyst.http, (analyst.client_id, analyst.secret)
    form = {"grant_type": "client_credentials"}
    doors = {
        "token": http.post("/oauth/token", data=form, auth=who),
        "revoke": http.post("/oauth/revoke", data={"token": "of nobody"}, auth=who),
        "introspect": http.post("/oauth/introspect", data={"token": analyst.token}, auth=who),
        "authorize": http.get("/oauth/authorize", params={"client_id": "x", "redirect_uri": "y"}),
        "read": http.post("/graphql", json={"query": READ}, headers=analyst.headers),
        "read by GET": http.get("/graphql", params={"query": READ}, headers=analyst.headers),
        "intake": http.post("/graphql/intake", json={"query": SIGN_OFF}, headers=approver.headers),
        "push": submitter.put(ADDRESS, rows(("POL_DA_CRIME", 618))),
        "return": submitter.get(f"/v1/returns/{ADDRESS}"),
        "saved query": analyst.get(f"/v1/queries/journey.csv?{PLACE}"),
        "page": http.get(f"/journey?{PLACE}"),
        "officers": submitter.get("/returns"),
    }
    answers = await asyncio.gather(*doors.values())
    return dict(zip(doors, answers, strict=True))


def code_of(answer: httpx2.Response) -> str:
    body = answer.json()
    errors = body.get("errors")
    return str(errors[0]["extensions"]["code"] if errors else body.get("code") or body["error"])


def require_said(answers: dict[str, httpx2.Response], doors: set[str], codes: set[str]) -> None:
    """Each of the doors says 503, when to come back, and a code that programs may rely on."""
    assert {name for name, one in answers.items() if one.status_code == 503} == doors
    for name in doors:
        answer = answers[name]
        assert int(answer.headers.get("retry-after", 0)) >= 1, (name, answer.text)
        is_page = answer.headers["content-type"].startswith("text/html")
        assert is_page or code_of(answer) in codes, (name, answer.text)
        assert "x-request-id" in answer.headers
        assert not any(word in answer.text for word in UNSAID), answer.text
    assert not [name for name, one in answers.items() if one.status_code == 500]


EVERY = {"token", "revoke", "introspect", "authorize", "read", "read by GET", "intake", "push"}
EVERY |= {"return", "saved query", "page", "officers"}
OAUTH = {"token", "revoke", "introspect"}


async def test_identities_held_up(partnership: Partnership, owner: AsyncEngine) -> None:
    """Nobody can be known, so only what needs nobody known is served, and nobody waits twice."""
    async with locked(owner, "identity"):
        began = time.monotonic()
        answers = await asked(partnership)
        took = time.monotonic() - began
    require_said(answers, EVERY - {"page"}, {"OVERLOADED", "temporarily_unavailable"})
    assert {code_of(answers[name]) for name in OAUTH} == {"temporarily_unavailable"}
    assert took < 20 * LIMIT


async def test_published_figures_held_up(partnership: Partnership, owner: AsyncEngine) -> None:
    async with locked(owner, "protected"):
        answers = await asked(partnership)
    found = {name for name, one in answers.items() if one.status_code == 503}
    assert {"read", "read by GET", "saved query", "page"} <= found
    assert {answers[name].status_code for name in OAUTH} == {200}
    require_said(answers, found, {"OVERLOADED"})


async def test_returns_held_up(partnership: Partnership, owner: AsyncEngine) -> None:
    async with locked(owner, "intake"):
        answers = await asked(partnership)
    found = {name for name, one in answers.items() if one.status_code == 503}
    assert {"push", "return", "intake"} <= found
    require_said(answers, found, {"OVERLOADED"})
    assert {"read", "token"} & found == set()
    assert {answers[name].status_code for name in ("read", "saved query", "token")} == {200}


async def test_no_connection_is_free(partnership: Partnership) -> None:
    """Every connection of the readers and of identities is in somebody else's hands."""
    database = partnership.hub.database
    async with AsyncExitStack() as held:
        for duty, begin in (
            (Duty.READ, database.protected),
            (Duty.IDENTITY, database.identity),
            (Duty.INGEST, database.intake),
        ):
            for _ in range(pools.SIZES[duty]):
                session = await held.enter_async_context(begin())
                await session.execute(text("SELECT 1"))
        for _ in range(reads.READS):
            await held.enter_async_context(database.reads._places)
        answers = await asked(partnership)
    require_said(answers, EVERY, {"OVERLOADED", "temporarily_unavailable"})


@pytest.mark.parametrize(
    ("change", "back", "code"),
    [
        ("ALLOW_CONNECTIONS false", "ALLOW_CONNECTIONS true", "DATABASE"),
        ("CONNECTION LIMIT 0", "CONNECTION LIMIT -1", "OVERLOADED"),
    ],
)
async def test_the_database_takes_nobody(
    partnership: Partnership, owner: AsyncEngine, change: str, back: str, code: str
) -> None:
    """Lost, or out of connections; and served again as soon as it is back."""
    name = owner.url.database
    admin = create_async_engine(
        owner.url.set(database="postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    end = "SELECT pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = :name"
    async with admin.connect() as connection:
        await connection.execute(text(f"ALTER DATABASE {name} {change}"))
        await connection.execute(text(end), {"name": name})
        # The first questions meet the pools' dead connections, the second ones the database.
        require_said(await asked(partnership), EVERY, {"DATABASE", code, "temporarily_unavailable"})
        answers = await asked(partnership)
        await connection.execute(text(f"ALTER DATABASE {name} {back}"))
    await admin.dispose()
    require_said(answers, EVERY, {"DATABASE", code, "temporarily_unavailable"})
    assert code == code_of(answers["push"])
    after = await asked(partnership)
    assert [name for name, one in after.items() if one.status_code >= 500] == []


async def test_a_mutation_of_several_parts_is_not_said_to_have_done_nothing(
    partnership: Partnership, owner: AsyncEngine
) -> None:
    """A part before the one that met the lock may have been done: no 503 for the whole."""
    approver = await partnership.client(Role.APPROVER, "HERTS_POLICE")
    body = {"query": SIGN_OFF.replace("mutation {", "mutation { before: __typename ")}
    async with locked(owner, "intake"):
        answer = await approver.http.post("/graphql/intake", json=body, headers=approver.headers)
    assert (answer.status_code, code_of(answer)) == (200, "OVERLOADED")
