"""Requests at the same time stay apart (G14), and what is stopped is stopped below too (G6)."""

import asyncio
import time
from dataclasses import replace
from typing import Any

import httpx2
import strawberry
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.requests import Request

from hub.auth.roles import AGENCY_ROLES, Role
from hub.db.engine import Database
from hub.running import RunningHub
from hub.web.graphql import graphql_route
from tests.functional.acts import Partnership, rows
from tests.functional.conftest import URL, Client, Sign
from tests.unit.web.sample import SERVING

AGENCIES = {"HERTS_POLICE": "POLICE_CRIME", "REFUGE_HERTS": "IDVA"}
OUTSIDE = {Role.AUDITOR, Role.ADMINISTRATOR}
"""They read what the public reads."""
READ = "{ viewer { client agency roles audience } agencies { code } }"
INTAKE = "{ viewer { client agency roles } returns { agency } }"


async def people(partnership: Partnership) -> list[tuple[Client, Role, str | None]]:
    found: list[tuple[Client, Role, str | None]] = []
    for role in Role:
        if role is Role.PUBLIC:
            continue
        for agency in AGENCIES if role in AGENCY_ROLES else (None,):
            found.append((await partnership.client(role, agency), role, agency))
    return found


async def test_fifty_at_once_each_see_their_own(hub: RunningHub, sign: Sign) -> None:
    partnership = Partnership(hub, sign)
    await partnership.push("POLICE_CRIME/HERTS_POLICE/CY2017", rows(("POL_DA_CRIME", 617)))
    callers = await people(partnership)

    async def ask(number: int) -> None:
        client, role, agency = callers[number % len(callers)]
        answer = await client.graphql("/graphql", READ)
        viewer = answer["data"]["viewer"]
        assert viewer.pop("audience") == ("public" if role in OUTSIDE else "partner")
        assert viewer == {"client": client.client_id, "agency": agency, "roles": [str(role)]}
        if role in AGENCY_ROLES:
            own = (await client.graphql("/graphql/intake", INTAKE))["data"]
            assert own["viewer"] == viewer
            expected = [{"agency": agency}] if agency == "HERTS_POLICE" else []
            assert own["returns"] == expected

    await asyncio.gather(*(ask(number) for number in range(50)))


@strawberry.type
class Slow:
    @strawberry.field
    async def sleep(self, info: strawberry.Info[Database, None]) -> str:
        async with info.context.protected() as session:
            await session.execute(text("SELECT pg_sleep(30)"))
        return "late"


ACTIVE = text(
    "SELECT count(*) FROM pg_catalog.pg_stat_activity "
    "WHERE state = 'active' AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()"
)


async def test_a_stopped_operation_leaves_no_statement_behind(
    hub: RunningHub, owner: AsyncEngine
) -> None:
    """Cancelled by the endpoint well before the server's own statement timeout of 5 s."""

    async def context(request: Request, principal: Any) -> Database:
        return hub.database

    serving = replace(SERVING, context=context, timeout=1.0)
    app = Starlette(routes=[graphql_route("/slow", strawberry.Schema(query=Slow), serving)])
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url=URL) as http:
        began = time.monotonic()
        asked = asyncio.create_task(http.post("/slow", json={"query": "{ sleep }"}))
        async with owner.connect() as opened:
            # Within one transaction the server shows one and the same moment.
            connection = await opened.execution_options(isolation_level="AUTOCOMMIT")
            while not await connection.scalar(ACTIVE):
                assert time.monotonic() - began < 4, "the statement never ran"
                await asyncio.sleep(0.02)
            answer = await asked
            assert answer.status_code == 504
            assert answer.json()["errors"][0]["extensions"]["code"] == "TIMEOUT"
            while await connection.scalar(ACTIVE):
                assert time.monotonic() - began < 4, "the statement runs on"
                await asyncio.sleep(0.02)
    async with hub.database.protected() as session:
        assert await session.scalar(text("SELECT 1")) == 1, "the pool is fit for the next"
