"""Receipts: what the hub took in, when, and where its record holds it; signed, for the submitter.

A receipt is a compact JWS (RFC 7515) over JSON, signed with the ledger's key (ES256) as heads of
the record are: that key outlives a restore, which the keys of tokens do not. Its public half comes
with ``/v1/audit/heads``. Whoever holds that key set verifies it with no hub running. Its ``typ`` is
its own, so that a receipt is never taken for an access token nor the other way round.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from hub.audit.keys import LedgerKeys, public_keys
from hub.audit.seals import RECEIPT, seal, unseal
from hub.db.sessions import IntakeSession
from hub.db.tables import intake
from hub.errors import InvalidError, NotFoundError, SettingsError
from hub.submissions.revisions import Revision

MEDIA_TYPE = "application/jose"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says: one revision, its content, and its place in the audit record."""

    return_id: UUID
    dataset: str
    agency: str
    period: str
    revision: int
    content_hash: str
    submitted_at: datetime
    sequence: int

    def claims(self, issuer: str) -> dict[str, Any]:
        """Write it as JSON; holds no figure."""
        return {
            "iss": issuer,
            "returnId": str(self.return_id),
            "dataset": self.dataset,
            "agency": self.agency,
            "period": self.period,
            "revision": self.revision,
            "contentHash": self.content_hash,
            "submittedAt": self.submitted_at.isoformat(),
            "auditSequence": self.sequence,
        }


@dataclass(frozen=True, slots=True)
class Receipts:
    """What signs receipts: the ledger's keys, in the hub's name."""

    keys: LedgerKeys = field(repr=False)
    issuer: str

    def sign(self, receipt: Receipt) -> str:
        """Sign a receipt; the same receipt may be signed again at any time."""
        return seal(self.keys, RECEIPT, receipt.claims(self.issuer))


def verify(receipt: str, key_set: Mapping[str, Any]) -> dict[str, Any]:
    """Read a receipt that the key set vouches for; needs no hub.

    ``key_set`` is a JWK set, or the answer of ``/v1/audit/heads`` that holds it.

    Raises:
        InvalidError: it is no receipt, was changed, or none of the keys signed it.
    """
    inner = key_set.get("keys")
    try:
        keys = public_keys(inner if isinstance(inner, Mapping) else key_set)
        return unseal(receipt.strip(), RECEIPT, keys)
    except (InvalidError, SettingsError):
        raise InvalidError(
            "This is not a receipt that one of these keys signed.", code="RECEIPT_INVALID"
        ) from None


async def keep(session: IntakeSession, return_id: UUID, number: int, sequence: int) -> None:
    """Keep where the audit record holds a submission; in the transaction that records it."""
    await session.execute(
        insert(intake.receipt).values(return_id=return_id, revision=number, audit_sequence=sequence)
    )


async def receipt_of(session: IntakeSession, revision: Revision) -> Receipt:
    """Find what the receipt of a revision says.

    Raises:
        NotFoundError: the revision was stored before the hub gave receipts.
    """
    table = intake.receipt
    here = (table.c.return_id == revision.return_id) & (table.c.revision == revision.number)
    sequence = await session.scalar(select(table.c.audit_sequence).where(here))
    if sequence is None:
        raise NotFoundError("This revision was stored before the hub gave receipts.")
    return Receipt(
        revision.return_id,
        revision.dataset,
        revision.agency,
        revision.period,
        revision.number,
        revision.content_hash,
        revision.submitted_at,
        sequence,
    )
