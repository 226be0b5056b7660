"""Pages for boards: server-made HTML over the same views that GraphQL serves.

A visitor without a session reads the public release; a partner signed in reads the partners'.
"""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from hub.errors import HubError
from hub.protected.releases import Audience
from hub.release.policies import in_force
from hub.web.authentication import principal_of
from hub.web.negotiation import wants_page
from hub.web.pages.frame import Option
from hub.web.pages.journey import journey_page
from hub.web.pages.labels import labels
from hub.web.pages.labels.language import speaking
from hub.web.pages.landing import landing_page
from hub.web.pages.message import message_page
from hub.web.pages.method import Rule, accessibility_page, method_page
from hub.web.pages.ratings import ratings_of
from hub.web.problems import on_http_exception
from hub.web.state import hub_of
from hub.web.visitor import Visitor, note_of, page

DEFAULT_AREA, DEFAULT_PERIOD = "E07000102", "CY2017"
"""What a bare ``/journey`` shows: the area whose figures ship with the hub."""

_LEVELS = ("LAD", "CTY", "PFA", "MAR")


async def landing(request: Request, visitor: Visitor) -> str:
    """The start page."""
    notes = [note_of(release) for release in await visitor.library("journey.read").releases()]
    areas, periods = (_first(chosen) for chosen in _choices(visitor))
    return landing_page(releases=notes, areas=areas, periods=periods, frame=visitor.frame)


async def journey(request: Request, visitor: Visitor) -> str:
    """The journey page."""
    asked, library = request.query_params, visitor.library("journey.read")
    area, period = asked.get("area", DEFAULT_AREA), asked.get("period", DEFAULT_PERIOD)
    view, release = await library.journey(area, period, asked.get("release"))
    areas, periods = _choices(visitor)
    query = [("area", area), ("period", view.period.id), ("release", release.id)]
    # One release has no trend; an earlier one is looked at as it was.
    several = not asked.get("release") and len(await library.releases()) > 1
    trend = await library.trend(area, period) if several else ()
    return journey_page(
        view,
        trend=trend,
        ratings=ratings_of(await library.standings(view, release), labels()),
        copy=visitor.copy("journey", query),
        release=note_of(release),
        areas=areas,
        periods=periods,
        frame=visitor.frame,
    )


async def method(request: Request, visitor: Visitor) -> str:
    """How the figures are made."""
    async with visitor.hub.database.protected() as session:
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
    return method_page(rules, frame=visitor.frame)


async def accessibility(request: Request, visitor: Visitor) -> str:
    """The accessibility statement."""
    return accessibility_page(frame=visitor.frame)


async def missing(request: Request, error: Exception) -> Response:
    """An address that is none: a page where a browser asks, a problem for a program."""
    if not wants_page(request):
        return await on_http_exception(request, error)
    try:
        principal = await principal_of(request)
    except HubError:
        principal = None  # Whoever asks, and however wrongly, there is no such page.
    with speaking(request.headers.get("accept-language", "")):
        frame = Visitor(hub_of(request), principal, request.url.path).frame
        return HTMLResponse(message_page(HTTPStatus.NOT_FOUND, frame=frame), HTTPStatus.NOT_FOUND)


def _first(options: list[Option]) -> list[Option]:
    """Put what a bare ``/journey`` shows first, so that the start page leads to figures."""
    return sorted(options, key=lambda option: option.value not in (DEFAULT_AREA, DEFAULT_PERIOD))


def _choices(visitor: Visitor) -> tuple[list[Option], list[Option]]:
    areas = [
        Option(area.code, area.name)
        for area in sorted(visitor.words.areas.values(), key=lambda area: area.name)
        if area.level in _LEVELS and area.successor is None
    ]
    t = labels()
    years = range(visitor.hub.clock().year, 2013, -1)
    periods = [Option(f"CY{year}", t("journey.form.calendar", year=year)) for year in years]
    financial = [
        Option(
            f"FY{year}-{(year + 1) % 100:02d}",
            t("journey.form.financial", year=year, next=(year + 1) % 100),
        )
        for year in years
    ]
    return areas, [*periods, *financial]


routes = [
    Route("/", page("/", landing), methods=["GET"]),
    Route("/journey", page("/journey", journey), methods=["GET"]),
    Route("/method", page("/method", method), methods=["GET"]),
    Route("/accessibility", page("/accessibility", accessibility), methods=["GET"]),
]
