"""Reading what the steward's report and the comparison of policies are made from."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from hub.audit import Event, record
from hub.auth.principals import Principal
from hub.clock import Clock
from hub.db.engine import Database
from hub.db.sessions import ReleaseSession
from hub.db.tables import intake
from hub.disclosure import Policy
from hub.protected import writer
from hub.protected.observations import Observation
from hub.protected.reader import observation_of
from hub.release import drafts
from hub.release.drafts import Draft, DraftState
from hub.release.policies import policy_for
from hub.release.preparation import raw_of
from hub.release.report import Report, report
from hub.release.whatif import Alternative, alternatives
from hub.submissions.revisions import SignedOff
from hub.submissions.signed_off import of_release
from hub.vocabulary import Vocabulary

Progress = Callable[[str, int, int], None]


async def report_on(session: ReleaseSession, draft: Draft, words: Vocabulary) -> Report:
    """Read a release's cells and report lines, and reckon them up."""
    cells = await _cells(session, draft.id)
    lines = await drafts.report_of(session, draft.id)
    return report(cells, lines, policy_for(draft.audience), words)


async def visible_from(session: ReleaseSession, draft: Draft) -> datetime | None:
    """When readers see it, or saw it first; None before it is published."""
    if draft.state is not DraftState.PUBLISHED:
        return None
    return await writer.visible_from(session, draft.id)


async def compare(
    database: Database,
    words: Vocabulary,
    draft: Draft,
    principal: Principal,
    clock: Clock,
    progress: Progress | None = None,
) -> tuple[Alternative, ...]:
    """Measure what alternatives to a release's policy and tables would show and hide.

    Heavy work, done beside the event loop and bounded in time. It reads raw counts, so it is
    recorded.
    """
    policy = policy_for(draft.audience)
    async with database.release() as session:
        signed = await of_release(session, draft.id)
        partner = await _partner(session, draft)
        await record(session, _event("release.compare", draft, principal), clock())
    return await asyncio.to_thread(_measure, signed, words, policy, partner, progress)


async def record_export(
    session: ReleaseSession, draft: Draft, principal: Principal, clock: Clock
) -> None:
    """Record that the report left the hub as a file."""
    await record(session, _event("release.report", draft, principal), clock())


def _measure(
    signed: list[SignedOff],
    words: Vocabulary,
    policy: Policy,
    partner: tuple[Observation, ...] | None,
    progress: Progress | None,
) -> tuple[Alternative, ...]:
    seen = None if partner is None else {item.key: item for item in partner}
    return alternatives(raw_of(signed, words), words, policy, partner=seen, progress=progress)


async def _partner(session: ReleaseSession, draft: Draft) -> tuple[Observation, ...] | None:
    """What the partners' release shows that a public one is made from."""
    if draft.partner_release is None:
        return None
    return await writer.observations(session, draft.partner_release)


async def _cells(session: ReleaseSession, release_id: str) -> list[Observation]:
    table = intake.release_cell
    rows = await session.execute(select(table).where(table.c.release_id == release_id))
    return [observation_of(row) for row in rows.all()]


def _event(act: str, draft: Draft, principal: Principal) -> Event:
    return Event(
        act=act,
        actor=principal.subject,
        client_id=principal.client_id,
        agency=principal.agency,
        object=draft.id,
        outcome="done",
        details={"contentHash": draft.content_hash, "audience": str(draft.audience)},
    )
