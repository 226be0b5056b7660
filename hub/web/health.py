"""Health without detail: alive, ready, and numbers about requests, never about people."""

import asyncio
import importlib.util
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

Check = Callable[[], Awaitable[None]]
"""Returns when all is well, raises otherwise: the database answers, the audit chain holds."""

PATIENCE = 3.0
"""Seconds a check may take; a database that hangs is not ready."""

_log = structlog.get_logger("hub.health")


class Meter(Protocol):
    """Counts requests and prints the counts."""

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""

    def text(self) -> tuple[bytes, str]:
        """Print the counts, with their media type."""


def health_routes(checks: Sequence[Check], meter: Meter | None) -> list[Route]:
    """Serve ``/healthz``, ``/readyz`` and ``/metrics``.

    ``/readyz`` answers 503 while any check raises; which one it was goes to the log only. Without
    a meter ``/metrics`` answers 404.
    """

    async def alive(request: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(request: Request) -> Response:
        is_ready = all([await _holds(check) for check in checks])
        return PlainTextResponse("ready" if is_ready else "not ready", 200 if is_ready else 503)

    async def metrics(request: Request) -> Response:
        if meter is None:
            return PlainTextResponse("not measured", 404)
        content, kind = meter.text()
        return Response(content, headers={"Content-Type": kind})

    return [
        Route("/healthz", alive, methods=["GET"]),
        Route("/readyz", ready, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
    ]


def prometheus_meter() -> Meter | None:
    """Make a meter if the optional ``prometheus-client`` is installed."""
    if importlib.util.find_spec("prometheus_client") is None:
        return None
    return _PrometheusMeter()


async def _holds(check: Check) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            await check()
    except Exception as error:
        name = getattr(check, "__name__", "check")
        _log.error("not ready", check=name, error_type=type(error).__qualname__)
        return False
    return True


class _PrometheusMeter:
    """Counts by method, route template and status; a registry of its own, so tests can repeat."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Histogram

        self._registry = CollectorRegistry()
        self._children: dict[tuple[str, str, int], Any] = {}
        self._seconds = Histogram(
            "hub_request_seconds",
            "Duration of requests in seconds.",
            ["method", "route", "status"],
            registry=self._registry,
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        key = method, route, status
        child = self._children.get(key)
        if child is None:
            # Looked up once: each time would take longer than counting.
            child = self._children[key] = self._seconds.labels(method, route, str(status))
        child.observe(seconds)

    def text(self) -> tuple[bytes, str]:
        """Print the counts in Prometheus' text format."""
        from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

        return generate_latest(self._registry), CONTENT_TYPE_LATEST
