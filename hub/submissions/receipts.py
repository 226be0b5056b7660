"""Receipts: what the hub took in, when, and where its record holds it; signed, for the submitter.

A receipt is a compact JWS (RFC 7515) over JSON, signed with the hub's active key (ES256), whose
public half is at ``/oauth/jwks``. Whoever holds that key set verifies it with no hub running. Its
``typ`` is its own, so that a receipt is never taken for an access token nor the other way round.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import insert, select

from hub.auth.keys import ALGORITHM, SigningKeys
from hub.db.sessions import IntakeSession
from hub.db.tables import intake
from hub.errors import InvalidError, NotFoundError
from hub.submissions.revisions import Revision

TYPE = "hub-receipt+jwt"
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
    """What signs receipts: the hub's keys, in the hub's name."""

    keys: SigningKeys = field(repr=False)
    issuer: str

    def sign(self, receipt: Receipt) -> str:
        """Sign a receipt; the same receipt may be signed again at any time."""
        key = self.keys.active
        header = {"alg": ALGORITHM, "kid": key.kid, "typ": TYPE}
        body = json.dumps(receipt.claims(self.issuer), separators=(",", ":"))
        return jws.serialize_compact(header, body.encode(), key, algorithms=[ALGORITHM])


def verify(receipt: str, key_set: Mapping[str, Any]) -> dict[str, Any]:
    """Read a receipt that the key set vouches for; needs no hub.

    Raises:
        InvalidError: it is no receipt, was changed, or none of the keys signed it.
    """
    try:
        keys = KeySet.import_key_set({"keys": list(key_set["keys"])})
        found = jws.deserialize_compact(receipt.strip(), keys, algorithms=[ALGORITHM])
        said = json.loads(found.payload or b"")
        is_receipt = found.headers().get("typ") == TYPE and isinstance(said, dict)
    except (JoseError, ValueError, KeyError, TypeError):
        is_receipt, said = False, {}
    if not is_receipt:
        raise InvalidError(
            "This is not a receipt that one of these keys signed.", code="RECEIPT_INVALID"
        )
    content: dict[str, Any] = said
    return content


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
