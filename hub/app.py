"""Composition root: puts the rooms together into one Starlette application.

The application does not start when any of its routes, fields or mutations has no line in the
role matrix (security Z1), or when a setting is unsafe.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from hub import web
from hub.audit.keys import ledger_keys
from hub.auth.matrix import line_for, missing
from hub.auth.permissions import allows, enter
from hub.auth.principals import Principal
from hub.auth.roles import Role
from hub.errors import RefusedError, SettingsError, UnauthenticatedError
from hub.protected.releases import Audience
from hub.running import RunningHub
from hub.schema import guard
from hub.schema.compiled.compiling import compile_document
from hub.schema.intake import root as intake
from hub.schema.intake.context import IntakeContext
from hub.schema.read import query as read
from hub.schema.read.context import ReadContext
from hub.schema.read.roots import ROOTS
from hub.schema.refused import Refused
from hub.submissions.receipts import Receipts
from hub.web import (
    audit,
    calendar,
    client_keys,
    consents,
    feed,
    oauth,
    pages_route,
    queries,
    refusals,
    releases_page,
    reports_route,
    returns,
    returns_page,
    sign_in,
    templates_route,
)
from hub.web.access import AccessLog
from hub.web.answers import Edition, Keeping
from hub.web.authentication import COOKIE, principal_of
from hub.web.cors import Fields, varied
from hub.web.cost import Reading
from hub.web.examples import INTAKE_EXAMPLES, READ_EXAMPLES
from hub.web.express import Express
from hub.web.graphiql import Example, graphiql_files, graphiql_page
from hub.web.graphql import Endpoint, Serving, graphql_route
from hub.web.health import health_routes, prometheus_meter
from hub.web.middleware import Wall, completed, wall
from hub.web.openapi import openapi_route
from hub.web.problems import add_handlers
from hub.web.rates import Rates
from hub.web.readiness import readiness
from hub.web.state import library_of, verifier
from hub.web.tags import Tags
from hub.web.tickets import ticket_routes
from hub.web.trusted import trusted_hashes
from hub.web.volume import Volume, tell

READINGS = {name: Reading(root.rows, root.each) for name, root in ROOTS.items() if root.rows}
"""What the root fields read, as their price is reckoned."""
DOORS = frozenset({"/graphql"})
"""What is asked so often that its route is found without the router."""
AUDIENCES = {audience.value: audience for audience in Audience}
STATIC = Path(web.__file__).parent / "static"


def build(hub: RunningHub) -> Starlette:
    """Build the application around a running hub.

    Raises:
        SettingsError: some route or field has no line in the role matrix.
    """
    meter, volume = prometheus_meter(), Volume(hub.settings, hub.words.areas)
    rates = Rates(hub.settings)
    routes = _routes(hub, volume) + health_routes(readiness(hub), meter)
    _require_lines(routes)
    settings = Wall(
        is_https=hub.settings.issuer.startswith("https:"),
        cookie=COOKIE,
        forms=releases_page.FORMS | returns_page.FORMS | sign_in.FORMS | consents.FORMS,
        uploads=returns_page.UPLOADS,
        observe=meter.observe if meter else None,
        rates=rates,
        may_read=hub.standing.may_read,
        doors=tuple(one for one in routes if isinstance(one, Route) and one.path in DOORS),
    )
    express = _express(hub, settings, rates)
    app = Starlette(routes=routes, middleware=wall(replace(settings, express=express)))
    app.state.express = express
    # An address with a slash too many is none. Starlette would lead on to the right one, at
    # whatever host the request named, over http where a proxy ends TLS: tokens would follow.
    app.router.redirect_slashes = False
    add_handlers(app, refusals.note)
    app.add_exception_handler(HTTPStatus.NOT_FOUND, pages_route.missing)
    app.state.hub = hub
    app.state.refusals = refusals.Refusals()
    app.state.volume = volume
    app.state.tags = Tags()
    return app


def _express(hub: RunningHub, settings: Wall, rates: Rates) -> Express:
    """Make the short way to the door that is asked the most."""

    def fields(given: Fields) -> Fields:
        return completed(varied(given), settings.fields)

    # Routes keep an endpoint that is an object as it is.
    door = cast("Endpoint", settings.doors[0].endpoint)
    return Express(door, verifier(hub), rates, AccessLog(settings.observe), fields)


def _routes(hub: RunningHub, volume: Volume) -> list[BaseRoute]:
    return [
        # Asked the most, so found first.
        _graphql(hub, "/graphql", READ_EXAMPLES, volume),
        *pages_route.routes,
        *reports_route.routes,
        *oauth.routes,
        *consents.routes,
        *client_keys.routes,
        *_sign_in(hub),
        *sign_in.routes,
        *returns.routes,
        *templates_route.routes,
        *audit.routes,
        *calendar.routes,
        *queries.routes,
        *feed.routes,
        *releases_page.routes,
        *returns_page.routes,
        _graphql(hub, "/graphql/intake", INTAKE_EXAMPLES),
        Route("/schema.graphql", _sdl, methods=["GET"]),
        openapi_route(hub.words),
        graphiql_files(),
        Mount("/static", StaticFiles(directory=STATIC), name="static"),
    ]


def _sign_in(hub: RunningHub) -> list[Route]:
    if hub.settings.env == "demo":
        return ticket_routes(hub.settings)
    return sign_in.provider_routes if hub.provider else []


def _graphql(
    hub: RunningHub, path: str, examples: tuple[Example, ...], volume: Volume | None = None
) -> Route:
    """Serve a schema; the readers' is the one whose readers' volume is watched."""
    reads = volume is not None

    async def context(request: Request, principal: Principal) -> object:
        async def refused(door: str, error: RefusedError) -> None:
            await refusals.note(request, error, door)

        return _context(hub, principal, reads, refused)

    introspection = f"{'read' if reads else 'intake'}.introspection"
    serving = Serving(
        context=context,
        authenticate=_authenticate,
        get_allowed=reads,
        page=graphiql_page(path, examples, lambda request: COOKIE in request.cookies),
        may_introspect=lambda principal: allows(principal, line_for(introspection)),
        trusted=_trusted,
        told=partial(tell, hub, volume) if volume is not None else None,
        readings=READINGS if reads else {},
        compiled=compile_document if reads and hub.settings.compile else None,
        keeping=_keeping(hub) if reads and hub.settings.compile else None,
        body_limit=hub.settings.graphql_limit if reads else hub.settings.upload_limit,
        timeout=10.0 if reads else 3600.0,
    )
    return graphql_route(path, read.schema if reads else intake.schema, serving)


def _keeping(hub: RunningHub) -> Keeping:
    async def edition(principal: Principal) -> Edition:
        return await hub.shelf.edition(Audience(principal.audience))

    def known(principal: Principal) -> Edition | None:
        return hub.shelf.known(AUDIENCES[principal.audience])

    def may(principal: Principal, name: str) -> bool:
        try:
            enter(principal, line_for(f"read.Query.{name}"))
        except (RefusedError, UnauthenticatedError):
            return False
        return True

    return Keeping(
        hub.settings.answers_memory,
        frozenset(name for name, root in ROOTS.items() if root.is_kept),
        edition,
        known,
        may,
    )


def _context(hub: RunningHub, principal: Principal, reads: bool, refused: Refused) -> object:
    if reads:
        return ReadContext(principal, library_of(hub, principal.audience), refused=refused)
    return IntakeContext(
        principal,
        hub.database,
        hub.words,
        hub.clock,
        Receipts(ledger_keys(hub.settings.data_dir), hub.settings.issuer),
        secret_file=hub.settings.method_secret_file,
        processes=hub.settings.protection_processes,
        refused=refused,
    )


async def _authenticate(request: Request) -> Principal:
    principal = await principal_of(request)
    if principal is None:
        raise UnauthenticatedError("This needs a token; ask /oauth/token for one.")
    return principal


def _trusted(principal: Principal) -> frozenset[str] | None:
    """Bound the public client to the trusted documents (security G11)."""
    return trusted_hashes() if Role.PUBLIC in principal.roles else None


async def _sdl(_: Request) -> Response:
    return PlainTextResponse(read.schema.as_str() + "\n", media_type="text/plain; charset=utf-8")


def surface(routes: Iterable[BaseRoute]) -> list[str]:
    """Name everything that is served, as the surface file names it."""
    items = [item for route in routes for item in _items(route)]
    items += [*guard.items(read.Query, "read"), *guard.items(intake.Query, "intake")]
    items += [*guard.items(intake.Mutation, "intake"), *queries.ITEMS]
    return [*items, "read.introspection", "intake.introspection"]


def _require_lines(routes: Iterable[BaseRoute]) -> None:
    found = missing(surface(routes))
    if found:
        raise SettingsError(f"No line of the role matrix guards {', '.join(found)}.")


def _items(route: BaseRoute) -> list[str]:
    """Name a route as the surface file names it: method and path, converters left out."""
    if isinstance(route, Mount):
        return ["GET /static/{path}"]
    if not isinstance(route, Route):
        raise SettingsError("A route of a kind that the role matrix cannot name.")
    path = route.path.replace(":path}", "}")
    methods = (route.methods or {"GET", "POST"}) - {"HEAD"}
    return [f"{method} {path}" for method in sorted(methods)]
