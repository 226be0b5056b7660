"""``/v1/queries``: saved queries as files, for tools that can only GET."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.auth.matrix import line_for
from hub.auth.permissions import enter
from hub.auth.principals import Principal
from hub.errors import MalformedError, NotFoundError
from hub.exports.journey_csv import journey_csv
from hub.exports.journey_json import journey_json
from hub.exports.observations import observations_csv, observations_json
from hub.exports.overview import overview_csv, overview_json
from hub.exports.performance import performance_csv, performance_json
from hub.exports.profile import profile_csv, profile_json
from hub.protected.reader import Selection
from hub.protected.releases import Audience
from hub.views.library import Library
from hub.views.overview import ALWAYS, Comparator
from hub.vocabulary import parse_period
from hub.web.authentication import principal_of
from hub.web.etag import conditional
from hub.web.state import Hub, hub_of
from hub.web.volume import tell

MEDIA = {"json": "application/json", "csv": "text/csv; charset=utf-8"}
MOST = 10_000
"""Most observations in one file (security G12)."""

ROW = 100
"""Characters a row is taken for, when a reader's volume is counted (security D8)."""

Saved = Callable[[Library, Request, str], Awaitable[str]]


def library_of(hub: Hub, principal: Principal) -> Library:
    """The views that a caller may read."""
    return Library(hub.database, hub.words, Audience(principal.audience), hub.clock)


async def saved_query(request: Request) -> Response:
    """Answer a saved query as a file, with an ``ETag``."""
    hub, name, kind = hub_of(request), request.path_params["name"], request.path_params["format"]
    caller = await principal_of(request)
    if name not in _SAVED or kind not in MEDIA:
        known = ", ".join(f"{one}.{end}" for one in _SAVED for end in MEDIA)
        raise NotFoundError(f"There is no such saved query. There are {known}.")
    unknown = sorted(set(request.query_params.keys()) - set(_KNOWN[name]))
    if unknown:
        raise MalformedError(f"{name} takes {', '.join(_KNOWN[name])}.")
    principal = enter(caller, line_for(_item(name)))
    content = await _SAVED[name](library_of(hub, principal), request, kind)
    asked = [text for _, text in request.query_params.multi_items()]
    await tell(request, len(content) // ROW, asked)
    response = Response(content, media_type=MEDIA[kind])
    response.headers["Content-Disposition"] = f'inline; filename="{name}.{kind}"'
    response.headers["Vary"] = "Authorization, Cookie"
    return conditional(request, response)


def parameter(request: Request, name: str) -> str:
    """A query parameter that must be there.

    Raises:
        MalformedError: it is missing.
    """
    found = request.query_params.get(name)
    if not found:
        raise MalformedError(f"The parameter {name} is missing.")
    return found


async def _journey(library: Library, request: Request, kind: str) -> str:
    area, period = parameter(request, "area"), parameter(request, "period")
    view, _ = await library.journey(area, period, request.query_params.get("release"))
    return journey_json(view) if kind == "json" else journey_csv(view)


async def _observations(library: Library, request: Request, kind: str) -> str:
    asked, words = request.query_params, library.words
    wanted = Selection(
        indicators=[words.indicator(code).code for code in asked.getlist("indicator")],
        areas=[words.area(code).code for code in asked.getlist("area")],
        periods=[parse_period(text).id for text in asked.getlist("period")],
    )
    release = await library.release(asked.get("release"))
    page = await library.page(wanted, release, MOST, None)
    if page.total > MOST:
        raise MalformedError(f"More than {MOST} observations; narrow by area, period, indicator.")
    write = observations_json if kind == "json" else observations_csv
    return write(page.rows, release, words)


async def _overview(library: Library, request: Request, kind: str) -> str:
    asked = request.query_params
    comparators = [_comparator(name) for name in asked.getlist("comparator")] or ALWAYS
    view, _ = await library.overview(
        asked.getlist("area"), parameter(request, "period"), comparators, asked.get("release")
    )
    return overview_json(view) if kind == "json" else overview_csv(view)


def _comparator(name: str) -> Comparator:
    try:
        return Comparator(name)
    except ValueError:
        known = ", ".join(Comparator)
        raise MalformedError(f"The parameter comparator is one of {known}.") from None


async def _performance(library: Library, request: Request, kind: str) -> str:
    asked = request.query_params
    as_at = asked.get("asAt") or parameter(request, "period")
    view, _ = await library.performance(parameter(request, "area"), as_at, asked.get("release"))
    return performance_json(view) if kind == "json" else performance_csv(view)


async def _profile(library: Library, request: Request, kind: str) -> str:
    dataset, area = parameter(request, "dataset"), parameter(request, "area")
    period, release = parameter(request, "period"), request.query_params.get("release")
    view, _ = await library.profile(dataset, area, period, release)
    return profile_json(view) if kind == "json" else profile_csv(view)


_SAVED: dict[str, Saved] = {
    "journey": _journey,
    "overview": _overview,
    "performance": _performance,
    "observations": _observations,
    "profile": _profile,
}

_KNOWN = {
    "journey": ("area", "period", "release"),
    "overview": ("area", "period", "comparator", "release"),
    "performance": ("area", "asAt", "period", "release"),
    "observations": ("indicator", "area", "period", "release"),
    "profile": ("dataset", "area", "period", "release"),
}
"""What each saved query may be asked; anything else is refused, so that no filter fails open."""

routes = [Route("/v1/queries/{name}.{format}", saved_query, methods=["GET"])]


def _item(name: str) -> str:
    return f"GET /v1/queries/{name}.{{format}}"


ITEMS = tuple(_item(name) for name in _SAVED)
"""The saved queries as the surface file names them."""
