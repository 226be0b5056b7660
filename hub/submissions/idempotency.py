"""``Idempotency-Key``: the same key with the same body gets the same answer, and one effect.

A push is a PUT that is idempotent by its content hash already; the key adds that the *answer* is
repeated byte for byte. It is honoured when sent, not demanded. Only answers are kept: a refused
push leaves the key free.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from hub.auth.principals import Principal
from hub.db.engine import Database
from hub.db.tables import intake
from hub.errors import InvalidError, MalformedError

Answer = tuple[int, dict[str, Any]]
_LONGEST = 255


async def once(
    database: Database,
    principal: Principal,
    key: str | None,
    path: str,
    body: bytes,
    act: Callable[[], Awaitable[Answer]],
) -> Answer:
    """Do ``act`` and keep its answer under the key, or repeat the answer kept before.

    Raises:
        MalformedError: the key is empty or longer than 255 characters.
        InvalidError: the key was used for another body or address.
    """
    if key is None:
        return await act()
    if not 0 < len(key) <= _LONGEST or not key.isprintable():
        raise MalformedError("Idempotency-Key must have 1 to 255 printable characters.")
    fingerprint = hashlib.sha256(path.encode() + b"\0" + body).hexdigest()
    kept = await _kept(database, principal, key, fingerprint)
    if kept is not None:
        return kept
    status, content = await act()
    await _keep(database, principal, key, fingerprint, status, content)
    return status, content


async def _kept(
    database: Database, principal: Principal, key: str, fingerprint: str
) -> Answer | None:
    table = intake.idempotency
    query = select(table).where(table.c.client_id == principal.client_id, table.c.key == key)
    async with database.intake() as session:
        row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise InvalidError(
            "This Idempotency-Key was used for another body or address; take a new one.",
            code="IDEMPOTENCY_KEY",
        )
    return row.status, json.loads(row.body)


async def _keep(
    database: Database,
    principal: Principal,
    key: str,
    fingerprint: str,
    status: int,
    content: dict[str, Any],
) -> None:
    row = {
        "client_id": principal.client_id,
        "key": key,
        "fingerprint": fingerprint,
        "status": status,
        "body": json.dumps(content),
        "at": datetime.now(UTC),
    }
    async with database.intake() as session:
        await session.execute(insert(intake.idempotency).values(**row).on_conflict_do_nothing())
