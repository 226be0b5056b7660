"""How far releases being prepared are, kept where every server process can look.

A row each, from the beginning of a preparation to its end, whatever that is. The process that
prepares says every few seconds that it is still there, even where nothing moves; a row that it
left behind says that it died.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from hub.db.engine import Database
from hub.db.sessions import ReleaseSession
from hub.db.tables import intake
from hub.disclosure import Progress
from hub.errors import HubError
from hub.protected.releases import Audience

PAUSE = 3.0
"""Seconds between two signs of life."""
LOST = timedelta(seconds=30)
"""Without a sign of life for so long, the process that prepared is taken for dead."""
READING, STORING = "read", "store"
"""The steps before and after those that protection itself tells."""

_table = intake.preparation
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Preparation:
    """A release being prepared: ``done`` of ``of`` parts of a step, which are no figures."""

    id: UUID
    audience: Audience
    prepared_by: str
    begun_at: datetime
    step: str
    done: int
    of: int
    is_lost: bool
    """Whether the process that prepared it has gone without a word: nothing was kept."""


class Following:
    """One preparation's row; call :meth:`tell` from any thread."""

    def __init__(self, database: Database, pause: float) -> None:
        self.id = uuid4()
        self._database = database
        self._pause = pause
        self._at = (READING, 0, 1)
        self._over = asyncio.Event()

    def tell(self, step: str, done: int, of: int) -> None:
        """Note how far it is; kept with the next sign of life."""
        self._at = (step, done, of)

    async def begin(self, audience: Audience, subject: str, at: datetime) -> None:
        """Make the row, and forget those of processes that died."""
        row = {"audience": str(audience), "prepared_by": subject, "begun_at": at}
        async with self._database.release() as session:
            await session.execute(delete(_table).where(_is_lost()))
            await session.execute(
                insert(_table).values(id=self.id, seen_at=_now(), **row, **self._columns())
            )

    async def stay(self) -> None:
        """Give signs of life until the end."""
        while not self._over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), self._pause)
                return
            await self._keep(
                update(_table)
                .where(_table.c.id == self.id)
                .values(seen_at=_now(), **self._columns())
            )

    async def end(self, staying: "asyncio.Task[None]") -> None:
        """Take the row away."""
        self._over.set()
        await staying
        await self._keep(delete(_table).where(_table.c.id == self.id))

    async def _keep(self, statement: Any) -> None:
        """A release is not lost because nobody could be told how far it is."""
        try:
            async with self._database.release() as session:
                await session.execute(statement)
        except (HubError, SQLAlchemyError) as error:
            _log.warning("release_progress_not_kept", error_type=type(error).__qualname__)

    def _columns(self) -> dict[str, object]:
        return dict(zip(("step", "done", "of"), self._at, strict=True))


@asynccontextmanager
async def followed(
    database: Database,
    audience: Audience,
    subject: str,
    at: datetime,
    pause: float = PAUSE,
) -> AsyncIterator[Progress]:
    """Let stewards see how far the work in this block is; gives what takes its progress."""
    following = Following(database, pause)
    await following.begin(audience, subject, at)
    staying = asyncio.create_task(following.stay())
    try:
        yield following.tell
    finally:
        await following.end(staying)


async def preparations(session: ReleaseSession) -> list[Preparation]:
    """List the releases that are being prepared, newest first, and those that died at it."""
    query = select(_table, _is_lost().label("is_lost")).order_by(_table.c.begun_at.desc())
    return [_preparation(row) for row in (await session.execute(query)).all()]


def _preparation(row: Row[Any]) -> Preparation:
    values = {name: getattr(row, name) for name in Preparation.__slots__}
    return Preparation(**values | {"audience": Audience(row.audience)})


def _now() -> Any:
    """The time by the database's clock, which all processes share."""
    return func.clock_timestamp()


def _is_lost() -> Any:
    return _table.c.seen_at < _now() - LOST
