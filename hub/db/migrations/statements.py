"""Runs plain SQL in a migration, one statement at a time as the driver wants it."""

from alembic import op


def run(script: str) -> None:
    """Run a script of statements that each end with ``;`` at a line's end.

    A function body that has such lines goes through its own call of ``op.execute``.
    """
    connection = op.get_bind()
    for statement in script.split(";\n"):
        if statement.strip():
            connection.exec_driver_sql(statement)
