"""PostgreSQL inside the hub: the programs of a wheel under the hub's own supervision.

For development, tests, demos and a small pilot; a server of one's own is named by
``HUB_DATABASE_URL``. See ``docs/adr/0001-embedded-postgresql.md``.
"""

from hub.db.embedded.supervisor import EmbeddedPostgres, Server

__all__ = ["EmbeddedPostgres", "Server"]
