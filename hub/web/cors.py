"""Which other sites' pages may read answers in a browser (CORS): those of registered clients.

An origin is listed at a client (``hub client origins``). A preflight shows no credentials, so it
is answered for every listed origin; the answer itself may be read only where the client that
asks has listed the origin. Never ``*``, and never with credentials of the browser: the session
cookie is for the hub's own pages. Sign-in, pushing and the token endpoint are on no list: a
browser holds no token but what a dashboard's own server hands it (security H13).
"""

from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

PATHS = frozenset({"/graphql", "/releases.atom", "/schema.graphql"})
PREFIX = "/v1/queries/"
METHODS = ("GET", "HEAD", "POST")
ASKED = "authorization, content-type, if-none-match"
SHOWN = b"etag, retry-after, x-request-id, content-disposition, link"
SECONDS = "600"
"""How long a browser may keep the answer to a preflight."""

MayRead = Callable[[str, str | None], Awaitable[bool]]
"""Says whether an origin may read an answer to a client; to any one where none is named."""
Fields = list[tuple[bytes, bytes]]
"""Header fields as ASGI has them, names in small letters."""


class Cors:
    """Lets pages of listed origins read published figures."""

    def __init__(self, may_read: MayRead) -> None:
        self._may_read = may_read

    async def preflight(self, scope: Scope) -> Response | None:
        """Answer a preflight; None for any other request."""
        if scope["method"] != "OPTIONS" or not is_shared(scope["path"]):
            return None
        origin = _origin(scope)
        asked = Headers(scope=scope).get("access-control-request-method")
        if not origin or asked not in METHODS or not await self._may_read(origin, None):
            return None
        return _preflight(origin)

    async def completed(self, scope: Scope, headers: Fields) -> Fields:
        """Say in an answer's header fields that it depends on the origin, and who may read it."""
        if not is_shared(scope["path"]):
            return headers
        origin, program = _origin(scope), scope["state"].get("program")
        headers = varied(headers)
        if origin and await self._may_read(origin, program):
            headers += [
                (b"access-control-allow-origin", origin.encode("latin-1")),
                (b"access-control-expose-headers", SHOWN),
            ]
        return headers


def _origin(scope: Scope) -> str | None:
    """Give the one origin a request names; none for a request that names several."""
    found = [value for name, value in scope["headers"] if name == b"origin"]
    return found[0].decode("latin-1") if len(found) == 1 else None


def varied(headers: Fields) -> Fields:
    """Say that the answer depends on the origin too."""
    if any(name == b"vary" for name, _ in headers):
        return [
            (name, value + b", Origin") if name == b"vary" else (name, value)
            for name, value in headers
        ]
    return [*headers, (b"vary", b"Origin")]


def is_shared(path: str) -> bool:
    """Say whether pages of other sites may ever read what this path answers."""
    return path in PATHS or path.startswith(PREFIX)


def _preflight(origin: str) -> Response:
    headers = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": ", ".join(METHODS),
        "Access-Control-Allow-Headers": ASKED,
        "Access-Control-Max-Age": SECONDS,
        "Vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    }
    return Response(status_code=204, headers=headers)
