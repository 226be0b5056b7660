"""Erasing an agency, which two people decide; originals that are kept for a while."""

from hub.db.migrations.statements import run

revision = "0012_leaving"
down_revision = "0011_following"
branch_labels = None
depends_on = None

ERASURES = """
CREATE TABLE identity.erasure (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    agency text NOT NULL,
    counts boolean NOT NULL,
    reason text NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL,
    approved_by text,
    approved_at timestamptz,
    CONSTRAINT erasure_pkey PRIMARY KEY (id)
);
GRANT SELECT, INSERT ON identity.erasure TO hub_identity;
"""

# Sealed for a key that is elsewhere: who reads this table reads nothing. They are written with
# their revision, read by nobody but the owner, and deleted when their time is over.
ORIGINALS = """
CREATE TABLE intake.original (
    return_id uuid NOT NULL,
    revision integer NOT NULL,
    media_type text NOT NULL,
    sealed bytea NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT original_pkey PRIMARY KEY (return_id, revision),
    CONSTRAINT original_revision_fkey FOREIGN KEY (return_id, revision)
        REFERENCES intake.revision (return_id, number)
);
CREATE INDEX original_at_idx ON intake.original (at);
ALTER TABLE intake.original ENABLE ROW LEVEL SECURITY;
ALTER TABLE intake.original FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_agency ON intake.original FOR SELECT TO CURRENT_USER
    USING (return_id = ANY (ARRAY(SELECT id FROM intake.return)));
CREATE POLICY written_by_the_agency ON intake.original FOR INSERT TO hub_ingest
    WITH CHECK (EXISTS (SELECT FROM intake.return AS head WHERE head.id = return_id));
CREATE POLICY erased_for_the_agency ON intake.original FOR DELETE TO CURRENT_USER
    USING (return_id = ANY (ARRAY(SELECT id FROM intake.return)));
CREATE POLICY of_every_agency ON intake.original FOR ALL TO hub_release
    USING (true) WITH CHECK (true);
GRANT INSERT ON intake.original TO hub_ingest;
GRANT SELECT (return_id, revision, at), DELETE ON intake.original TO hub_release;
"""


def upgrade() -> None:
    run(ERASURES)
    run(ORIGINALS)
