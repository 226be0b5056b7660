"""The tables as SQLAlchemy Core knows them, a module per PostgreSQL schema.

The migrations make the tables; these objects only describe them, and a test compares the two.
"""

from sqlalchemy import MetaData

NAMING = {
    "pk": "%(table_name)s_pkey",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
}


def describe(schema: str) -> MetaData:
    """Start the description of one schema, named as PostgreSQL names things itself."""
    return MetaData(schema=schema, naming_convention=NAMING)
