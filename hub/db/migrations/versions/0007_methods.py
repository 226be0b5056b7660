"""Policies name their method; releases keep what was done to them and the words of their time."""

from hub.db.migrations.statements import run

revision = "0007_methods"
down_revision = "0006_calendar"
branch_labels = None
depends_on = None

METHODS = """
ALTER TABLE protected.policy
    ADD COLUMN method text DEFAULT 'suppression' NOT NULL,
    ADD COLUMN perturbation text DEFAULT '' NOT NULL,
    ADD COLUMN least_variance numeric DEFAULT 1 NOT NULL,
    ADD CONSTRAINT policy_method_check CHECK (
        method IN ('suppression', 'controlled_rounding', 'cell_key'));
ALTER TABLE protected.release ADD COLUMN protection jsonb DEFAULT '{}' NOT NULL;
ALTER TABLE intake.release_draft ADD COLUMN protection jsonb DEFAULT '{}' NOT NULL;
CREATE TABLE intake.vocabulary (
    version text NOT NULL,
    words text NOT NULL,
    CONSTRAINT vocabulary_pkey PRIMARY KEY (version)
);
GRANT SELECT, INSERT ON intake.vocabulary TO hub_release;
"""


def upgrade() -> None:
    run(METHODS)
