"""Published figures are held to a release as a set, and no longer row by row."""

from hub.db.migrations.statements import run

revision = "0017_published"
down_revision = "0016_preparing"
branch_labels = None
depends_on = None

# The foreign key was asked once for each figure, which took half of what publishing takes of
# PostgreSQL. IN, and not EXISTS: the releases are hashed once for a statement. Nobody but the
# owner may change or delete a release or a figure.
POLICY = """
ALTER TABLE protected.observation DROP CONSTRAINT observation_release_id_fkey;
DROP POLICY release_writes ON protected.observation;
CREATE POLICY release_reads ON protected.observation FOR SELECT TO hub_release USING (true);
CREATE POLICY release_writes ON protected.observation FOR INSERT TO hub_release
    WITH CHECK (release_id IN (SELECT id FROM protected.release));
"""


def upgrade() -> None:
    run(POLICY)
