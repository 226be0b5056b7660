"""The databases that tests work on: copies of one migrated template, emptied and used again.

To make and drop a copy costs the machine some hundred times what a small test asks of it. A
copy is used again only if nothing but rows changed in it: whatever touched a table, a function, a
trigger, a wall or a right, grew it, or left a lock behind, has it dropped.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from hub.db.embedded import Server

MOST = 24 * 1024**2
"""Bytes of a database that is worth keeping; a fresh one has nine million."""

BUILT = """
SELECT md5(string_agg(what, ' ' ORDER BY what)) FROM (
    SELECT 'class' || oid || ':' || xmin FROM pg_class
        WHERE relkind <> 't' AND relpersistence <> 't'
    UNION ALL SELECT 'attribute' || attrelid || '.' || attnum || ':' || a.xmin
        FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = attrelid
        WHERE attrelid >= 16384 AND relpersistence <> 't'
    UNION ALL SELECT 'procedure' || oid || ':' || xmin FROM pg_proc
    UNION ALL SELECT 'trigger' || oid || ':' || xmin FROM pg_trigger
    UNION ALL SELECT 'policy' || oid || ':' || xmin FROM pg_policy
    UNION ALL SELECT 'constraint' || oid || ':' || xmin FROM pg_constraint
    UNION ALL SELECT 'schema' || oid || ':' || xmin FROM pg_namespace
        WHERE nspname !~ '^pg_(toast_)?temp_'
    UNION ALL SELECT 'right' || oid || ':' || xmin FROM pg_default_acl
    UNION ALL SELECT 'version' || version_num FROM public.alembic_version
    UNION ALL SELECT 'setting' || setrole || ':' || setconfig::text FROM pg_db_role_setting
        WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
) AS built(what)
"""
"""What tells the structure of one copy from another's: each definition's last change.

Temporary tables end with their connection; the schema they were in stays, empty, and is no change:
every push makes one.
"""

EMPTY = """
DO $$
DECLARE one record; filled boolean;
BEGIN
    SET LOCAL lock_timeout = '2s';
    SET LOCAL session_replication_role = 'replica';
    FOR one IN SELECT oid::regclass AS name FROM pg_class
        WHERE relkind = 'r' AND oid >= 16384 AND oid <> 'public.alembic_version'::regclass
            AND relpersistence <> 't'
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one.name) INTO filled;
        IF filled THEN EXECUTE format('DELETE FROM %s', one.name); END IF;
    END LOOP;
    FOR one IN SELECT format('%I.%I', schemaname, sequencename)::regclass AS name, start_value
        FROM pg_sequences WHERE last_value IS NOT NULL
    LOOP
        PERFORM setval(one.name, one.start_value, false);
    END LOOP;
END $$
"""
ALONE = """
SELECT count(pg_terminate_backend(pid, 2000)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
SIZE = "SELECT pg_database_size(current_database())"


@dataclass(slots=True)
class Databases:
    """The copies of one server's template: those in use are nobody else's."""

    server: Server
    spare: list[str] = field(default_factory=list)
    built: str = ""

    @asynccontextmanager
    async def copy(self) -> AsyncIterator[str]:
        """Give the name of an empty, migrated database; take it back afterwards."""
        name = self.spare.pop() if self.spare else await self._make()
        try:
            yield name
        finally:
            if await self._empty(name):
                self.spare.append(name)
            else:
                await self._told(f"DROP DATABASE {name} WITH (FORCE)")

    async def clear(self) -> None:
        """Drop every spare copy, on a server that outlives the run."""
        while self.spare:
            await self._told(f"DROP DATABASE {self.spare.pop()} WITH (FORCE)")

    async def _make(self) -> str:
        name = f"test_{secrets.token_hex(6)}"
        await self._told(f"CREATE DATABASE {name} TEMPLATE {self.server.database}")
        if not self.built:
            async with self._in(name) as connection:
                self.built = await connection.fetchval(BUILT)
        return name

    async def _empty(self, name: str) -> bool:
        """Take the rows out; say whether the database is as it was made."""
        try:
            async with self._in(name) as connection:
                await connection.execute(ALONE)
                if await connection.fetchval(SIZE) > MOST:
                    return False
                if await connection.fetchval(BUILT) != self.built:
                    return False
                await connection.execute(EMPTY)
                return True
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            return False

    async def _told(self, statement: str) -> None:
        async with self._in("postgres") as connection:
            await connection.execute(statement)

    @asynccontextmanager
    async def _in(self, name: str) -> AsyncIterator[Any]:
        """Connect as the owner, each statement a transaction of its own.

        Straight over the driver: SQLAlchemy asks a new connection half a dozen things first.
        """
        connection = await asyncpg.connect(
            host=str(self.server.socket_folder),
            port=self.server.port,
            user=self.server.owner,
            password=self.server.password,
            database=name,
            server_settings={"application_name": "tests"},
        )
        try:
            yield connection
        finally:
            await connection.close()
