"""``/v1/queries``: saved queries as files, for tools that can only GET."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.auth.matrix import line_for
from hub.auth.permissions import enter
from hub.errors import MalformedError, NotFoundError, UnauthenticatedError
from hub.exports.completeness import completeness_document
from hub.exports.document import Document
from hub.exports.files import KINDS
from hub.exports.journey import journey_document
from hub.exports.observations import observations_document
from hub.exports.overview import narrowed, overview_document
from hub.exports.performance import performance_document
from hub.exports.profile import chosen, profile_document
from hub.exports.series import series_document
from hub.exports.tables import csvw_file
from hub.protected.reader import Selection
from hub.protected.releases import Audience
from hub.protected.rows import observation_of_row
from hub.views.library import Library
from hub.views.overview import ALWAYS
from hub.vocabulary import parse_period
from hub.web.asked import comparator_of, parameter
from hub.web.authentication import principal_of
from hub.web.etag import CACHE, conditional, has_already
from hub.web.problems import problem
from hub.web.state import hub_of, library_of
from hub.web.tags import Key, Tags, Told
from hub.web.volume import tell

DESCRIBED = "csv-metadata.json"
"""The ending of a CSV's description, as CSV on the Web would have it."""
MOST = 10_000
"""Most observations in one file (security G12)."""
ROW = 100
"""Characters a row of JSON is taken for, when a reader's volume is counted (security D8)."""
DRAWN_AT_ONCE = 2
"""Pictures and workbooks written at the same time; further ones wait, so that others are served."""

VARY = "Authorization, Cookie"
_drawing = asyncio.Semaphore(DRAWN_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved query. ``known`` are its parameters; anything else is refused, so that no filter
    fails open."""

    find: Callable[[Library, Request], Awaitable[Document]]
    known: tuple[str, ...]


def challenged(answer: Callable[[Request], Awaitable[Response]]) -> Any:
    """Tell a caller without credentials that Basic is taken here too.

    Power Query, R and urllib send an id and a secret only where they are asked for them.
    """

    @wraps(answer)
    async def asked(request: Request) -> Response:
        try:
            return await answer(request)
        except UnauthenticatedError as error:
            refusal = problem(error, request.scope)
            refusal.headers.append("WWW-Authenticate", 'Basic realm="hub", charset="UTF-8"')
            return refusal

    return asked


@dataclass(frozen=True, slots=True)
class Asking:
    """A caller who may ask a saved query, and the address under which its tag is kept."""

    saved: Saved
    library: Library
    key: Key


@challenged
async def saved_query(request: Request) -> Response:
    """Answer a saved query as a file, with an ``ETag``; what the caller has is not made again."""
    asking = await _asking(request)
    kind = KINDS[request.path_params["format"]]
    if (told := _told(request, asking)) is not None:
        return await _unchanged(request, told)
    ending = request.path_params["format"]
    document = await asking.saved.find(asking.library, request)
    async with _drawing:
        content = await asyncio.to_thread(kind.write, document)
    response = Response(content, media_type=kind.media)
    disposition = "attachment" if kind.is_saved else "inline"
    name = document.filename(ending)
    response.headers["Content-Disposition"] = f'{disposition}; filename="{name}"'
    if ending == "csv":
        described = f"{document.name}.{DESCRIBED}{_asked(request)}"
        response.headers["Link"] = f'<{described}>; rel="describedby"; type="application/csvm+json"'
    return await _finished(request, asking, document, response)


@challenged
async def description(request: Request) -> Response:
    """Describe a saved query's CSV as CSV on the Web."""
    asking = await _asking(request)
    if (told := _told(request, asking)) is not None:
        return await _unchanged(request, told)
    document = await asking.saved.find(asking.library, request)
    content = csvw_file(document, f"{document.name}.csv{_asked(request)}")
    response = Response(content, media_type="application/csvm+json")
    return await _finished(request, asking, document, response)


async def _asking(request: Request) -> Asking:
    """Let a caller in, once the address is known to name a file and nothing but its parameters."""
    hub, name = hub_of(request), request.path_params["name"]
    caller = await principal_of(request)
    saved = _SAVED.get(name)
    if saved is None or request.path_params.get("format", "csv") not in KINDS:
        raise _unknown()
    if set(request.query_params.keys()) - set(saved.known):
        raise MalformedError(f"{name} takes {', '.join(saved.known)}.")
    principal = enter(caller, line_for(_item(name)))
    edition = await hub.shelf.edition(Audience(principal.audience))
    day = hub.clock().date().isoformat()
    address = f"{request.url.path}?{request.url.query}"
    key = (str(edition.audience), edition.number, day, address)
    return Asking(saved, library_of(hub, principal.audience), key)


def _told(request: Request, asking: Asking) -> Told | None:
    """What was told of this address before, if the caller still has it."""
    told = _tags(request).get(asking.key)
    return told if told is not None and has_already(request, told.etag) else None


async def _unchanged(request: Request, told: Told) -> Response:
    """Say that the caller has the file; its rows count as read again, as if it had been sent."""
    await _count(request, told.rows)
    headers = {"ETag": told.etag, "Cache-Control": CACHE, "Vary": VARY}
    return Response(status_code=304, headers=headers)


async def _finished(
    request: Request, asking: Asking, document: Document, response: Response
) -> Response:
    rows = sum(1 for _ in document.records())
    await _count(request, rows)
    response.headers["Vary"] = VARY
    answer = conditional(request, response)
    _tags(request).keep(asking.key, Told(answer.headers["ETag"], rows))
    return answer


async def _count(request: Request, rows: int) -> None:
    client_id = request.scope["state"].get("client_id")
    if client_id is not None:
        texts = [text for _, text in request.query_params.multi_items()]
        waiting = tell(hub_of(request), request.app.state.volume, client_id, rows, texts)
        if waiting is not None:
            await waiting


def _tags(request: Request) -> Tags:
    tags: Tags = request.app.state.tags
    return tags


def _unknown() -> NotFoundError:
    names, kinds = ", ".join(_SAVED), ", ".join(KINDS)
    return NotFoundError(f"There is no such saved query. There are {names}, each as {kinds}.")


def _asked(request: Request) -> str:
    return f"?{request.url.query}" if request.url.query else ""


async def _journey(library: Library, request: Request) -> Document:
    area, period = parameter(request, "area"), parameter(request, "period")
    view, release = await library.journey(area, period, request.query_params.get("release"))
    return journey_document(view, release, library.words)


async def _observations(library: Library, request: Request) -> Document:
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
    shown = [observation_of_row(row) for row in page.rows]
    return observations_document(shown, release, words)


async def _overview(library: Library, request: Request) -> Document:
    asked = request.query_params
    comparators = [comparator_of(name) for name in asked.getlist("comparator")] or ALWAYS
    view, release = await library.overview(
        asked.getlist("area"), parameter(request, "period"), comparators, asked.get("release")
    )
    return overview_document(narrowed(view, asked.getlist("indicator")), release, library.words)


async def _performance(library: Library, request: Request) -> Document:
    asked = request.query_params
    area, as_at = parameter(request, "area"), asked.get("asAt") or parameter(request, "period")
    view, release = await library.performance(area, as_at, asked.get("release"))
    return performance_document(view, release, library.words)


async def _profile(library: Library, request: Request) -> Document:
    dataset, area = parameter(request, "dataset"), parameter(request, "area")
    asked, period = request.query_params, parameter(request, "period")
    view, release = await library.profile(dataset, area, period, asked.get("release"))
    return profile_document(chosen(view, asked.getlist("table")), release, library.words)


async def _series(library: Library, request: Request) -> Document:
    indicator, area = parameter(request, "indicator"), parameter(request, "area")
    first, last = parameter(request, "from"), parameter(request, "to")
    points, release = await library.series(
        indicator, area, first, last, request.query_params.get("release")
    )
    words = library.words
    return series_document(words.indicator(indicator), words.area(area), points, release, words)


async def _completeness(library: Library, request: Request) -> Document:
    period = parameter(request, "period")
    view, release = await library.completeness(period, request.query_params.get("release"))
    return completeness_document(view, release)


_SAVED = {
    "journey": Saved(_journey, ("area", "period", "release")),
    "overview": Saved(_overview, ("area", "period", "comparator", "indicator", "release")),
    "performance": Saved(_performance, ("area", "asAt", "period", "release")),
    "observations": Saved(_observations, ("indicator", "area", "period", "release")),
    "profile": Saved(_profile, ("dataset", "area", "period", "table", "release")),
    "series": Saved(_series, ("indicator", "area", "from", "to", "release")),
    "completeness": Saved(_completeness, ("period", "release")),
}

PARAMETERS = {name: saved.known for name, saved in _SAVED.items()}
"""What each saved query may be asked."""

routes = [
    Route(f"/v1/queries/{{name}}.{DESCRIBED}", description, methods=["GET"]),
    Route("/v1/queries/{name}.{format}", saved_query, methods=["GET"]),
]


def _item(name: str) -> str:
    return f"GET /v1/queries/{name}.{{format}}"


ITEMS = tuple(_item(name) for name in _SAVED)
"""The saved queries as the surface file names them."""
