"""People: subjects of identity providers, their sessions, consents of public clients, proposals."""

from hub.db.migrations.statements import run

revision = "0009_people"
down_revision = "0008_news"
branch_labels = None
depends_on = None

CLIENTS = """
ALTER TABLE identity.client ADD COLUMN redirect_uris text[] DEFAULT '{}' NOT NULL;
ALTER TABLE identity.client ADD COLUMN scopes text[] DEFAULT '{}' NOT NULL;
ALTER TABLE identity.client DROP CONSTRAINT client_auth_method_check;
ALTER TABLE identity.client ADD CONSTRAINT client_auth_method_check CHECK (
    (auth_method = 'client_secret_basic' AND secret_hash IS NOT NULL AND jwks IS NULL)
    OR (auth_method = 'private_key_jwt' AND secret_hash IS NULL AND jwks IS NOT NULL)
    OR (auth_method IN ('none', 'sign_in') AND secret_hash IS NULL AND jwks IS NULL)
);
ALTER TABLE identity.client ADD CONSTRAINT client_redirect_uris_check CHECK (
    (auth_method = 'none') = (cardinality(redirect_uris) > 0)
    AND (auth_method = 'none') = (cardinality(scopes) > 0)
);
CREATE TABLE identity.subject (
    issuer text NOT NULL,
    subject text NOT NULL,
    client_id text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT subject_pkey PRIMARY KEY (issuer, subject),
    CONSTRAINT subject_client_id_fkey FOREIGN KEY (client_id)
        REFERENCES identity.client (client_id)
);
"""

SESSIONS = """
ALTER TABLE identity.session ADD COLUMN second_factor_at timestamptz;
ALTER TABLE identity.session DROP CONSTRAINT session_kind_check;
ALTER TABLE identity.session ADD CONSTRAINT session_kind_check
    CHECK (kind IN ('ticket', 'session', 'person'));
CREATE TABLE identity.sign_in (
    hash bytea NOT NULL,
    destination text NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT sign_in_pkey PRIMARY KEY (hash),
    CONSTRAINT sign_in_hash_check CHECK (length(hash) = 32)
);
"""

CONSENTS = """
CREATE TABLE identity.consent (
    id text NOT NULL,
    code_hash bytea NOT NULL,
    client_id text NOT NULL,
    account_id text NOT NULL,
    redirect_uri text NOT NULL,
    challenge text NOT NULL,
    scopes text[] NOT NULL,
    second_factor_at timestamptz,
    code_expires_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    redeemed_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT consent_pkey PRIMARY KEY (id),
    CONSTRAINT consent_code_hash_key UNIQUE (code_hash),
    CONSTRAINT consent_code_hash_check CHECK (length(code_hash) = 32),
    CONSTRAINT consent_client_id_fkey FOREIGN KEY (client_id)
        REFERENCES identity.client (client_id),
    CONSTRAINT consent_account_id_fkey FOREIGN KEY (account_id)
        REFERENCES identity.client (client_id)
);
CREATE INDEX consent_expires_at_idx ON identity.consent (expires_at);
CREATE TABLE identity.refresh (
    hash bytea NOT NULL,
    consent_id text NOT NULL,
    used_at timestamptz,
    CONSTRAINT refresh_pkey PRIMARY KEY (hash),
    CONSTRAINT refresh_hash_check CHECK (length(hash) = 32),
    CONSTRAINT refresh_consent_id_fkey FOREIGN KEY (consent_id)
        REFERENCES identity.consent (id) ON DELETE CASCADE
);
CREATE INDEX refresh_consent_id_idx ON identity.refresh (consent_id);
"""

PROPOSALS = """
CREATE TABLE identity.proposal (
    id bigint GENERATED ALWAYS AS IDENTITY,
    client_id text NOT NULL,
    role text NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL,
    decided_by text,
    decided_at timestamptz,
    approved boolean,
    CONSTRAINT proposal_pkey PRIMARY KEY (id),
    CONSTRAINT proposal_client_id_fkey FOREIGN KEY (client_id)
        REFERENCES identity.client (client_id),
    CONSTRAINT proposal_two_persons_check CHECK (NOT approved OR decided_by <> proposed_by)
);
"""

GRANTS = """
GRANT SELECT, INSERT ON identity.subject TO hub_identity;
GRANT SELECT, INSERT, DELETE ON identity.sign_in TO hub_identity;
GRANT SELECT, INSERT, DELETE ON identity.consent TO hub_identity;
GRANT UPDATE (redeemed_at, ended_at) ON identity.consent TO hub_identity;
GRANT SELECT, INSERT, DELETE ON identity.refresh TO hub_identity;
GRANT UPDATE (used_at) ON identity.refresh TO hub_identity;
GRANT SELECT, INSERT ON identity.proposal TO hub_identity;
GRANT UPDATE (decided_by, decided_at, approved) ON identity.proposal TO hub_identity;
"""


def upgrade() -> None:
    for script in (CLIENTS, SESSIONS, CONSENTS, PROPOSALS, GRANTS):
        run(script)
