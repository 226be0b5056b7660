"""Rows of a return come by one statement, walled as a set; a body is known by its hash."""

from hub.db.migrations.statements import run

revision = "0013_staging"
down_revision = "0012_leaving"
branch_labels = None
depends_on = None

# IN, and not EXISTS: PostgreSQL hashes the agency's returns once for the statement, and looks each
# row up there. The policy on intake.return applies inside it.
POLICY = """
DROP POLICY written_by_the_agency ON intake.observation;
CREATE POLICY written_by_the_agency ON intake.observation FOR INSERT TO hub_ingest, CURRENT_USER
    WITH CHECK (return_id IN (SELECT id FROM intake.return));
"""

# What was sent for a revision, and how complete it was; empty for those stored before.
SENT = """
ALTER TABLE intake.revision ADD COLUMN body_hash text;
ALTER TABLE intake.revision ADD COLUMN expected integer;
ALTER TABLE intake.revision ADD COLUMN received integer;
"""


def upgrade() -> None:
    run(POLICY)
    run(SENT)
