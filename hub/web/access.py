"""One line in the log for each request: never the path as sent, the query string or the body.

Identifiers, tokens and figures end up there. The route's template says what was asked.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from starlette.types import Scope

from hub.logs import Lines
from hub.web.problems import request_id

Observe = Callable[[str, str, int, float], None]
"""Counts a request: method, route template, status, seconds."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class AccessLog:
    """Tells how each request ended."""

    def __init__(self, observe: Observe | None = None) -> None:
        self._observe = observe
        self._lines = Lines("hub.access", "request")

    def tell(self, scope: Scope, status: int, seconds: float) -> None:
        """Write a request's line, and count it."""
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        request_id(scope)
        self.line(method, route_template(scope), scope["state"], status, seconds)

    def line(
        self, method: str, route: str, state: Mapping[str, Any], status: int, seconds: float
    ) -> None:
        """Write the line of a request of which this is known; ``state`` has its id."""
        self._lines.tell(
            method=method,
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
            client=state.get("client_id"),
            document=state.get("document"),
            rows=state.get("rows"),
            request_id=state["request_id"],
        )
        if self._observe is not None:
            self._observe(method, route, status, seconds)


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
