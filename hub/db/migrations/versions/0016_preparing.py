"""How far each release being prepared is, for stewards of every server process to see."""

from hub.db.migrations.statements import run

revision = "0016_preparing"
down_revision = "0015_judged"
branch_labels = None
depends_on = None

PREPARING = """
CREATE TABLE intake.preparation (
    id uuid NOT NULL,
    audience text NOT NULL,
    prepared_by text NOT NULL,
    begun_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    step text NOT NULL,
    done integer NOT NULL,
    "of" integer NOT NULL,
    CONSTRAINT preparation_pkey PRIMARY KEY (id)
);
GRANT SELECT, INSERT, DELETE, UPDATE (seen_at, step, done, "of")
    ON intake.preparation TO hub_release;
"""


def upgrade() -> None:
    run(PREPARING)
