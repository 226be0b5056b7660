"""Which other sites' pages may read answers in a browser (CORS): those of registered clients.

An origin is listed at a client (``hub client origins``). A preflight shows no credentials, so it
is answered for every listed origin; the answer itself may be read only where the client that
asks has listed the origin. Never ``*``, and never with credentials of the browser: the session
cookie is for the hub's own pages. Sign-in, pushing and the token endpoint are on no list: a
browser holds no token but what a dashboard's own server hands it (security H13).
"""

from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATHS = frozenset({"/graphql", "/releases.atom", "/schema.graphql"})
PREFIX = "/v1/queries/"
METHODS = ("GET", "HEAD", "POST")
ASKED = "authorization, content-type, if-none-match"
SHOWN = "etag, retry-after, x-request-id, content-disposition, link"
SECONDS = "600"
"""How long a browser may keep the answer to a preflight."""

MayRead = Callable[[str, str | None], Awaitable[bool]]
"""Says whether an origin may read an answer to a client; to any one where none is named."""


class Cors:
    """Lets pages of listed origins read published figures."""

    def __init__(self, app: ASGIApp, may_read: MayRead) -> None:
        self._app = app
        self._may_read = may_read

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight, or pass a request on and say who may read its answer."""
        if scope["type"] != "http" or not is_shared(scope["path"]):
            await self._app(scope, receive, send)
            return
        origin = _origin(scope)
        if origin and await self._is_preflight(scope, Headers(scope=scope), origin):
            await _preflight(origin)(scope, receive, send)
            return

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                _vary(message)
                answer = MutableHeaders(scope=message)
                program = scope.get("state", {}).get("program")
                if origin and await self._may_read(origin, program):
                    answer["Access-Control-Allow-Origin"] = origin
                    answer["Access-Control-Expose-Headers"] = SHOWN
            await send(message)

        await self._app(scope, receive, complete)

    async def _is_preflight(self, scope: Scope, headers: Headers, origin: str) -> bool:
        asked = headers.get("access-control-request-method")
        return (
            scope["method"] == "OPTIONS" and asked in METHODS and await self._may_read(origin, None)
        )


def _origin(scope: Scope) -> str | None:
    """Give the one origin a request names; none for a request that names several."""
    found = [value for name, value in scope["headers"] if name == b"origin"]
    return found[0].decode("latin-1") if len(found) == 1 else None


def _vary(message: Message) -> None:
    """Say that the answer depends on the origin too."""
    headers = list(message.get("headers", ()))
    for place, (name, value) in enumerate(headers):
        if name == b"vary":
            headers[place] = (name, value + b", Origin")
            break
    else:
        headers.append((b"vary", b"Origin"))
    message["headers"] = headers


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
