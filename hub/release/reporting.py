"""Reading what the steward's report and the comparison of policies are made from."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from threading import Lock

from sqlalchemy import select

from hub.audit import record
from hub.auth.principals import Principal
from hub.clock import Clock
from hub.db.engine import Database
from hub.db.sessions import ReleaseSession
from hub.db.tables import intake
from hub.disclosure import Policy, Progress
from hub.errors import ConflictError
from hub.protected import writer
from hub.protected.observations import Observation
from hub.protected.reader import observation_of
from hub.release import drafts
from hub.release.drafts import Draft, DraftState
from hub.release.policies import named
from hub.release.preparation import Vintage, earlier_ones, raw_of
from hub.release.record import event_of
from hub.release.report import Report, report
from hub.release.vintages import history
from hub.release.whatif import Alternative, alternatives
from hub.submissions.revisions import SignedOff
from hub.submissions.signed_off import of_release
from hub.vocabulary import Vocabulary

BUSY = Lock()
"""Held while a comparison runs: each takes a processor for up to a minute, so one at a time."""


async def report_on(session: ReleaseSession, draft: Draft, words: Vocabulary) -> Report:
    """Read a release's cells and report lines, and reckon them up."""
    cells = await _cells(session, draft.id)
    lines = await drafts.report_of(session, draft.id)
    policy = await named(session, draft.policy_version, draft.audience)
    return report(cells, lines, policy, words)


async def visible_from(session: ReleaseSession, draft: Draft) -> datetime | None:
    """When readers see it, or saw it first; None before it is published."""
    if draft.state is not DraftState.PUBLISHED:
        return None
    return await writer.visible_from(session, draft.id)


async def all_visible_from(session: ReleaseSession) -> dict[str, datetime]:
    """When readers see each release, or saw it first; those not published are not in it."""
    return await writer.all_visible_from(session)


async def compare(
    database: Database,
    words: Vocabulary,
    draft: Draft,
    principal: Principal,
    clock: Clock,
    progress: Progress | None = None,
) -> tuple[Alternative, ...]:
    """Measure what alternatives to a release's policy and tables would show and hide.

    Heavy work, done beside the event loop, one at a time and bounded in time. It reads raw
    counts, so it is recorded.

    Raises:
        ConflictError: another comparison is running.
    """
    async with database.release() as session:
        policy = await named(session, draft.policy_version, draft.audience)
        signed = await of_release(session, draft.id)
        past = await history(session, draft.audience, words, draft.after_sequence)
        partner = await _partner(session, draft)
        await record(session, event_of("release.compare", draft, principal), clock())
    return await asyncio.to_thread(_measure, signed, words, policy, past, partner, progress)


async def record_export(
    session: ReleaseSession, draft: Draft, principal: Principal, clock: Clock
) -> None:
    """Record that the report left the hub as a file."""
    await record(session, event_of("release.report", draft, principal), clock())


def _measure(
    signed: list[SignedOff],
    words: Vocabulary,
    policy: Policy,
    past: Sequence[Vintage],
    partner: tuple[Observation, ...] | None,
    progress: Progress | None,
) -> tuple[Alternative, ...]:
    if not BUSY.acquire(blocking=False):
        raise ConflictError("Another comparison is running; try again in a minute.", code="BUSY")
    try:
        seen = None if partner is None else {item.key: item for item in partner}
        raw = raw_of(signed, words)
        before = earlier_ones(past, words)
        return alternatives(raw, words, policy, past=before, partner=seen, progress=progress)
    finally:
        BUSY.release()


async def _partner(session: ReleaseSession, draft: Draft) -> tuple[Observation, ...] | None:
    """What the partners' release shows that a public one is made from."""
    if draft.partner_release is None:
        return None
    return await writer.observations(session, draft.partner_release)


async def _cells(session: ReleaseSession, release_id: str) -> list[Observation]:
    table = intake.release_cell
    rows = await session.execute(select(table).where(table.c.release_id == release_id))
    return [observation_of(row) for row in rows.all()]
