"""Exemptions: what an agency need not return, why, and who said so."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, insert, select, update

from hub.audit import Event, event_by, record
from hub.auth.principals import Principal
from hub.db.sessions import ReleaseSession
from hub.db.tables import intake
from hub.errors import InvalidError, NotFoundError
from hub.validation.identifiers import require_impersonal
from hub.vocabulary import Period, Vocabulary, parse_period

LONGEST_REASON = 500
"""Characters of a reason."""


@dataclass(frozen=True, slots=True)
class Exemption:
    """One agency need not return one dataset for the months of ``period``."""

    id: UUID
    dataset: str
    agency: str
    period: Period
    reason: str
    by_subject: str
    at: datetime


async def exempt(
    session: ReleaseSession,
    words: Vocabulary,
    dataset: str,
    agency: str,
    period: str,
    reason: str,
    principal: Principal,
    at: datetime,
) -> Exemption:
    """Exempt an agency from a dataset for a period and every shorter one in it.

    Raises:
        VocabularyError: there is no such dataset, agency or period.
        InvalidError: no reason is given, or one that is too long or seems to point at a person.
    """
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise InvalidError(
            f"An exemption needs a reason of at most {LONGEST_REASON} characters.",
            code="REASON_MISSING",
        )
    require_impersonal(reason)
    words.dataset(dataset), words.agency(agency)
    made = Exemption(
        uuid4(), dataset, agency, parse_period(period), reason.strip(), principal.subject, at
    )
    await session.execute(
        insert(intake.exemption).values(
            id=made.id,
            dataset=dataset,
            agency=agency,
            period=made.period.id,
            reason=made.reason,
            by_subject=made.by_subject,
            at=at,
        )
    )
    await record(session, _event("calendar.exempt", made, principal), at)
    return made


async def end_exemption(
    session: ReleaseSession, exemption_id: UUID, principal: Principal, at: datetime
) -> Exemption:
    """Let an exemption end: what it covered is owed again.

    Raises:
        NotFoundError: there is none, or it has ended already.
    """
    table = intake.exemption
    ended = await session.execute(
        update(table)
        .where(table.c.id == exemption_id, table.c.ended_at.is_(None))
        .values(ended_by=principal.subject, ended_at=at)
        .returning(*table.c)
    )
    row = ended.one_or_none()
    if row is None:
        raise NotFoundError("There is no such exemption in force.")
    await record(session, _event("calendar.owe", _exemption(row), principal), at)
    return _exemption(row)


async def exemptions(session: ReleaseSession) -> list[Exemption]:
    """List the exemptions in force, oldest first."""
    table = intake.exemption
    query = select(table).where(table.c.ended_at.is_(None)).order_by(table.c.at, table.c.id)
    return [_exemption(row) for row in (await session.execute(query)).all()]


def _exemption(row: Row[Any]) -> Exemption:
    return Exemption(
        row.id,
        row.dataset,
        row.agency,
        parse_period(row.period),
        row.reason,
        row.by_subject,
        row.at,
    )


def _event(act: str, made: Exemption, principal: Principal) -> Event:
    what = f"{made.dataset}/{made.agency}/{made.period}"
    return event_by(principal, act, what, agency=made.agency)
