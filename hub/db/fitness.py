"""Whether a database keeps what it acknowledges; one that does not is refused."""

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

DURABLE = ("fsync", "full_page_writes", "synchronous_commit", "data_checksums")
QUERY = text("SELECT name, setting FROM pg_catalog.pg_settings WHERE name = ANY(:names)")


def faults(settings: Mapping[str, str]) -> tuple[str, ...]:
    """Name the settings that let an acknowledged row be lost or damaged unnoticed.

    A setting that is not reported counts as a fault. ``synchronous_commit`` has values between
    on and off; all of these wait for the disk.
    """
    return tuple(name for name in DURABLE if settings.get(name, "off") == "off")


async def inspect(engine: AsyncEngine) -> tuple[str, ...]:
    """Give the faults as this engine's login meets them: a login may have settings of its own."""
    async with engine.connect() as connection:
        rows = await connection.execute(QUERY, {"names": list(DURABLE)})
        return faults({row.name: row.setting for row in rows})
