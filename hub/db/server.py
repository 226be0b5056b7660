"""The server that the settings name: one of the operator's own, or the embedded one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from hub.db.address import parse
from hub.db.embedded import EmbeddedPostgres
from hub.errors import DatabaseError
from hub.settings import Settings


def embedded(settings: Settings) -> EmbeddedPostgres | None:
    """Give the embedded server of the data folder, not yet started; None with a server named."""
    return EmbeddedPostgres(settings.data_dir) if settings.database_url is None else None


@asynccontextmanager
async def running_server(settings: Settings) -> AsyncIterator[URL]:
    """Give the owner's address for a block, in which the server runs."""
    postgres = embedded(settings)
    if postgres is None:
        yield owner_address(settings)
        return
    server = await asyncio.to_thread(postgres.start)
    try:
        yield server.url
    finally:
        await asyncio.to_thread(postgres.stop)


@contextmanager
def reaching_the_database() -> Iterator[None]:
    """Turn whatever goes wrong while connecting into a ``DatabaseError`` that says what to do."""
    try:
        yield
    except (DBAPIError, OSError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise DatabaseError(
            f"The database cannot be used ({reason}). Is it up, and has `hub migrate` run with "
            "this data folder?"
        ) from error


def owner_address(settings: Settings) -> URL:
    """Read the operator's own address. Raises ``SettingsError`` when it is missing or broken."""
    address = settings.database_url
    return parse(address.get_secret_value() if address is not None else "")
