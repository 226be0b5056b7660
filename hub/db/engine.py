"""The database as the hub's rooms see it: four kinds of session, each one transaction long."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar

import structlog
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from hub.db import fitness
from hub.db.backup.archiving import Archiving
from hub.db.backup.envelope import public_key
from hub.db.contention import commit_said, connecting_said, contention_said
from hub.db.embedded import EmbeddedPostgres
from hub.db.listening import Heard, Listener
from hub.db.logins import Duty, credentials
from hub.db.migrate import require_newest, upgrade
from hub.db.pools import entrance, pool
from hub.db.reads import Reads, UnfitError
from hub.db.server import embedded, owner_address, reaching_the_database
from hub.db.sessions import IdentitySession, IntakeSession, ProtectedSession, ReleaseSession
from hub.db.standbys import Answer, Question, Standbys, standbys
from hub.db.turns import Turns
from hub.db.watch import Watch
from hub.errors import DatabaseError, SettingsError, StorageFullError
from hub.settings import Settings

Kind = TypeVar("Kind", bound=AsyncSession)
HALTED = "halted"
"""Where a session carries the error with which it refuses to write."""
ORIGINALS = "originals"
"""Where it carries the key that originals are sealed for, if they are kept."""
AGENCY = text("SELECT set_config('hub.agency', :agency, true)")
"""Names the agency until the transaction's end, and no longer: true is PostgreSQL's LOCAL."""
SHARED = frozenset({Duty.READ, Duty.IDENTITY})
"""Duties whose transactions compete for no object that a caller could name."""
log = structlog.get_logger(__name__)


class Database:
    """Connections of every duty to one database. Made by ``open``, ended by ``close``.

    Belongs to the event loop it was opened in.
    """

    def __init__(
        self,
        engines: Mapping[Duty, AsyncEngine],
        data_dir: Path,
        postgres: EmbeddedPostgres | None = None,
        standbys: Standbys | None = None,
    ) -> None:
        self._engines = engines
        self._standbys = standbys or Standbys(())
        self._data_dir = data_dir
        self._postgres = postgres
        self._watch: Watch | None = None
        self._archiving: Archiving | None = None
        self.reads = Reads(engines[Duty.READ].url, data_dir)
        """Single questions on what is published and due, of the primary."""
        self.turns = Turns()
        """Where writers of one thing wait for each other, without a connection."""
        self._halted: str | None = None
        self._originals: X25519PublicKey | None = None
        self.released = 0
        """How many transactions of this process may have changed what is published."""

    @classmethod
    async def open(cls, settings: Settings, *, migrate: bool | None = None) -> "Database":
        """Connect to the database the settings name, starting the embedded one if none is.

        ``migrate`` says whether to bring the schema up to date first; left out, the embedded
        database (which has no operator) is, and a server of one's own is not.
        Raises ``DatabaseError`` when the server does not answer, its schema is not the newest,
        or, in production, it could lose what it acknowledges.
        """
        postgres = embedded(settings)
        if postgres is None:
            return await cls._connect(settings, owner_address(settings), None, bool(migrate))
        server = await asyncio.to_thread(postgres.start)
        try:
            return await cls._connect(settings, server.url, postgres, migrate is not False)
        except BaseException:
            await asyncio.to_thread(postgres.stop)
            raise

    @classmethod
    async def _connect(
        cls, settings: Settings, owner: URL, postgres: EmbeddedPostgres | None, migrate: bool
    ) -> "Database":
        passwords = credentials(settings.data_dir)
        folder = settings.data_dir
        replicas = settings.read_database_urls
        readers = standbys(replicas.get_secret_value() if replicas else "", folder)
        engines = {duty: pool(owner, folder, duty) for duty in Duty}
        database = cls(engines, folder, postgres, readers)
        database._originals = _originals(settings)
        try:
            with reaching_the_database():
                if migrate:
                    await upgrade(owner, passwords)
                await require_newest(owner)
                await database._require_fitness(strict=settings.env == "production")
        except BaseException:
            await database._disconnect()
            raise
        if postgres is not None:
            database._watch = Watch(postgres)
            database._archiving = Archiving(folder) if postgres.is_owner else None
        return database

    async def close(self) -> None:
        """Give back every connection, and stop the embedded server if this process started it."""
        await self._disconnect()
        if self._postgres is not None:
            await asyncio.to_thread(self._postgres.stop)
        if self._archiving is not None:
            await self._archiving.end()

    async def discard(self) -> None:
        """Close, and delete the embedded cluster, which may lie outside its data folder.

        For throw-away data folders (a demo, a test); a server of one's own is only closed.
        Raises ``DatabaseError`` when another process owns the embedded server.
        """
        await self._disconnect()
        if self._postgres is not None:
            await asyncio.to_thread(self._postgres.destroy)
        if self._archiving is not None:
            await self._archiving.end()

    def listener(self, heard: Heard) -> Listener:
        """Make what hears of other processes' changes; its owner begins and ends it."""
        read = entrance(self._data_dir, Duty.READ)
        return Listener(self._engines[Duty.READ].url, read, heard)

    @asynccontextmanager
    async def intake(self, agency: str = "") -> AsyncIterator[IntakeSession]:
        """Begin a transaction on one agency's returns; left out, no return is seen or written.

        The database itself keeps to the agency (row level security); the setting ends with the
        transaction, so the next user of the connection starts without one. Committed at the
        block's end, undone on an error. Who must see returns of several agencies does what only
        a release or a steward may do, and uses :meth:`release`.
        """
        async with self._transaction(IntakeSession, Duty.INGEST) as session:
            await session.execute(AGENCY, {"agency": agency})
            yield session

    @asynccontextmanager
    async def release(self) -> AsyncIterator[ReleaseSession]:
        """Begin a transaction that reads returns and writes releases."""
        try:
            async with self._transaction(ReleaseSession, Duty.RELEASE) as session:
                yield session
        finally:
            self.released += 1

    @asynccontextmanager
    async def protected(self) -> AsyncIterator[ProtectedSession]:
        """Begin a read-only transaction on what is published and due."""
        async with self._transaction(ProtectedSession, Duty.READ) as session:
            yield session

    async def read(self, question: Question[Answer], *releases: str) -> Answer:
        """Read of releases that this process knows to be published and due.

        A replica that has replayed them is asked first, and the primary when there is none, or
        when it fails: whoever asks does not notice.
        """
        wanted = frozenset(releases)
        standby = self._standbys.choose(wanted)
        with contention_said(is_shared=True):
            if standby is not None:
                with suppress(UnfitError):
                    return await standby.ask(wanted, question)
            return await question(self.reads)

    @asynccontextmanager
    async def identity(self) -> AsyncIterator[IdentitySession]:
        """Begin a transaction on identities."""
        async with self._transaction(IdentitySession, Duty.IDENTITY) as session:
            yield session

    def stop_writing(self, reason: str) -> None:
        """Refuse every act that leaves a record, from the next transaction on."""
        self._halted = reason

    def resume_writing(self) -> None:
        """Take acts again."""
        self._halted = None

    @property
    def is_writing(self) -> bool:
        """Whether acts are taken."""
        return self._refusal() is None

    def _refusal(self) -> DatabaseError | None:
        """Why nothing may be written now. The embedded server's disk is looked at before it is
        full: without room for its log the server would end, and not start again (security U11)."""
        if self._postgres is not None and not self._postgres.has_room:
            return StorageFullError()
        return DatabaseError(self._halted) if self._halted is not None else None

    @asynccontextmanager
    async def _transaction(self, kind: type[Kind], duty: Duty) -> AsyncIterator[Kind]:
        info = {HALTED: self._refusal(), ORIGINALS: self._originals}
        engine = self._engines[duty]
        async with kind(engine, expire_on_commit=False, info=info) as session:
            with connecting_said():
                await session.connection()
            with contention_said(is_shared=duty in SHARED):
                yield session
            with commit_said():
                await session.commit()

    async def _require_fitness(self, *, strict: bool) -> None:
        # Side by side: to connect takes far longer than to ask.
        asked = (fitness.inspect(engine) for engine in self._engines.values())
        found = await asyncio.gather(*asked, return_exceptions=True)
        for duty, faults in zip(self._engines, found, strict=True):
            if isinstance(faults, BaseException):
                raise faults
            if faults and strict:
                raise DatabaseError(
                    f"The database may lose what it acknowledges to {duty}: "
                    f"{', '.join(faults)} is off. Switch it on."
                )
            if faults:
                log.warning("database_not_durable", duty=duty.value, off=list(faults))

    async def _disconnect(self) -> None:
        if self._watch is not None:
            await self._watch.end()
        await self.reads.close()
        await self._standbys.close()
        for engine in self._engines.values():
            await engine.dispose()


def _originals(settings: Settings) -> X25519PublicKey | None:
    """Read the key that originals are sealed for. Raises ``SettingsError`` when it is none."""
    file = settings.originals_key
    if file is None:
        return None
    try:
        return public_key(file.read_text(encoding="ascii", errors="replace"))
    except OSError as error:
        raise SettingsError(f"HUB_ORIGINALS_KEY cannot be read ({error.strerror}).") from None
