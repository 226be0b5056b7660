"""Creates the logins on a server and keeps their passwords in step with ``credentials.json``."""

import asyncio
from pathlib import Path

from sqlalchemy import URL, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from hub import keyfiles
from hub.db.lock import held
from hub.db.logins import CREDENTIALS, LOCK, Credentials, Duty, drawn, scram_verifier, stored
from hub.db.server import reaching_the_database, running_server
from hub.errors import DatabaseError
from hub.settings import Settings

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


async def rotate(settings: Settings) -> None:
    """Replace the passwords of the database that ``settings`` name; see above."""
    async with running_server(settings) as address:
        owner = create_async_engine(address, poolclass=NullPool, hide_parameters=True)
        with reaching_the_database():
            await replace_passwords(owner, settings.data_dir)


async def let_in(owner: AsyncConnection) -> None:
    """Let every login connect to this database, also where its operator let nobody else.

    Who takes returns in may lay rows ready in a temporary table, which nobody else sees.
    """
    name = await owner.scalar(text("SELECT quote_ident(current_database())"))
    await owner.exec_driver_sql(f"GRANT CONNECT ON DATABASE {name} TO {', '.join(Duty)}")
    await owner.exec_driver_sql(f"GRANT TEMPORARY ON DATABASE {name} TO {Duty.INGEST}")


async def replace_passwords(owner: AsyncEngine, data_dir: Path) -> None:
    """Give every login a new password, with no moment in which a running hub cannot connect.

    The file names new and old ones while the server changes all at once; whoever stops this at
    any point leaves a file with which the hub gets in. Raises ``DatabaseError`` when another
    process is at it, or the file is not what the hub wrote.
    """
    with held(data_dir / LOCK, seconds=10):
        before = stored(data_dir)
        await ensure_logins(owner, before)
        fresh = drawn()
        both = Credentials(fresh.passwords, before.passwords)
        keyfiles.write(data_dir / CREDENTIALS, both.as_text())
        async with owner.begin() as connection:
            for duty, password in fresh.passwords.items():
                verifier = scram_verifier(password)
                await connection.exec_driver_sql(f"ALTER ROLE {duty} PASSWORD '{verifier}'")
        keyfiles.write(data_dir / CREDENTIALS, fresh.as_text())


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
