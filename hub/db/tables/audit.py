"""Schema ``audit``: the append-only record."""

from sqlalchemy import BigInteger, Column, DateTime, Index, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from hub.db.tables import describe

metadata = describe("audit")

event = Table(
    "event",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("act", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("client_id", Text),
    Column("agency", Text),
    Column("object", Text),
    Column("outcome", Text, nullable=False),
    Column("details", JSONB, nullable=False),
    Column("prev_hash", LargeBinary, nullable=False, unique=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Index("event_actor_at_idx", "actor", "at"),
    Index("event_agency_at_idx", "agency", "at"),
)
"""One act each; ``hash`` covers every other column and, through ``prev_hash``, all before it."""

anchor = Table(
    "anchor",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("signed", Text, nullable=False),
)
"""A head of the record that was signed and handed outside."""

person = Table(
    "person",
    metadata,
    Column("alias", Text, primary_key=True),
    Column("subject", Text, nullable=False, unique=True),
)
"""Whom a pseudonym in the record stands for; deleted on request, the record stays whole."""
