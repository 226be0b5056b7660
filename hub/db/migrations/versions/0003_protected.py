"""What is published: written by the release, read by everybody else once it is due."""

from hub.db.migrations.statements import run

revision = "0003_protected"
down_revision = "0002_intake"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE protected.release (
    id text NOT NULL,
    sequence integer NOT NULL,
    audience text NOT NULL,
    content_hash text NOT NULL,
    policy_version text NOT NULL,
    vocabulary_version text NOT NULL,
    note text,
    prepared_by text NOT NULL,
    approved_by text NOT NULL,
    published_at timestamptz NOT NULL,
    visible_from timestamptz NOT NULL,
    cells integer NOT NULL,
    CONSTRAINT release_pkey PRIMARY KEY (id),
    CONSTRAINT release_audience_sequence_key UNIQUE (audience, sequence)
);
CREATE TABLE protected.observation (
    release_id text NOT NULL,
    indicator text NOT NULL,
    area text NOT NULL,
    period text NOT NULL,
    breakdown text DEFAULT '' NOT NULL,
    value numeric,
    status text NOT NULL,
    marks text DEFAULT '' NOT NULL,
    reason text,
    base numeric,
    provenance jsonb NOT NULL,
    derived boolean NOT NULL,
    CONSTRAINT observation_pkey PRIMARY KEY (release_id, area, period, breakdown, indicator),
    CONSTRAINT observation_release_id_fkey FOREIGN KEY (release_id)
        REFERENCES protected.release (id)
);
CREATE INDEX observation_series_idx
    ON protected.observation (release_id, indicator, area, period, breakdown)
    INCLUDE (value, status);
"""

# The embargo holds in the database. The sub-query is one scan of a short table for a whole
# statement, and the reader's own policy on protected.release applies inside it.
EMBARGO = """
GRANT SELECT ON protected.release, protected.observation TO hub_read;
GRANT SELECT, INSERT ON protected.release, protected.observation TO hub_release;

ALTER TABLE protected.release ENABLE ROW LEVEL SECURITY;
ALTER TABLE protected.observation ENABLE ROW LEVEL SECURITY;

CREATE POLICY release_is_due ON protected.release FOR SELECT TO hub_read
    USING (visible_from <= now());
CREATE POLICY release_writes ON protected.release FOR ALL TO hub_release
    USING (true) WITH CHECK (true);
CREATE POLICY release_is_due ON protected.observation FOR SELECT TO hub_read
    USING (release_id IN (SELECT id FROM protected.release));
CREATE POLICY release_writes ON protected.observation FOR ALL TO hub_release
    USING (true) WITH CHECK (true);
"""


def upgrade() -> None:
    run(TABLES)
    run(EMBARGO)
