"""The described tables are the migrated tables."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.db.tables import audit, identity, intake, protected

DESCRIBED = [intake.metadata, protected.metadata, audit.metadata, identity.metadata]


def differences(connection: Connection, described: MetaData) -> list[object]:
    def is_ours(name: str | None, kind: str, parents: object) -> bool:
        return kind != "schema" or name == described.schema

    options = {
        "include_schemas": True,
        "include_name": is_ours,
        "compare_type": True,
        "compare_server_default": True,
    }
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, described))


def keys(connection: Connection, described: MetaData) -> dict[str, list[str]]:
    look = inspect(connection)
    names = [table.name for table in described.tables.values()]
    constraints = {name: look.get_pk_constraint(name, described.schema) for name in names}
    return {name: list(found["constrained_columns"]) for name, found in constraints.items()}


@pytest.mark.parametrize("described", DESCRIBED, ids=lambda metadata: str(metadata.schema))
async def test_description_agrees_with_the_database(
    owner: AsyncEngine, described: MetaData
) -> None:
    async with owner.connect() as connection:
        assert await connection.run_sync(differences, described) == []
        found = await connection.run_sync(keys, described)
    expected = {
        table.name: [column.name for column in table.primary_key]
        for table in described.tables.values()
    }
    assert found == expected
