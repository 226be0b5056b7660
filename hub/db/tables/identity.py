"""Schema ``identity``: clients, their roles, and what must not be used twice or any more."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
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
    Column("redirect_uris", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("scopes", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("origins", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("person", Text, nullable=False, server_default=""),
    Column("disabled_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index("client_person_idx", "person"),
)
"""A program or account that may ask for tokens; ``secret_hash`` is SHA-256 of 256 random bits.

``person`` is an opaque mark of who stands behind it: two clients with one mark are one person.
A row with the method ``sign_in`` is a person's account; one with ``none`` a public client, which
acts for whoever consents, within its own ``scopes``. ``origins`` are the sites whose pages may
read answers to it in a browser (CORS).
"""

subject = Table(
    "subject",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("client_id", Text, ForeignKey(client.c.client_id), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
"""Whom an identity provider means by a subject: the account here, and nothing else, decides."""

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
    Column("second_factor_at", DateTime(timezone=True)),
    Index("session_expires_at_idx", "expires_at"),
)
"""A browser's session (``person``), or the demo's (``session``) and the one-time ticket that
opens it; hashes only. ``second_factor_at`` is when the person last showed a second factor."""

sign_in = Table(
    "sign_in",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("destination", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)
"""A sign-in that a browser began; state, nonce and verifier are derived from what is hashed."""

consent = Table(
    "consent",
    metadata,
    Column("id", Text, primary_key=True),
    Column("code_hash", LargeBinary, nullable=False),
    Column("client_id", Text, ForeignKey(client.c.client_id), nullable=False),
    Column("account_id", Text, ForeignKey(client.c.client_id), nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("challenge", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("second_factor_at", DateTime(timezone=True)),
    Column("code_expires_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("redeemed_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    UniqueConstraint("code_hash", name="consent_code_hash_key"),
    Index("consent_expires_at_idx", "expires_at"),
)
"""What a person allowed a public client to do for them: its code and the family of its tokens."""

refresh = Table(
    "refresh",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("consent_id", Text, ForeignKey(consent.c.id, ondelete="CASCADE"), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Index("refresh_consent_id_idx", "consent_id"),
)
"""A refresh token, good once; hashes only."""

proposal = Table(
    "proposal",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("client_id", Text, ForeignKey(client.c.client_id), nullable=False),
    Column("role", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", Text),
    Column("decided_at", DateTime(timezone=True)),
    Column("approved", Boolean),
)
"""A role that one administrator proposed and another one decides on."""

erasure = Table(
    "erasure",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("agency", Text, nullable=False),
    Column("counts", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("approved_by", Text),
    Column("approved_at", DateTime(timezone=True)),
)
"""That one administrator would have an agency erased, and who else approved it."""

webhook = Table(
    "webhook",
    metadata,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("rotated_at", DateTime(timezone=True)),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("removed_at", DateTime(timezone=True)),
)
"""A program that is told of new releases; its secret is derived, and stands in no table."""

delivery = Table(
    "delivery",
    metadata,
    Column("id", Text, primary_key=True),
    Column("webhook_id", Text, ForeignKey(webhook.c.id), nullable=False),
    Column("release_id", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("webhook_id", "release_id", name="delivery_webhook_id_release_id_key"),
    Index("delivery_next_at_idx", "next_at", postgresql_where=text("state = 'waiting'")),
)
"""A notice of a release that a webhook is owed; kept, so that nothing is told twice."""

delivery_try = Table(
    "delivery_try",
    metadata,
    Column("delivery_id", Text, ForeignKey(delivery.c.id), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("status", Integer),
    Column("fault", Text),
    Column("milliseconds", Integer, nullable=False),
)
"""One try to deliver: the receiver's status or what went wrong, never a word of its answer."""
