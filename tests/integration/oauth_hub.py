"""A running hub as far as identity goes, for the tests of its endpoints."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from typing import Any

import httpx2
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub import running as whole
from hub.auth import registry
from hub.auth.oidc.provider import provider_of
from hub.auth.registry import Registration
from hub.auth.roles import Role
from hub.clock import Clock, now
from hub.db.engine import Database
from hub.errors import HubError, UnauthenticatedError
from hub.settings import Settings
from hub.web import client_keys, consents, oauth, sign_in
from hub.web.authentication import principal_of
from hub.web.problems import add_handlers, headers_of
from hub.web.tickets import ticket_routes

BASE = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningHub(whole.RunningHub):
    """A hub with a browser or program to talk to it."""

    http: httpx2.AsyncClient

    async def register(self, client_id: str, *roles: Role, **more: Any) -> Registration:
        async with self.database.identity() as session:
            made = await registry.register_client(
                session, client_id=client_id, title=client_id, at=self.clock(), **more
            )
            for role in roles:
                await registry.grant_role(
                    session, client_id, role, granted_by="test", at=self.clock()
                )
        self.standing.forget()
        return made

    async def token(self, client: Registration, **form: str) -> httpx2.Response:
        return await self.http.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"} | form,
            auth=(client.client_id, client.secret or ""),
        )

    async def whoami(self, **headers: str) -> httpx2.Response:
        return await self.http.get("/whoami", headers=headers)


async def _whoami(request: Request) -> Response:
    try:
        caller = await principal_of(request)
    except UnauthenticatedError as error:
        return JSONResponse({"code": error.code}, error.status, headers_of(error))
    except HubError as error:
        return JSONResponse({"code": error.code}, error.status)
    if caller is None:
        return JSONResponse(None)
    return JSONResponse(
        {
            "subject": caller.subject,
            "client_id": caller.client_id,
            "agency": caller.agency,
            "roles": sorted(caller.roles),
            "scopes": sorted(caller.scopes),
        }
    )


@asynccontextmanager
async def running(settings: Settings, clock: Clock = now) -> AsyncIterator[RunningHub]:
    """Open the database and serve the identity routes in this process."""
    database = await Database.open(settings)
    made = whole.hub_over(database, settings, clock, provider_of(settings, clock))
    own = [Route("/whoami", _whoami, methods=["GET", "POST"])]
    is_demo = settings.env == "demo"
    ways = ticket_routes(settings) if is_demo else sign_in.provider_routes
    rooms = (oauth.routes, consents.routes, client_keys.routes, sign_in.routes, ways, own)
    app = Starlette(routes=[route for room in rooms for route in room])
    add_handlers(app)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url=BASE) as http:
        parts = {part.name: getattr(made, part.name) for part in fields(made) if part.init}
        app.state.hub = RunningHub(**parts, http=http)
        yield app.state.hub
    await database.close()


async def events(owner: AsyncEngine) -> list[tuple[str, str, str | None, str]]:
    """Read act, actor, client and outcome of the audit record, in order; persons by name."""
    query = (
        "SELECT act, coalesce(subject, actor) AS actor, client_id, outcome FROM audit.event "
        "LEFT JOIN audit.person ON alias = actor ORDER BY sequence"
    )
    async with owner.connect() as connection:
        rows = await connection.execute(text(query))
        return [(row.act, row.actor, row.client_id, row.outcome) for row in rows]
