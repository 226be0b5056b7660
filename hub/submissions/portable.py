"""Everything the hub has of one agency, in an open form: JSON lines (security B6).

A header, a line a return with all its revisions, then exemptions, reminders, clients and the
agency's part of the record, and last the number of lines with a SHA-256 over them. The ``body`` of
a revision is one of the contract: it can be pushed again, here or elsewhere.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, select

from hub.audit.ledger import entry_of
from hub.db.sessions import OwnerSession
from hub.db.tables import audit, identity, intake
from hub.returns import Return
from hub.submissions.history import findings_of, observations_of, revision_of, revisions
from hub.submissions.revisions import Revision

FORMAT = "hub-agency-1"
CLIENT = ("client_id", "title", "auth_method", "scopes", "created_at", "disabled_at")
"""What is told of a client: no secret, no hash of one, no mark of a person."""


async def export(
    session: OwnerSession, agency: str, issuer: str, at: datetime
) -> AsyncIterator[str]:
    """Give the lines, each with its line end; one return in memory at a time."""
    digest, number = hashlib.sha256(), 0
    header = {"format": FORMAT, "agency": agency, "issuer": issuer, "at": at}
    async for content in _contents(session, agency, header):
        line = _line(content)
        digest.update(line.encode())
        number += 1
        yield line
    yield _line({"end": {"lines": number, "sha256": digest.hexdigest()}})


async def _contents(
    session: OwnerSession, agency: str, header: Mapping[str, Any]
) -> AsyncIterator[Mapping[str, Any]]:
    yield header
    head = intake.return_
    mine = select(head).where(head.c.agency == agency).order_by(head.c.dataset, head.c.period)
    for row in (await session.execute(mine)).all():
        yield {"return": await _return(session, row)}
    for kind, table in (("exemption", intake.exemption), ("reminder", intake.reminder)):
        async for plain in _rows(session, table, agency):
            yield {kind: plain}
    async for plain in _rows(session, identity.client, agency):
        yield {"client": {name: plain[name] for name in CLIENT}}
    event = audit.event
    entries = select(event).where(event.c.agency == agency).order_by(event.c.sequence)
    for row in (await session.execute(entries)).all():
        entry = entry_of(row)
        yield {"record": json.loads(entry.content()) | {"hash": entry.hash.hex()}}


async def _rows(session: OwnerSession, table: Table, agency: str) -> AsyncIterator[dict[str, Any]]:
    for row in (await session.execute(select(table).where(table.c.agency == agency))).all():
        yield dict(row._mapping)


async def _return(session: OwnerSession, head: Row[Any]) -> dict[str, Any]:
    query = revisions().where(intake.revision.c.return_id == head.id)
    found = (await session.execute(query.order_by(intake.revision.c.number))).all()
    return {
        "dataset": head.dataset,
        "agency": head.agency,
        "period": head.period,
        "revisions": [await _revision(session, revision_of(row)) for row in found],
    }


async def _revision(session: OwnerSession, one: Revision) -> dict[str, Any]:
    rows = await observations_of(session, one.return_id, one.number)
    said = await findings_of(session, one.return_id, one.number)
    return {
        "revision": one.number,
        "state": str(one.state),
        "contentHash": one.content_hash,
        "submittedAt": one.submitted_at,
        "submittedBy": one.submitted_by,
        "body": Return(one.dataset, one.agency, one.period, rows, one.note).as_json(),
        "findings": [item.as_json() for item in said],
        "signOff": await _of_revision(session, intake.sign_off, one, ("by_subject", "at")),
        "receipt": await _of_revision(session, intake.receipt, one, ("audit_sequence",)),
        "transitions": await _of_revision(
            session,
            intake.transition,
            one,
            ("ordinal", "from_state", "to_state", "by_subject", "at", "reason"),
        ),
    }


async def _of_revision(
    session: OwnerSession, table: Table, one: Revision, names: tuple[str, ...]
) -> list[dict[str, Any]]:
    mine = (table.c.return_id == one.return_id) & (table.c.revision == one.number)
    query = select(*(table.c[name] for name in names)).where(mine).order_by(table.c[names[0]])
    return [dict(row._mapping) for row in (await session.execute(query)).all()]


def _line(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=_plain)
    return text + "\n"


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
