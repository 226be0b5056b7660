"""Schema ``identity``: clients, their roles, and what must not be used twice or any more."""

from sqlalchemy import Column, DateTime, ForeignKey, Index, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from hub.db.tables import describe

metadata = describe("identity")

client = Table(
    "client",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("agency", Text),
    Column("areas", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("auth_method", Text, nullable=False),
    Column("secret_hash", LargeBinary),
    Column("jwks", JSONB(none_as_null=True)),
    Column("person", Text, nullable=False, server_default=""),
    Column("disabled_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index("client_person_idx", "person"),
)
"""A program or account that may ask for tokens; ``secret_hash`` is SHA-256 of 256 random bits.

``person`` is an opaque mark of who stands behind it: two clients with one mark are one person.
"""

client_role = Table(
    "client_role",
    metadata,
    Column("client_id", Text, ForeignKey(client.c.client_id), primary_key=True),
    Column("role", Text, primary_key=True),
    Column("granted_by", Text, nullable=False),
    Column("granted_at", DateTime(timezone=True), nullable=False),
)
"""A role that a client holds, and who granted it."""

assertion = Table(
    "assertion",
    metadata,
    Column("client_id", Text, ForeignKey(client.c.client_id), primary_key=True),
    Column("jti", Text, primary_key=True),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Index("assertion_expires_at_idx", "expires_at"),
)
"""A client assertion that was used; kept until it could not be used anyway."""

denied_token = Table(
    "denied_token",
    metadata,
    Column("jti", Text, primary_key=True),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Index("denied_token_expires_at_idx", "expires_at"),
)
"""A revoked access token; kept until it has expired by itself."""

session = Table(
    "session",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("client_id", Text, ForeignKey(client.c.client_id), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Index("session_expires_at_idx", "expires_at"),
)
"""A browser's session, or the one-time ticket that opens one (demo only); hashes only."""
