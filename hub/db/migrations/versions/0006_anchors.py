"""Signed heads of the record of acts, and who its pseudonyms stand for."""

from hub.db.migrations.statements import run

revision = "0006_anchors"
down_revision = "0005_walls"
branch_labels = None
depends_on = None

# A person's row may be deleted on request: the record names the alias only, and goes on holding.
TABLES = """
CREATE TABLE audit.anchor (
    sequence bigint NOT NULL,
    hash bytea NOT NULL,
    at timestamptz NOT NULL,
    signed text NOT NULL,
    CONSTRAINT anchor_pkey PRIMARY KEY (sequence),
    CONSTRAINT anchor_hash_check CHECK (length(hash) = 32)
);
CREATE TABLE audit.person (
    alias text NOT NULL,
    subject text NOT NULL,
    CONSTRAINT person_pkey PRIMARY KEY (alias),
    CONSTRAINT person_subject_key UNIQUE (subject)
);
GRANT SELECT, INSERT ON audit.anchor TO hub_identity;
GRANT SELECT, INSERT ON audit.person TO hub_ingest, hub_release, hub_identity;
GRANT DELETE ON audit.person TO hub_identity;
"""


def upgrade() -> None:
    run(TABLES)
