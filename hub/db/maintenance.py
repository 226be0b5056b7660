"""What only the database's owner may do, from an operator's command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from hub.db.contention import commit_said, contention_said
from hub.db.engine import AGENCY
from hub.db.server import running_server
from hub.db.sessions import OwnerSession
from hub.settings import Settings


@asynccontextmanager
async def maintaining(settings: Settings, agency: str) -> AsyncIterator[OwnerSession]:
    """Begin a transaction as the owner; of raw returns it reaches those of one agency.

    Committed at the block's end, undone on an error.
    """
    async with running_server(settings) as address:
        engine = create_async_engine(address, poolclass=NullPool, hide_parameters=True)
        async with OwnerSession(engine, expire_on_commit=False) as session:
            with contention_said():
                await session.execute(AGENCY, {"agency": agency})
                yield session
            with commit_said():
                await session.commit()
