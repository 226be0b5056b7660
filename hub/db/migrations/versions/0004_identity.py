"""Who may act: clients, roles, used assertions, revoked tokens, browser sessions."""

from hub.db.migrations.statements import run

revision = "0004_identity"
down_revision = "0003_protected"
branch_labels = None
depends_on = None

CLIENTS = """
CREATE TABLE identity.client (
    client_id text NOT NULL,
    title text NOT NULL,
    agency text,
    areas text[] DEFAULT '{}' NOT NULL,
    auth_method text NOT NULL,
    secret_hash bytea,
    jwks jsonb,
    person text DEFAULT '' NOT NULL,
    disabled_at timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT client_pkey PRIMARY KEY (client_id),
    CONSTRAINT client_secret_hash_check CHECK (length(secret_hash) = 32),
    CONSTRAINT client_auth_method_check CHECK (
        (auth_method = 'client_secret_basic' AND secret_hash IS NOT NULL AND jwks IS NULL)
        OR (auth_method = 'private_key_jwt' AND secret_hash IS NULL AND jwks IS NOT NULL)
    )
);
CREATE INDEX client_person_idx ON identity.client (person);
CREATE TABLE identity.client_role (
    client_id text NOT NULL,
    role text NOT NULL,
    granted_by text NOT NULL,
    granted_at timestamptz NOT NULL,
    CONSTRAINT client_role_pkey PRIMARY KEY (client_id, role),
    CONSTRAINT client_role_client_id_fkey FOREIGN KEY (client_id)
        REFERENCES identity.client (client_id),
    CONSTRAINT client_role_role_check CHECK (role IN ('submitter', 'approver', 'analyst',
        'public', 'steward', 'auditor', 'administrator'))
);
"""

ONCE = """
CREATE TABLE identity.assertion (
    client_id text NOT NULL,
    jti text NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT assertion_pkey PRIMARY KEY (client_id, jti),
    CONSTRAINT assertion_client_id_fkey FOREIGN KEY (client_id)
        REFERENCES identity.client (client_id)
);
CREATE INDEX assertion_expires_at_idx ON identity.assertion (expires_at);
CREATE TABLE identity.denied_token (
    jti text NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT denied_token_pkey PRIMARY KEY (jti)
);
CREATE INDEX denied_token_expires_at_idx ON identity.denied_token (expires_at);
CREATE TABLE identity.session (
    hash bytea NOT NULL,
    kind text NOT NULL,
    client_id text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT session_pkey PRIMARY KEY (hash),
    CONSTRAINT session_hash_check CHECK (length(hash) = 32),
    CONSTRAINT session_kind_check CHECK (kind IN ('ticket', 'session')),
    CONSTRAINT session_client_id_fkey FOREIGN KEY (client_id)
        REFERENCES identity.client (client_id)
);
CREATE INDEX session_expires_at_idx ON identity.session (expires_at);
"""

# A client is never deleted and never changes its agency or person: the audit record names it.
GRANTS = """
GRANT SELECT, INSERT ON identity.client TO hub_identity;
GRANT UPDATE (secret_hash, jwks, auth_method, disabled_at) ON identity.client TO hub_identity;
GRANT SELECT, INSERT, DELETE ON identity.client_role TO hub_identity;
GRANT SELECT, INSERT, DELETE ON identity.assertion TO hub_identity;
GRANT SELECT, INSERT, DELETE ON identity.denied_token TO hub_identity;
GRANT SELECT, INSERT, DELETE ON identity.session TO hub_identity;
"""


def upgrade() -> None:
    run(CLIENTS)
    run(ONCE)
    run(GRANTS)
