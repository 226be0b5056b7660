"""Signed heads of the record, whom its pseudonyms stand for, and receipts erased."""

from hub.db.migrations.statements import run

revision = "0010_anchors"
down_revision = "0009_people"
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

# The owner erases an agency's receipts with its returns, as 0005_walls lets it do with the rest.
RECEIPTS = """
CREATE POLICY erased_for_the_agency ON intake.receipt FOR DELETE TO CURRENT_USER
    USING (return_id = ANY (ARRAY(SELECT id FROM intake.return)));
"""


def upgrade() -> None:
    run(TABLES)
    run(RECEIPTS)
