"""Schema ``intake``: what agencies returned, and releases in the making. Never for readers."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from hub.db.tables import describe

metadata = describe("intake")

return_ = Table(
    "return",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("dataset", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("dataset", "agency", "period"),
)
"""The head of a return's revisions. Its row is their lock (``FOR UPDATE``)."""

revision = Table(
    "revision",
    metadata,
    Column("return_id", Uuid, ForeignKey(return_.c.id), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("content_hash", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("note", Text),
    Column("submitted_by", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("submitted_at", DateTime(timezone=True), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("is_current", Boolean, nullable=False),
    Column("body_hash", Text),
    Column("expected", Integer),
    Column("received", Integer),
    Column("vocabulary", Text),
    Index("revision_current_key", "return_id", unique=True, postgresql_where=text("is_current")),
)
"""One version of a return; only ``state`` and ``is_current`` ever change."""


def _revision_key() -> tuple[Column[object], Column[int]]:
    return (
        Column("return_id", Uuid, primary_key=True),
        Column("revision", Integer, primary_key=True, autoincrement=False),
    )


def _of_revision(table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["return_id", "revision"],
        [revision.c.return_id, revision.c.number],
        name=f"{table}_revision_fkey",
    )


observation = Table(
    "observation",
    metadata,
    *_revision_key(),
    Column("area", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("breakdown", Text, primary_key=True, server_default=""),
    Column("indicator", Text, primary_key=True),
    Column("value", Numeric),
    Column("status", Text),
    Column("reason", Text),
    Column("base", Numeric),
    Column("note", Text),
    Column("row", Integer),
)
"""A reported cell: a value or a status, never both. Written once."""

finding = Table(
    "finding",
    metadata,
    *_revision_key(),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("severity", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("row", Integer),
    Column("column", Text),
    Column("pointer", Text),
    Column("allowed", Text),
    Column("answer", Text),
    _of_revision("finding"),
)
"""What validation said; only ``answer`` ever changes."""

transition = Table(
    "transition",
    metadata,
    *_revision_key(),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("from_state", Text),
    Column("to_state", Text, nullable=False),
    Column("by_subject", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("reason", Text),
    _of_revision("transition"),
)
"""A change of a revision's state."""

sign_off = Table(
    "sign_off",
    metadata,
    *_revision_key(),
    Column("content_hash", Text, nullable=False),
    Column("by_subject", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    _of_revision("sign_off"),
)
"""The agency's own approval of one revision's content."""

receipt = Table(
    "receipt",
    metadata,
    *_revision_key(),
    Column("audit_sequence", BigInteger, nullable=False),
    _of_revision("receipt"),
)
"""Where the audit record holds the submission of a revision."""

original = Table(
    "original",
    metadata,
    *_revision_key(),
    Column("media_type", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    _of_revision("original"),
    Index("original_at_idx", "at"),
)
"""The body of a revision as it was sent, sealed for a key that the hub does not hold."""

exemption = Table(
    "exemption",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("dataset", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by_subject", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("ended_by", Text),
    Column("ended_at", DateTime(timezone=True)),
)
"""What an agency need not return; only its end ever changes."""

reminder = Table(
    "reminder",
    metadata,
    Column("dataset", Text, primary_key=True),
    Column("agency", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("state", Text, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
)
"""A reminder that was sent; each is sent once."""

idempotency = Table(
    "idempotency",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Index("idempotency_at_idx", "at"),
)
"""The first answer to a request that carried an ``Idempotency-Key``."""

vocabulary = Table(
    "vocabulary",
    metadata,
    Column("version", Text, primary_key=True),
    Column("words", Text, nullable=False),
)
"""The words that releases were made with: their sums hold between old figures for ever."""

preparation = Table(
    "preparation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("audience", Text, nullable=False),
    Column("prepared_by", Text, nullable=False),
    Column("begun_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("step", Text, nullable=False),
    Column("done", Integer, nullable=False),
    Column("of", Integer, nullable=False),
)
"""How far a release being prepared is; gone once it is prepared or refused."""

release_draft = Table(
    "release_draft",
    metadata,
    Column("id", Text, primary_key=True),
    Column("audience", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("content_hash", Text),
    Column("policy_version", Text, nullable=False),
    Column("vocabulary_version", Text, nullable=False),
    Column("note", Text),
    Column("prepared_by", Text, nullable=False),
    Column("prepared_at", DateTime(timezone=True), nullable=False),
    Column("approved_by", Text),
    Column("approved_at", DateTime(timezone=True)),
    Column("published_by", Text),
    Column("published_at", DateTime(timezone=True)),
    Column("cells", Integer, nullable=False),
    Column("after_sequence", Integer, nullable=False),
    Column("partner_release", Text),
    Column("protection", JSONB, nullable=False, server_default="{}"),
)
"""A release from its preparation to its publication."""

release_input = Table(
    "release_input",
    metadata,
    Column("release_id", Text, ForeignKey(release_draft.c.id), primary_key=True),
    *_revision_key(),
    _of_revision("release_input"),
)
"""A revision that went into a release."""

release_cell = Table(
    "release_cell",
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
)
"""A protected figure that is not published yet."""

disclosure_cell = Table(
    "disclosure_cell",
    metadata,
    Column("release_id", Text, primary_key=True),
    Column("area", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("breakdown", Text, primary_key=True, server_default=""),
    Column("indicator", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("low", Numeric),
    Column("high", Numeric),
    Column("forced_by", Text),
)
"""Why a cell is hidden and how closely it could be guessed: for the steward's eyes only."""
