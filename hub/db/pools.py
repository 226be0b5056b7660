"""One small pool of connections per duty, with the limits the server holds them to."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import URL, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from hub.db.logins import Duty, stored
from hub.errors import DatabaseError

ROUNDS = 3
Entrance = Callable[..., Awaitable[Any]]
"""Makes one connection of the driver, out of the driver's own arguments."""

LIMITS: Mapping[Duty, Mapping[str, str]] = {
    Duty.INGEST: {"statement_timeout": "30s"},
    Duty.RELEASE: {"idle_in_transaction_session_timeout": "60s"},
    Duty.READ: {"statement_timeout": "5s", "default_transaction_read_only": "on"},
    Duty.IDENTITY: {"statement_timeout": "5s"},
}
SHARED = {
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "15s",
    "timezone": "UTC",
    "jit": "off",
    "search_path": "pg_catalog",
}
WAITS: Mapping[Duty, float] = {
    Duty.INGEST: 10,
    Duty.RELEASE: 10,
    Duty.READ: 5,
    Duty.IDENTITY: 5,
}
"""Seconds to wait for a free connection; readers' operations are stopped at ten."""
SIZES: Mapping[Duty, int] = {Duty.INGEST: 5, Duty.RELEASE: 2, Duty.READ: 4, Duty.IDENTITY: 4}


def entrance(data_dir: Path, duty: Duty) -> Entrance:
    """Give what connects as a duty with its password of the moment (security S5).

    The file is read at each connection, so that passwords may be replaced under a running hub.
    While that happens the new one is tried before the old one, and once more in turn: the server
    may change between two tries.
    """

    async def enter(*arguments: Any, **named: Any) -> Any:
        refused: asyncpg.InvalidPasswordError | None = None
        for _ in range(ROUNDS):
            for password in stored(data_dir).of(duty):
                try:
                    return await asyncpg.connect(*arguments, **named | {"password": password})
                except asyncpg.InvalidPasswordError as error:
                    refused = error
        raise refused or DatabaseError(f"There is no password for {duty}.")

    return enter


def limits(duty: Duty) -> dict[str, str]:
    """Give the settings that each connection of a duty is opened with."""
    return {**SHARED, **LIMITS[duty], "application_name": duty.value}


def pool(owner: URL, data_dir: Path, duty: Duty) -> AsyncEngine:
    """Make the engine of a duty; it connects when first used, with the password stored then.

    Parameters never appear in its error texts, and what PostgreSQL says about the values of a
    failing row is dropped: both hold reported numbers.
    """
    engine = create_async_engine(
        owner.set(username=duty.value, password=""),
        pool_size=SIZES[duty],
        max_overflow=0,
        pool_timeout=WAITS[duty],
        hide_parameters=True,
        connect_args={
            "server_settings": limits(duty),
            "async_creator_fn": entrance(data_dir, duty),
        },
    )
    event.listen(engine.sync_engine, "checkout", _refuse_dead)
    event.listen(engine.sync_engine, "handle_error", _forget_values)
    return engine


def _refuse_dead(connection: Any, record: Any, proxy: Any) -> None:
    """Replace a connection whose server has gone, without a round trip for those that live."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _forget_values(context: ExceptionContext) -> None:
    error: BaseException | None = context.original_exception
    while error is not None:
        if hasattr(error, "detail"):
            error.detail = None
        error = error.__cause__
