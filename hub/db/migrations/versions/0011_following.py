"""Following releases: webhooks, the deliveries owed to them, origins of dashboards."""

from hub.db.migrations.statements import run

revision = "0011_following"
down_revision = "0010_anchors"
branch_labels = None
depends_on = None

WEBHOOKS = """
CREATE TABLE identity.webhook (
    id text NOT NULL,
    url text NOT NULL,
    title text NOT NULL,
    audience text NOT NULL,
    generation integer NOT NULL,
    rotated_at timestamptz,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    removed_at timestamptz,
    CONSTRAINT webhook_pkey PRIMARY KEY (id),
    CONSTRAINT webhook_audience_check CHECK (audience IN ('partner', 'public'))
);
CREATE TABLE identity.delivery (
    id text NOT NULL,
    webhook_id text NOT NULL,
    release_id text NOT NULL,
    audience text NOT NULL,
    published_at timestamptz NOT NULL,
    state text NOT NULL,
    tries integer NOT NULL,
    next_at timestamptz NOT NULL,
    CONSTRAINT delivery_pkey PRIMARY KEY (id),
    CONSTRAINT delivery_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES identity.webhook (id),
    CONSTRAINT delivery_webhook_id_release_id_key UNIQUE (webhook_id, release_id),
    CONSTRAINT delivery_state_check CHECK (state IN ('waiting', 'delivered', 'dead', 'before'))
);
CREATE INDEX delivery_next_at_idx ON identity.delivery (next_at) WHERE state = 'waiting';
CREATE TABLE identity.delivery_try (
    delivery_id text NOT NULL,
    number integer NOT NULL,
    at timestamptz NOT NULL,
    status integer,
    fault text,
    milliseconds integer NOT NULL,
    CONSTRAINT delivery_try_pkey PRIMARY KEY (delivery_id, number),
    CONSTRAINT delivery_try_delivery_id_fkey FOREIGN KEY (delivery_id)
        REFERENCES identity.delivery (id)
);
"""

GRANTS = """
GRANT SELECT, INSERT, UPDATE (generation, rotated_at, removed_at)
    ON identity.webhook TO hub_identity;
GRANT SELECT, INSERT, UPDATE (state, tries, next_at) ON identity.delivery TO hub_identity;
GRANT SELECT, INSERT, DELETE ON identity.delivery_try TO hub_identity;
"""

# Sites whose pages may read answers to a client in a browser; `hub client origins` names them.
ORIGINS = """
ALTER TABLE identity.client ADD COLUMN origins text[] DEFAULT '{}' NOT NULL;
GRANT UPDATE (origins) ON identity.client TO hub_identity;
"""


def upgrade() -> None:
    for script in (WEBHOOKS, GRANTS, ORIGINS):
        run(script)
