"""Receipts of submissions, exemptions from the calendar of returns, reminders that were sent."""

from hub.db.migrations.statements import run

revision = "0006_calendar"
down_revision = "0005_walls"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE intake.receipt (
    return_id uuid NOT NULL,
    revision integer NOT NULL,
    audit_sequence bigint NOT NULL,
    CONSTRAINT receipt_pkey PRIMARY KEY (return_id, revision),
    CONSTRAINT receipt_revision_fkey FOREIGN KEY (return_id, revision)
        REFERENCES intake.revision (return_id, number)
);
CREATE TABLE intake.exemption (
    id uuid NOT NULL,
    dataset text NOT NULL,
    agency text NOT NULL,
    period text NOT NULL,
    reason text NOT NULL,
    by_subject text NOT NULL,
    at timestamptz NOT NULL,
    ended_by text,
    ended_at timestamptz,
    CONSTRAINT exemption_pkey PRIMARY KEY (id)
);
CREATE TABLE intake.reminder (
    dataset text NOT NULL,
    agency text NOT NULL,
    period text NOT NULL,
    state text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT reminder_pkey PRIMARY KEY (dataset, agency, period, state)
);
"""

# A receipt is its agency's alone. What is owed is known to all partners: exemptions are granted and
# read, and reminders kept, by the duty that may see the heads of every agency's returns.
WALL = """
ALTER TABLE intake.receipt ENABLE ROW LEVEL SECURITY;
ALTER TABLE intake.receipt FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_agency ON intake.receipt FOR SELECT TO hub_ingest, CURRENT_USER
    USING (return_id = ANY (ARRAY(SELECT id FROM intake.return)));
CREATE POLICY written_by_the_agency ON intake.receipt FOR INSERT TO hub_ingest, CURRENT_USER
    WITH CHECK (EXISTS (SELECT FROM intake.return AS head WHERE head.id = return_id));
"""

GRANTS = """
GRANT SELECT, INSERT ON intake.receipt TO hub_ingest;
GRANT SELECT, INSERT ON intake.reminder TO hub_release;
GRANT SELECT, INSERT, UPDATE (ended_by, ended_at) ON intake.exemption TO hub_release;
"""


def upgrade() -> None:
    """Make the tables and say who may enter them."""
    run(TABLES)
    run(WALL)
    run(GRANTS)
