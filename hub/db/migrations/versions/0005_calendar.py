"""Receipts of submissions, exemptions from the calendar of returns, reminders that were sent."""

from hub.db.migrations.statements import run

revision = "0005_calendar"
down_revision = "0004_identity"
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

GRANTS = """
GRANT SELECT, INSERT ON intake.receipt, intake.reminder TO hub_ingest;
GRANT SELECT, INSERT, UPDATE (ended_by, ended_at) ON intake.exemption TO hub_ingest;
"""


def upgrade() -> None:
    """Make the tables and say who may enter them."""
    run(TABLES)
    run(GRANTS)
