"""Unrelated session types, one per duty: handing a room the wrong one fails the type check."""

from sqlalchemy.ext.asyncio import AsyncSession


class IntakeSession(AsyncSession):
    """Reads and writes returns, as ``hub_ingest``."""


class ReleaseSession(AsyncSession):
    """Reads returns and writes releases, as ``hub_release``."""


class ProtectedSession(AsyncSession):
    """Reads what is published and due, read only, as ``hub_read``."""


class IdentitySession(AsyncSession):
    """Reads and writes identities, reads the audit record, as ``hub_identity``."""


class OwnerSession(IdentitySession):
    """Does what no duty may, as the database's owner: an operator's command alone opens one."""
