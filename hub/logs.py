"""Logs: one JSON event a line on standard error; never a reported number, a token or a body."""

import logging
import sys

import structlog


def configure_logs(level: str) -> None:
    """Write the hub's own events as JSON lines, and quieten libraries that log tokens or SQL."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    for name in ("authlib", "sqlalchemy", "asyncpg", "httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
