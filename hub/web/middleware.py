"""What every request passes, whatever route it meets: an id, a log line, headers, a guard.

Pure ASGI, because Starlette's ``BaseHTTPMiddleware`` runs the route in another task, where a
cancelled request would leave its database transaction open.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import structlog
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.errors import HeadTooLargeError, HubError, MalformedError, RefusedError
from hub.web.arrival import LARGEST_HEAD
from hub.web.cors import Cors, MayRead
from hub.web.problems import fault, problem, request_id
from hub.web.rates import RateGuard, Rates

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
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

Observe = Callable[[str, str, int, float], None]
"""Counts a request: method, route template, status, seconds."""

_log = structlog.get_logger("hub.access")


@dataclass(frozen=True)
class Wall:
    """How the outer wall stands.

    ``is_https`` adds HSTS. ``cookie`` is the name of the session cookie. ``forms`` are paths whose
    own form posts are taken beside JSON, ``uploads`` those that take a form with a file; the origin
    is checked there too. ``observe`` counts.
    ``rates`` are the allowances of clients and addresses; without them nothing is limited.
    ``may_read`` says which other origins may read answers; without it none may.
    """

    is_https: bool
    cookie: str
    forms: frozenset[str] = frozenset()
    uploads: frozenset[str] = frozenset()
    observe: Observe | None = None
    rates: Rates | None = None
    may_read: MayRead | None = None


def wall(settings: Wall) -> list[Middleware]:
    """Tell the middleware of the application, outermost first."""
    layers = [
        Middleware(SecurityHeaders, is_https=settings.is_https),
        Middleware(AccessLog, observe=settings.observe),
        Middleware(HeadGuard),
        Middleware(
            OriginGuard, cookie=settings.cookie, forms=settings.forms, uploads=settings.uploads
        ),
    ]
    if settings.may_read is not None:
        layers.append(Middleware(Cors, may_read=settings.may_read))
    if settings.rates is not None:
        layers.insert(3, Middleware(RateGuard, rates=settings.rates))
    return layers


class SecurityHeaders:
    """Puts the request's id and the security headers on every answer, errors included."""

    def __init__(self, app: ASGIApp, is_https: bool) -> None:
        self._app = app
        headers = dict(HEADERS)
        if is_https:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and complete the headers of its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [pair for pair in message.get("headers", ()) if pair[0] != REQUEST_ID]
                named = {name for name, _ in given}
                ours = [pair for pair in self._headers if pair[0] not in named]
                own = (REQUEST_ID, request_id(scope).encode())
                message["headers"] = [*given, own, *ours]
            await send(message)

        await self._app(scope, receive, complete)


class AccessLog:
    """Writes one line a request, and turns what nobody caught into a problem without a word of it.

    Never the path as sent, the query string or the body: identifiers, tokens and figures end up
    there. The route's template says what was asked.
    """

    def __init__(self, app: ASGIApp, observe: Observe | None = None) -> None:
        self._app = app
        self._observe = observe
        # Bound once: each call of an unbound one binds it anew, which takes longer than the line.
        self._log = _log.bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, time it and tell how it ended."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, answer = time.perf_counter(), _Answer(send)
        try:
            await self._guarded(scope, receive, answer)
        finally:
            self._tell(scope, answer.status, time.perf_counter() - started)

    async def _guarded(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            await self._app(scope, receive, answer)
        except ClientDisconnect:
            answer.status = answer.status or 499
        except Exception as error:
            kind = type(error).__qualname__
            _log.error("unforeseen", error_type=kind, request_id=request_id(scope))
            if answer.status:
                # Half an answer is out; only a broken connection tells the client so.
                raise
            await fault(scope)(scope, receive, answer)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        route, state = route_template(scope), scope.get("state", {})
        self._log.info(
            "request",
            method=method,
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
            client=state.get("client_id"),
            document=state.get("document"),
            rows=state.get("rows"),
            request_id=request_id(scope),
        )
        if self._observe is not None:
            self._observe(method, route, status, seconds)


class HeadGuard:
    """Refuses a head that is too long, or names no host or several (RFC 9112 section 3.2).

    A proxy and the hub that take different ones of two hosts do not speak of the same request.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it with 400 or 431 before its body is read."""
        error = self._fault(scope) if scope["type"] == "http" else None
        await (problem(error, scope) if error else self._app)(scope, receive, send)

    def _fault(self, scope: Scope) -> HubError | None:
        fields = scope["headers"]
        size = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        if size + sum(len(name) + len(value) for name, value in fields) > LARGEST_HEAD:
            return HeadTooLargeError("The address and header fields are too long.")
        hosts = sum(name == b"host" for name, _ in fields)
        if hosts > 1 or (not hosts and scope["http_version"] != "1.0"):
            return MalformedError("Name the host once.", code="HOST")
        return None


class OriginGuard:
    """Stops requests that another site makes a signed-in browser send (CSRF).

    Only the session cookie goes along by itself, so only requests with it are held: they must be
    JSON (or a form of ``forms``) and come from this very origin.
    """

    def __init__(
        self,
        app: ASGIApp,
        cookie: str,
        forms: frozenset[str] = frozenset(),
        uploads: frozenset[str] = frozenset(),
    ) -> None:
        self._app = app
        self._cookie = cookie
        self._forms = forms
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it with 403 before its body is read."""
        if scope["type"] == "http" and self._is_forged(scope):
            error = RefusedError("Send this from the hub's own pages, as JSON.", code="ORIGIN")
            await problem(error, scope)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_forged(self, scope: Scope) -> bool:
        if scope["method"] in SAFE or not any(name == b"cookie" for name, _ in scope["headers"]):
            return False
        headers = Headers(scope=scope)
        if not self._has_cookie(headers):
            return False
        return not (self._is_of_kind(scope, headers) and _is_same_origin(scope, headers))

    def _has_cookie(self, headers: Headers) -> bool:
        pairs = ";".join(headers.getlist("cookie")).split(";")
        return any(pair.partition("=")[0].strip() == self._cookie for pair in pairs)

    def _is_of_kind(self, scope: Scope, headers: Headers) -> bool:
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        taken = {"application/json": True}
        taken["application/x-www-form-urlencoded"] = scope["path"] in self._forms
        taken["multipart/form-data"] = scope["path"] in self._uploads
        return taken.get(kind, False)


class _Answer:
    """Passes messages on and remembers the status; 0 until an answer has started."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def route_template(scope: Scope) -> str:
    """Tell the template of the route that answered, such as ``/v1/returns/{dataset}``."""
    route = scope.get("route")
    if route is not None and not scope.get("root_path"):
        return str(route.path)
    routes = getattr(scope.get("app"), "routes", ())
    return _template(routes, scope) or "unmatched"


def _template(routes: Iterable[Any], scope: Scope) -> str | None:
    for route in routes:
        if _has_answered(route, scope):
            return str(route.path)
        inner = _template(getattr(route, "routes", None) or (), scope)
        if inner is not None:
            return str(route.path) + inner
    return None


def _has_answered(route: Any, scope: Scope) -> bool:
    endpoint = scope.get("endpoint")
    if endpoint is None:
        return False
    if getattr(route, "endpoint", None) is endpoint:
        # One function may answer several routes; the path tells which of them it was.
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        return route.path_regex.match(path) is not None
    return getattr(route, "app", None) is endpoint


def _is_same_origin(scope: Scope, headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        # "none" is the person's own act, such as an address typed in; pages cannot forge it.
        return site in {"same-origin", "none"}
    own = f"{scope.get('scheme', 'http')}://{headers.get('host', '')}"
    return headers.get("origin") == own
