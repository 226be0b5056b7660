"""An agency's raw returns are walled off from every other agency's, for whoever writes returns."""

from hub.db.migrations.statements import run

revision = "0005_walls"
down_revision = "0004_identity"
branch_labels = None
depends_on = None

# FORCE: the owner, who maintains, must name the agency too (a superuser passes in any case).
# A policy for reading looks the agency's returns up once a statement; one for writing looks the
# one return up, because rows are written one statement each.
HEADS = """
ALTER TABLE intake.return ENABLE ROW LEVEL SECURITY;
ALTER TABLE intake.return FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_agency ON intake.return FOR ALL TO hub_ingest, CURRENT_USER
    USING (agency = current_setting('hub.agency', true))
    WITH CHECK (agency = current_setting('hub.agency', true));
CREATE POLICY of_every_agency ON intake.return FOR ALL TO hub_release
    USING (true) WITH CHECK (true);
"""

CHILD = """
ALTER TABLE intake.{table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE intake.{table} FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_agency ON intake.{table} FOR SELECT TO hub_ingest, CURRENT_USER
    USING (return_id = ANY (ARRAY(SELECT id FROM intake.return)));
CREATE POLICY written_by_the_agency ON intake.{table} FOR INSERT TO hub_ingest, CURRENT_USER
    WITH CHECK (EXISTS (SELECT FROM intake.return AS head WHERE head.id = return_id));
CREATE POLICY moved_by_the_agency ON intake.{table} FOR UPDATE TO hub_ingest, CURRENT_USER
    USING (return_id = ANY (ARRAY(SELECT id FROM intake.return)));
CREATE POLICY erased_for_the_agency ON intake.{table} FOR DELETE TO CURRENT_USER
    USING (return_id = ANY (ARRAY(SELECT id FROM intake.return)));
CREATE POLICY of_every_agency ON intake.{table} FOR ALL TO hub_release
    USING (true) WITH CHECK (true);
"""

CHILDREN = ("revision", "observation", "finding", "transition", "sign_off")


def upgrade() -> None:
    run(HEADS)
    for table in CHILDREN:
        run(CHILD.format(table=table))
