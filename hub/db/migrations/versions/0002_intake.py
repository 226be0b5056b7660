"""What agencies returned, and releases in the making."""

from hub.db.migrations.statements import run

revision = "0002_intake"
down_revision = "0001_base"
branch_labels = None
depends_on = None

# A revision's observations have no foreign key: they are written once, together with the
# revision, and never change; checking each row again would take half of the time of a push.
SUBMISSIONS = """
CREATE TABLE intake.return (
    id uuid NOT NULL,
    dataset text NOT NULL,
    agency text NOT NULL,
    period text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT return_pkey PRIMARY KEY (id),
    CONSTRAINT return_dataset_agency_period_key UNIQUE (dataset, agency, period)
);
CREATE TABLE intake.revision (
    return_id uuid NOT NULL,
    number integer NOT NULL,
    content_hash text NOT NULL,
    state text NOT NULL,
    note text,
    submitted_by text NOT NULL,
    client_id text NOT NULL,
    submitted_at timestamptz NOT NULL,
    rows integer NOT NULL,
    is_current boolean NOT NULL,
    CONSTRAINT revision_pkey PRIMARY KEY (return_id, number),
    CONSTRAINT revision_return_id_fkey FOREIGN KEY (return_id) REFERENCES intake.return (id),
    CONSTRAINT revision_number_check CHECK (number > 0)
);
CREATE UNIQUE INDEX revision_current_key ON intake.revision (return_id) WHERE is_current;
CREATE TABLE intake.observation (
    return_id uuid NOT NULL,
    revision integer NOT NULL,
    indicator text NOT NULL,
    area text NOT NULL,
    period text NOT NULL,
    breakdown text DEFAULT '' NOT NULL,
    value numeric,
    status text,
    reason text,
    base numeric,
    note text,
    "row" integer,
    CONSTRAINT observation_pkey
        PRIMARY KEY (return_id, revision, area, period, breakdown, indicator),
    CONSTRAINT observation_value_or_status_check CHECK ((value IS NULL) <> (status IS NULL)),
    CONSTRAINT observation_status_check CHECK (status IN ('x', 'z')),
    CONSTRAINT observation_value_check CHECK (value >= 0 AND value < 'Infinity'),
    CONSTRAINT observation_base_check CHECK (base >= 0 AND base < 'Infinity')
);
CREATE TABLE intake.finding (
    return_id uuid NOT NULL,
    revision integer NOT NULL,
    ordinal integer NOT NULL,
    severity text NOT NULL,
    code text NOT NULL,
    message text NOT NULL,
    "row" integer,
    "column" text,
    pointer text,
    allowed text,
    answer text,
    CONSTRAINT finding_pkey PRIMARY KEY (return_id, revision, ordinal),
    CONSTRAINT finding_revision_fkey FOREIGN KEY (return_id, revision)
        REFERENCES intake.revision (return_id, number)
);
CREATE TABLE intake.transition (
    return_id uuid NOT NULL,
    revision integer NOT NULL,
    ordinal integer NOT NULL,
    from_state text,
    to_state text NOT NULL,
    by_subject text NOT NULL,
    at timestamptz NOT NULL,
    reason text,
    CONSTRAINT transition_pkey PRIMARY KEY (return_id, revision, ordinal),
    CONSTRAINT transition_revision_fkey FOREIGN KEY (return_id, revision)
        REFERENCES intake.revision (return_id, number)
);
CREATE TABLE intake.sign_off (
    return_id uuid NOT NULL,
    revision integer NOT NULL,
    content_hash text NOT NULL,
    by_subject text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT sign_off_pkey PRIMARY KEY (return_id, revision),
    CONSTRAINT sign_off_revision_fkey FOREIGN KEY (return_id, revision)
        REFERENCES intake.revision (return_id, number)
);
CREATE TABLE intake.idempotency (
    client_id text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    status integer NOT NULL,
    body text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT idempotency_pkey PRIMARY KEY (client_id, key)
);
CREATE INDEX idempotency_at_idx ON intake.idempotency (at);
"""

RELEASES = """
CREATE TABLE intake.release_draft (
    id text NOT NULL,
    audience text NOT NULL,
    state text NOT NULL,
    content_hash text,
    policy_version text NOT NULL,
    vocabulary_version text NOT NULL,
    note text,
    prepared_by text NOT NULL,
    prepared_at timestamptz NOT NULL,
    approved_by text,
    approved_at timestamptz,
    published_by text,
    published_at timestamptz,
    cells integer NOT NULL,
    after_sequence integer NOT NULL,
    partner_release text,
    CONSTRAINT release_draft_pkey PRIMARY KEY (id)
);
CREATE TABLE intake.release_input (
    release_id text NOT NULL,
    return_id uuid NOT NULL,
    revision integer NOT NULL,
    CONSTRAINT release_input_pkey PRIMARY KEY (release_id, return_id, revision),
    CONSTRAINT release_input_release_id_fkey FOREIGN KEY (release_id)
        REFERENCES intake.release_draft (id),
    CONSTRAINT release_input_revision_fkey FOREIGN KEY (return_id, revision)
        REFERENCES intake.revision (return_id, number)
);
CREATE TABLE intake.release_cell (
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
    CONSTRAINT release_cell_pkey PRIMARY KEY (release_id, area, period, breakdown, indicator)
);
CREATE TABLE intake.disclosure_cell (
    release_id text NOT NULL,
    indicator text NOT NULL,
    area text NOT NULL,
    period text NOT NULL,
    breakdown text DEFAULT '' NOT NULL,
    role text NOT NULL,
    rule text NOT NULL,
    low numeric,
    high numeric,
    forced_by text,
    CONSTRAINT disclosure_cell_pkey PRIMARY KEY (release_id, area, period, breakdown, indicator),
    CONSTRAINT disclosure_cell_role_check CHECK (role IN ('PRIMARY', 'SECONDARY'))
);
"""

# PostgreSQL lets only those lock a row who may update some column of its table; created_at is
# that column on intake.return, whose row is the lock of everything that happens to a return.
GRANTS = """
GRANT SELECT, INSERT, UPDATE (created_at) ON intake.return TO hub_ingest;
GRANT SELECT, INSERT, UPDATE (state, is_current) ON intake.revision TO hub_ingest;
GRANT SELECT, INSERT ON intake.observation TO hub_ingest;
GRANT SELECT, INSERT, UPDATE (answer) ON intake.finding TO hub_ingest;
GRANT SELECT, INSERT ON intake.transition, intake.sign_off TO hub_ingest;
GRANT SELECT, INSERT, UPDATE, DELETE ON intake.idempotency TO hub_ingest;

GRANT SELECT, UPDATE (created_at) ON intake.return TO hub_release;
GRANT SELECT ON intake.revision, intake.observation, intake.finding, intake.transition,
    intake.sign_off TO hub_release;
-- A release moves the revisions it is made from: accepted, published.
GRANT UPDATE (state) ON intake.revision TO hub_release;
GRANT INSERT ON intake.transition TO hub_release;
GRANT SELECT, INSERT, UPDATE ON intake.release_draft TO hub_release;
GRANT SELECT, INSERT, DELETE ON intake.release_input, intake.release_cell,
    intake.disclosure_cell TO hub_release;
"""


def upgrade() -> None:
    run(SUBMISSIONS)
    run(RELEASES)
    run(GRANTS)
