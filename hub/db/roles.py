"""Creates the logins on a server and keeps their passwords in step with ``credentials.json``."""

import asyncio

from sqlalchemy import URL, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from hub.db.logins import Credentials, Duty, scram_verifier
from hub.errors import DatabaseError

RIGHTS = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT"
ATTEMPTS = 5


async def ensure_logins(owner: AsyncEngine, credentials: Credentials) -> None:
    """Make every duty able to log in; changes nothing where it already can.

    Logins are shared by all databases of a server, and migrations of two of these may run at
    once: what collides is looked at again. Raises ``DatabaseError`` when a login cannot be made.
    """
    for duty in Duty:
        for attempt in range(ATTEMPTS):
            await asyncio.sleep(0.1 * attempt)
            try:
                await _ensure(owner, duty, credentials.passwords[duty])
                break
            except DBAPIError:
                continue
        else:
            raise DatabaseError(f"The login {duty} cannot be made; may the owner create roles?")


async def _ensure(owner: AsyncEngine, duty: Duty, password: str) -> None:
    async with owner.begin() as connection:
        exists = await _exists(connection, duty)
    if exists and await _enters(owner.url.set(username=duty.value, password=password)):
        return
    act = f"ALTER ROLE {duty}" if exists else f"CREATE ROLE {duty} {RIGHTS}"
    async with owner.begin() as connection:
        await connection.exec_driver_sql(f"{act} PASSWORD '{scram_verifier(password)}'")


async def _exists(connection: AsyncConnection, duty: Duty) -> bool:
    query = text("SELECT true FROM pg_catalog.pg_roles WHERE rolname = :name")
    return bool(await connection.scalar(query, {"name": duty.value}))


async def _enters(url: URL) -> bool:
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect():
            return True
    except (DBAPIError, OSError):
        return False
    finally:
        await engine.dispose()
