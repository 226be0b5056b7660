"""A revision says by which version of the words it was judged."""

from hub.db.migrations.statements import run

revision = "0015_judged"
down_revision = "0014_covering"
branch_labels = None
depends_on = None

# Empty for those stored before: their content is judged again when it is sent again.
JUDGED = """
ALTER TABLE intake.revision ADD COLUMN vocabulary text;
"""


def upgrade() -> None:
    run(JUDGED)
