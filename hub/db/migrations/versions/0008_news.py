"""Every process hears at once of a changed registry and of a new release."""

from alembic import op

from hub.db.migrations.statements import run

revision = "0008_news"
down_revision = "0007_methods"
branch_labels = None
depends_on = None

# The notice goes out when the change is committed, and not when it is undone.
TELL = """
CREATE FUNCTION public.tell_news() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_catalog.pg_notify('hub_news', TG_ARGV[0]);
    RETURN NULL;
END $$
"""

WATCHED = {
    "identity.client": "registry",
    "identity.client_role": "registry",
    "identity.denied_token": "registry",
    "protected.release": "release",
    "protected.policy": "policy",
}


def upgrade() -> None:
    op.execute(TELL)
    run("REVOKE ALL ON FUNCTION public.tell_news() FROM PUBLIC;")
    for table, news in WATCHED.items():
        run(
            f"CREATE TRIGGER tell_news AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION public.tell_news('{news}');"
        )
