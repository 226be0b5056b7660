"""``Idempotency-Key``: the same key with the same body gets the same answer, and one effect.

A push is a PUT that is idempotent by its content hash already; the key adds that the *answer* is
repeated byte for byte. It is honoured when sent, not demanded. The answer is stored in the
transaction of the effect itself (security I4), so a crash leaves both or neither. Only answers
are kept: a refused push leaves the key free (I5).
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select

from hub.auth.principals import Principal
from hub.db.sessions import IntakeSession
from hub.db.tables import intake
from hub.errors import InvalidError, MalformedError

Answer = tuple[int, dict[str, Any]]
KEPT = timedelta(days=30)
"""How long a key is remembered at least (security I6)."""
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class RequestKey:
    """The key of one request of one client, and what it was sent with."""

    client_id: str
    key: str
    fingerprint: str


def request_key(principal: Principal, key: str | None, path: str, body: bytes) -> RequestKey | None:
    """Read the header; None when the client sent none.

    Raises:
        MalformedError: the key is empty or longer than 255 characters.
    """
    if key is None:
        return None
    if not 0 < len(key) <= _LONGEST or not key.isprintable():
        raise MalformedError("Idempotency-Key must have 1 to 255 printable characters.")
    fingerprint = hashlib.sha256(path.encode() + b"\0" + body).hexdigest()
    return RequestKey(principal.client_id, key, fingerprint)


async def answered(session: IntakeSession, key: RequestKey) -> Answer | None:
    """Find the first answer to this request.

    Raises:
        InvalidError: the key was used for another body or address.
    """
    table = intake.idempotency
    query = select(table).where(table.c.client_id == key.client_id, table.c.key == key.key)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    if row.fingerprint != key.fingerprint:
        raise InvalidError(
            "This Idempotency-Key was used for another body or address; take a new one.",
            code="IDEMPOTENCY_KEY",
        )
    return row.status, json.loads(row.body)


async def alone(session: IntakeSession, key: RequestKey) -> None:
    """Let one request with this key at a time pass, until its transaction ends.

    A twin waits; after the login's ``lock_timeout`` it is told ``BusyError`` (409).
    """
    name = f"{key.client_id}\0{key.key}".encode()
    number = int.from_bytes(hashlib.sha256(name).digest()[:8], "big", signed=True)
    await session.execute(select(func.pg_advisory_xact_lock(number)))


async def keep(session: IntakeSession, key: RequestKey, answer: Answer, at: datetime) -> None:
    """Keep the answer, in the transaction of the effect."""
    status, content = answer
    await session.execute(
        insert(intake.idempotency).values(
            client_id=key.client_id,
            key=key.key,
            fingerprint=key.fingerprint,
            status=status,
            body=json.dumps(content),
            at=at,
        )
    )


async def forget_old(session: IntakeSession, at: datetime) -> int:
    """Forget the keys that were kept long enough; give how many. Housekeeping."""
    table = intake.idempotency
    gone = await session.execute(delete(table).where(table.c.at < at - KEPT).returning(table.c.key))
    return len(gone.all())
