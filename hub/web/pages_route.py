"""Pages for boards: server-made HTML over the same views that GraphQL serves.

A visitor without a session reads the public release; a partner signed in reads the partners'.
"""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from hub.auth.permissions import allows
from hub.auth.principals import Principal
from hub.errors import HubError
from hub.protected.releases import Audience, Release
from hub.release.policies import in_force
from hub.views.library import Library
from hub.web.authentication import principal_of
from hub.web.etag import conditional
from hub.web.pages.frame import Frame, NavLink, Option, ReleaseNote
from hub.web.pages.journey import journey_page
from hub.web.pages.landing import landing_page
from hub.web.pages.message import message_page
from hub.web.pages.method import Rule, accessibility_page, method_page
from hub.web.sign_in import account_link
from hub.web.state import Hub, hub_of

DEFAULT_AREA, DEFAULT_PERIOD = "E07000102", "CY2017"
"""What a bare ``/journey`` shows: the area whose figures ship with the hub."""

_LEVELS = ("LAD", "CTY", "PFA", "MAR")


async def landing(request: Request) -> Response:
    """The start page."""
    hub = hub_of(request)
    principal = await principal_of(request)
    library = _library(hub, principal)
    notes = [_note(release) for release in await library.releases()]
    areas, periods = (_first(chosen) for chosen in _choices(hub))
    frame = _frame(hub, principal, "/")
    return HTMLResponse(landing_page(releases=notes, areas=areas, periods=periods, frame=frame))


async def journey(request: Request) -> Response:
    """The journey page."""
    hub = hub_of(request)
    principal = await principal_of(request)
    frame = _frame(hub, principal, "/journey")
    asked = request.query_params
    area, period = asked.get("area", DEFAULT_AREA), asked.get("period", DEFAULT_PERIOD)
    try:
        view, release = await _library(hub, principal).journey(area, period, asked.get("release"))
    except HubError as error:
        if error.status >= 500:
            raise
        return HTMLResponse(message_page(error.status, error.message, frame=frame), error.status)
    areas, periods = _choices(hub)
    query = urlencode({"area": area, "period": view.period.id, "release": release.id})
    # A stranger has no token for the files, so the page does not offer them.
    formats = ("csv", "xlsx", "png", "svg", "json") if principal else ()
    page = journey_page(
        view,
        query=query,
        release=_note(release),
        areas=areas,
        periods=periods,
        formats=formats,
        frame=frame,
    )
    answer = HTMLResponse(page)
    answer.headers["Vary"] = "Authorization, Cookie"
    return conditional(request, answer)


async def method(request: Request) -> Response:
    """How the figures are made."""
    hub = hub_of(request)
    async with hub.database.protected() as session:
        found = {audience: await in_force(session, audience) for audience in Audience}
    rules = [
        Rule(
            str(audience),
            policy.threshold,
            policy.base,
            policy.version,
            policy.method.value,
            policy.perturbation,
        )
        for audience, policy in found.items()
    ]
    frame = _frame(hub, await principal_of(request), "/method")
    return HTMLResponse(method_page(rules, frame=frame))


async def accessibility(request: Request) -> Response:
    """The accessibility statement."""
    hub = hub_of(request)
    frame = _frame(hub, await principal_of(request), "/accessibility")
    return HTMLResponse(accessibility_page(frame=frame))


def _library(hub: Hub, principal: Principal | None) -> Library:
    """A caller with the journey line reads as its audience, everyone else as the public."""
    partner = allows(principal, "journey.read") and principal is not None
    audience = principal.audience if partner and principal else "public"
    return Library(hub.database, hub.words, Audience(audience), hub.clock)


def _frame(hub: Hub, principal: Principal | None, here: str) -> Frame:
    links = [("/", "Start"), ("/journey", "Journey"), ("/graphql", "Query")]
    if allows(principal, "completeness.read"):
        links.append(("/returns", "Returns"))
    if allows(principal, "release.prepare"):
        links.append(("/releases", "Releases"))
    return Frame(
        navigation=tuple(NavLink(text, href, href == here) for href, text in links),
        viewer=principal.title if principal else None,
        account=account_link(hub, principal, here),
        demo=hub.settings.env == "demo",
    )


def _note(release: Release) -> ReleaseNote:
    return ReleaseNote(
        release.id,
        str(release.sequence),
        str(release.audience),
        release.published_at.date(),
    )


def _first(options: list[Option]) -> list[Option]:
    """Put what a bare ``/journey`` shows first, so that the start page leads to figures."""
    return sorted(options, key=lambda option: option.value not in (DEFAULT_AREA, DEFAULT_PERIOD))


def _choices(hub: Hub) -> tuple[list[Option], list[Option]]:
    areas = [
        Option(area.code, area.name)
        for area in sorted(hub.words.areas.values(), key=lambda area: area.name)
        if area.level in _LEVELS and area.successor is None
    ]
    years = range(hub.clock().year, 2013, -1)
    periods = [Option(f"CY{year}", f"Calendar year {year}") for year in years]
    financial = [
        Option(f"FY{year}-{(year + 1) % 100:02d}", f"Financial year {year}-{(year + 1) % 100:02d}")
        for year in years
    ]
    return areas, [*periods, *financial]


routes = [
    Route("/", landing, methods=["GET"]),
    Route("/journey", journey, methods=["GET"]),
    Route("/method", method, methods=["GET"]),
    Route("/accessibility", accessibility, methods=["GET"]),
]
