"""The server that the settings name: one of the operator's own, or the embedded one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import URL

from hub.db.address import parse
from hub.db.embedded import EmbeddedPostgres
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


def owner_address(settings: Settings) -> URL:
    """Read the operator's own address. Raises ``SettingsError`` when it is missing or broken."""
    address = settings.database_url
    return parse(address.get_secret_value() if address is not None else "")
