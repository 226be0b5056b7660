"""Logs: one JSON event a line on standard error; never a reported number, a token or a body.

What libraries log passes through :class:`Wordless`: an exception is told by its type and the
lines of code it came through, never by its own text, which may hold anything that was in hand.
"""

import json
import logging
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from pydantic_core import to_json

QUIET = ("authlib", "sqlalchemy", "asyncpg", "httpx2", "httpcore2")
"""Libraries that log tokens or SQL below the level of errors."""


class Wordless(logging.Formatter):
    """Formats what a library logged, exceptions without a word of theirs."""

    def format(self, record: logging.LogRecord) -> str:
        """Give one line of JSON."""
        error = record.exc_info[1] if record.exc_info else None
        told: dict[str, object] = {"event": "library", "level": record.levelname.lower()}
        told["logger"] = record.name
        if error is None:
            return json.dumps(told | {"message": record.getMessage()})
        # Not the message either: asyncio puts the exception's repr and a callback's arguments in.
        return json.dumps(told | {"error": outline(error)})


def outline(error: BaseException) -> list[str]:
    """Tell an exception and what it came from: types and places in the code, no text, no value."""
    found: list[str] = []
    seen: set[int] = set()
    now: BaseException | None = error
    while now is not None and id(now) not in seen:
        seen.add(id(now))
        places = traceback.extract_tb(now.__traceback__)
        found.append(f"{type(now).__module__}.{type(now).__qualname__}")
        found += [f"  {place.filename}:{place.lineno} in {place.name}" for place in places]
        now = now.__cause__ or now.__context__
    return found


def configure_logs(level: str) -> None:
    """Write the hub's own events as JSON lines, and quieten libraries that log tokens or SQL."""
    global _out
    _out = sys.stderr.write if getattr(logging, level) <= logging.INFO else _nowhere
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Wordless())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    sys.unraisablehook = _unraisable
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=_written),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )


class Lines:
    """Writes one kind of event very often, in the form that :func:`configure_logs` chose.

    Straight away: the chain of processors takes three times as long as the line itself, which was
    a quarter of all that a kept answer takes.
    """

    def __init__(self, logger: str, event: str) -> None:
        self._event = event
        # Bound once: each call of an unbound one binds it anew.
        self._log = structlog.get_logger(logger).bind()

    def tell(self, **told: object) -> None:
        """Write a line at the level of information."""
        if _out is None:
            self._log.info(self._event, **told)
        else:
            told |= {"event": self._event, "level": "info", "timestamp": _timestamp()}
            # Standard error is written through at each line's end.
            _out(_written(told) + "\n")


_out: Callable[[str], object] | None = None
"""Takes lines of information; None before anybody said where they go."""


def _nowhere(_: str) -> None:
    """Write nothing: information is not asked for."""


def _timestamp() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def _written(event: dict[str, object], **_: object) -> str:
    return to_json(event, fallback=repr).decode()


def _unraisable(what: "sys.UnraisableHookArgs") -> None:
    """Tell of an exception that nobody could catch; Python itself would print its text."""
    error = what.exc_value or what.exc_type()
    info = (type(error), error, error.__traceback__)
    logging.getLogger("python").error("unraisable", exc_info=info)
