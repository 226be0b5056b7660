"""Schemas, who may enter which, and the audit record."""

from hub.db.migrations.statements import run

revision = "0001_base"
down_revision = None
branch_labels = None
depends_on = None

SCHEMAS = """
REVOKE ALL ON SCHEMA public FROM PUBLIC;

CREATE SCHEMA intake;
CREATE SCHEMA protected;
CREATE SCHEMA identity;
CREATE SCHEMA audit;

GRANT USAGE ON SCHEMA intake TO hub_ingest, hub_release;
GRANT USAGE ON SCHEMA protected TO hub_release, hub_read;
GRANT USAGE ON SCHEMA identity TO hub_identity;
GRANT USAGE ON SCHEMA audit TO hub_ingest, hub_release, hub_identity;
"""

# One row links to the one before it: a second row after the same one (a fork) cannot be stored,
# whatever the lock in hub.audit does. The first row follows 32 zero bytes.
AUDIT = """
CREATE TABLE audit.event (
    sequence bigint NOT NULL,
    at timestamptz NOT NULL,
    act text NOT NULL,
    actor text NOT NULL,
    client_id text,
    agency text,
    object text,
    outcome text NOT NULL,
    details jsonb NOT NULL,
    prev_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT event_pkey PRIMARY KEY (sequence),
    CONSTRAINT event_prev_hash_key UNIQUE (prev_hash),
    CONSTRAINT event_hash_key UNIQUE (hash),
    CONSTRAINT event_sequence_check CHECK (sequence > 0),
    CONSTRAINT event_prev_hash_check CHECK (length(prev_hash) = 32),
    CONSTRAINT event_hash_check CHECK (length(hash) = 32)
);
CREATE INDEX event_actor_at_idx ON audit.event (actor, at);
CREATE INDEX event_agency_at_idx ON audit.event (agency, at);
"""

# Who writes must know the end of the chain, and no more of it.
GRANTS = """
GRANT INSERT ON audit.event TO hub_ingest, hub_release, hub_identity;
GRANT SELECT (sequence, hash) ON audit.event TO hub_ingest, hub_release;
GRANT SELECT ON audit.event TO hub_identity;
"""


def upgrade() -> None:
    run(SCHEMAS)
    run(AUDIT)
    run(GRANTS)
