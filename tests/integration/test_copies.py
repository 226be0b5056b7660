"""A test's database is used again after rows and temporary tables, and after nothing else."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from hub.db.server import owner_address
from tests.conftest import FreshSettings


@pytest.mark.parametrize(
    ("change", "is_kept"),
    [
        ("CREATE TEMPORARY TABLE staged (row int NOT NULL PRIMARY KEY, told text)", True),
        ("INSERT INTO identity.denied_token VALUES ('one', now())", True),
        ("CREATE TABLE public.left_behind (row int)", False),
        ("GRANT SELECT ON audit.event TO hub_read", False),
    ],
)
async def test_only_what_is_as_it_was_made_is_used_again(
    fresh_settings: FreshSettings, change: str, is_kept: bool
) -> None:
    names = []
    for statement in (change, "SELECT 1"):
        async with fresh_settings() as settings:
            address = owner_address(settings)
            names.append(address.database)
            engine = create_async_engine(address, poolclass=NullPool)
            async with engine.begin() as connection:
                await connection.execute(text(statement))
    assert (names[0] == names[1]) is is_kept
