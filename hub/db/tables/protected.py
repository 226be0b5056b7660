"""Schema ``protected``: what is published."""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

from hub.db.tables import describe

metadata = describe("protected")

release = Table(
    "release",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("audience", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("vocabulary_version", Text, nullable=False),
    Column("note", Text),
    Column("prepared_by", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
    Column("visible_from", DateTime(timezone=True), nullable=False),
    Column("cells", Integer, nullable=False),
    Column("protection", JSONB, nullable=False, server_default="{}"),
    UniqueConstraint("audience", "sequence"),
)
"""A published release; before ``visible_from`` readers do not know that it exists."""

policy = Table(
    "policy",
    metadata,
    Column("version", Text, primary_key=True),
    Column("audience", Text, nullable=False),
    Column("threshold", Integer, nullable=False),
    Column("base", Integer, nullable=False),
    Column("zeros_sensitive", Boolean, nullable=False),
    Column("why", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("approved_by", Text),
    Column("approved_at", DateTime(timezone=True)),
    Column("method", Text, nullable=False, server_default="suppression"),
    Column("perturbation", Text, nullable=False, server_default=""),
    Column("least_variance", Numeric, nullable=False, server_default="1"),
)
"""A disclosure policy that a steward proposed; in force once a second one approved it."""

observation = Table(
    "observation",
    metadata,
    Column("release_id", Text, primary_key=True),
    Column("area", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("breakdown", Text, primary_key=True, server_default=""),
    Column("indicator", Text, primary_key=True),
    Column("value", Numeric),
    Column("status", Text, nullable=False),
    Column("marks", Text, nullable=False, server_default=""),
    Column("reason", Text),
    Column("base", Numeric),
    Column("provenance", JSONB, nullable=False),
    Column("derived", Boolean, nullable=False),
    Index(
        "observation_series_idx",
        "release_id",
        "indicator",
        "area",
        "breakdown",
        "period",
        postgresql_include=["value", "status"],
    ),
)
"""A published figure; ``value`` is null where it is withheld or there is none. That its release is
there is held by the wall of who writes it, once for a statement."""
