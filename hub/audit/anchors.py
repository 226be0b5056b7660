"""Signed heads: the end of the record at a moment, signed and kept outside (security L4).

Who rewrites the stored record must break a signature or every head that was handed out before.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from joserfc.jwk import KeySet
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from hub.audit.chain import Head
from hub.audit.keys import LedgerKeys
from hub.audit.seals import HEAD, seal, unseal
from hub.db.sessions import IdentitySession
from hub.db.tables.audit import anchor as table
from hub.db.tables.audit import event
from hub.errors import InvalidError


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head, when it was signed, and the signed statement itself."""

    head: Head
    at: datetime
    signed: str

    def as_json(self) -> dict[str, Any]:
        """Write it for agencies to keep."""
        return {
            "sequence": self.head.sequence,
            "hash": self.head.hash.hex(),
            "at": self.at.astimezone(UTC).isoformat(),
            "signed": self.signed,
        }


async def newest_head(session: IdentitySession) -> Head | None:
    """Give the end of the record; None when nothing was recorded yet."""
    query = select(event.c.sequence, event.c.hash).order_by(event.c.sequence.desc()).limit(1)
    row = (await session.execute(query)).one_or_none()
    return Head(row.sequence, row.hash) if row else None


async def anchored(session: IdentitySession) -> int:
    """Give the sequence number of the newest signed head; 0 when there is none."""
    query = select(table.c.sequence).order_by(table.c.sequence.desc()).limit(1)
    return await session.scalar(query) or 0


async def sign_head(
    session: IdentitySession, keys: LedgerKeys, issuer: str, at: datetime
) -> Anchor | None:
    """Sign the record's end; None when that end was signed before.

    Two servers may do it at once: the first one's statement stays.
    """
    head = await newest_head(session)
    if head is None or head.sequence <= await anchored(session):
        return None
    content = {
        "iss": issuer,
        "sequence": head.sequence,
        "hash": head.hash.hex(),
        "at": at.astimezone(UTC).isoformat(),
    }
    made = Anchor(head, at, seal(keys, HEAD, content))
    row = {"sequence": head.sequence, "hash": head.hash, "at": at, "signed": made.signed}
    kept = await session.execute(
        insert(table).values(row).on_conflict_do_nothing().returning(table.c.sequence)
    )
    return made if kept.first() else None


async def anchors(session: IdentitySession, after: int = 0, first: int = 1000) -> list[Anchor]:
    """List signed heads in their order, those after a sequence number."""
    query = select(table).where(table.c.sequence > after).order_by(table.c.sequence).limit(first)
    rows = (await session.execute(query)).all()
    return [Anchor(Head(row.sequence, row.hash), row.at, row.signed) for row in rows]


def hand_out(anchor: Anchor, file: Path) -> None:
    """Append a signed head to a file outside, and wait until it is on the disk.

    Raises ``OSError`` when it cannot be written.
    """
    line = json.dumps(anchor.as_json(), sort_keys=True) + "\n"
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(line)
        out.flush()
        os.fsync(out.fileno())


def head_of(signed: str, keys: KeySet) -> Head:
    """Read a signed head. Raises ``InvalidError`` when the signature does not hold."""
    content = unseal(signed, HEAD, keys)
    try:
        return Head(int(content["sequence"]), bytes.fromhex(content["hash"]))
    except (KeyError, TypeError, ValueError):
        raise InvalidError("That is no head of a record.", code="SIGNATURE") from None


def heads_in(lines: Iterable[str], keys: KeySet) -> list[Head]:
    """Read the heads of a file that :func:`hand_out` wrote; a line torn by a crash is the last.

    Raises ``InvalidError`` when a signature does not hold.
    """
    found = []
    for line in filter(str.strip, lines):
        try:
            found.append(head_of(json.loads(line)["signed"], keys))
        except (ValueError, KeyError, TypeError):
            raise InvalidError("A line of the heads is not one.", code="SIGNATURE") from None
    return found
