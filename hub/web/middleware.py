"""What every request passes, whatever route it meets: an id, a log line, headers, a guard.

Pure ASGI, because Starlette's ``BaseHTTPMiddleware`` runs the route in another task, where a
cancelled request would leave its database transaction open.
"""

import time
from dataclasses import dataclass

import structlog
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.errors import HubError, RateLimitedError
from hub.web.access import AccessLog, Observe
from hub.web.cors import Cors, Fields, MayRead
from hub.web.express import Express
from hub.web.guards import Forgeries, head_fault
from hub.web.problems import fault, problem, request_id
from hub.web.rates import Rates

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Set where the route has not set its own; a route of public data may say who may keep it."""
REQUEST_ID = b"x-request-id"

_log = structlog.get_logger("hub.access")


@dataclass(frozen=True)
class Wall:
    """How the outer wall stands.

    ``is_https`` adds HSTS. ``cookie`` is the name of the session cookie. ``forms`` are paths whose
    own form posts are taken beside JSON, ``uploads`` those that take a form with a file; the origin
    is checked there too. ``observe`` counts.
    ``rates`` are the allowances of clients and addresses; without them nothing is limited.
    ``may_read`` says which other origins may read answers; without it none may.
    ``doors`` are routes asked so often that they are found by their exact path, without the
    router and its layer for exceptions: they let none out. ``express`` learns which requests may
    take the short way.
    """

    is_https: bool
    cookie: str
    forms: frozenset[str] = frozenset()
    uploads: frozenset[str] = frozenset()
    observe: Observe | None = None
    rates: Rates | None = None
    may_read: MayRead | None = None
    doors: tuple[Route, ...] = ()
    express: Express | None = None

    @property
    def fields(self) -> Fields:
        """Tell what every answer says that has not said it itself."""
        headers = dict(HEADERS)
        if self.is_https:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def completed(given: Fields, ours: Fields) -> Fields:
    """Add to an answer's header fields those that it has not."""
    named = {name for name, _ in given}
    return [*given, *[pair for pair in ours if pair[0] not in named]]


def wall(settings: Wall) -> list[Middleware]:
    """Tell the middleware of the application: one layer, for each wraps the answer anew."""
    return [Middleware(Gate, settings=settings)]


class Gate:
    """Lets a request in or refuses it, completes the headers of its answer, and writes its line.

    In this order: the head, the address's allowance, forgeries, other origins' preflights. What
    nobody caught becomes a problem without a word of it.
    """

    def __init__(self, app: ASGIApp, settings: Wall) -> None:
        self._app = app
        self._rates = settings.rates
        self._forgeries = Forgeries(settings.cookie, settings.forms, settings.uploads)
        self._cors = Cors(settings.may_read) if settings.may_read is not None else None
        self._log = AccessLog(settings.observe)
        self._doors = {route.path: route for route in settings.doors}
        self._express = settings.express
        self._fields = settings.fields

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, time it and tell how it ended."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        started, answer = time.perf_counter(), _Answer(send, scope, self._fields)
        try:
            await self._guarded(scope, receive, answer)
        finally:
            self._log.tell(scope, answer.status, time.perf_counter() - started)
            if self._express is not None:
                self._express.learn(scope, answer.status, answer.fields)

    async def _guarded(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            error = head_fault(scope) or self._excess(scope) or self._forgeries.fault(scope)
            if error is not None:
                await problem(error, scope)(scope, receive, answer)
            else:
                await (await self._preflight(scope) or self._way(scope, answer))(
                    scope, receive, answer
                )
        except ClientDisconnect:
            answer.status = answer.status or 499
        except Exception as error:
            kind = type(error).__qualname__
            _log.error("unforeseen", error_type=kind, request_id=request_id(scope))
            if answer.status:
                # Half an answer is out; only a broken connection tells the client so.
                raise
            await fault(scope)(scope, receive, answer)

    async def _preflight(self, scope: Scope) -> ASGIApp | None:
        return await self._cors.preflight(scope) if self._cors is not None else None

    def _way(self, scope: Scope, answer: "_Answer") -> ASGIApp:
        """Tell what answers: a door, or the application with its router."""
        answer.cors = self._cors
        door = self._doors.get(scope["path"])
        if door is None or scope.get("root_path"):
            return self._app
        # What the router would leave behind, for the log and for resolvers.
        scope.update(route=door, endpoint=door.endpoint, path_params={})
        return door.app

    def _excess(self, scope: Scope) -> HubError | None:
        """Hold each address to its allowance, and leave the allowances to whoever takes of them."""
        if self._rates is None:
            return None
        scope["state"]["rates"] = self._rates
        try:
            self._rates.address(scope)
        except RateLimitedError as error:
            return error
        return None


class _Answer:
    """Passes messages on, completes the head of an answer and remembers its status.

    The status is 0 and there are no fields until an answer has started; ``cors`` is there once
    the guards are passed.
    """

    def __init__(self, send: Send, scope: Scope, ours: Fields) -> None:
        self._send = send
        self._scope = scope
        self._ours = ours
        self.cors: Cors | None = None
        self.status = 0
        self.fields: Fields = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            await self._complete(message)
        await self._send(message)

    async def _complete(self, message: Message) -> None:
        given = [pair for pair in message.get("headers", ()) if pair[0] != REQUEST_ID]
        if self.cors is not None:
            given = await self.cors.completed(self._scope, given)
        given = [*given, (REQUEST_ID, request_id(self._scope).encode())]
        message["headers"] = self.fields = completed(given, self._ours)
