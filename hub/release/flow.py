"""The release's acts: prepare, approve by a second steward, publish in one step.

A release is never edited: a later one follows it. Preparing is heavy and runs beside the event
loop; what it made is fixed by its content hash, which the second steward approves.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

from hub.audit import Event, record
from hub.auth.permissions import different_person
from hub.auth.principals import Principal
from hub.db.engine import Database
from hub.db.sessions import ReleaseSession
from hub.disclosure.policy import Policy
from hub.errors import ConflictError
from hub.protected import writer
from hub.protected.releases import Audience
from hub.release import drafts
from hub.release.drafts import Draft, DraftState
from hub.release.policies import policy_for
from hub.release.preparation import Prepared, prepare
from hub.submissions.history import one_revision, step
from hub.submissions.signed_off import signed_off
from hub.submissions.states import APPROVED, Act, move
from hub.vocabulary import Vocabulary

Progress = Callable[[str, int, int], None]
"""Told the name of the step, how much is done, and of how much."""


async def prepare_release(
    database: Database,
    words: Vocabulary,
    audience: Audience,
    note: str | None,
    principal: Principal,
    at: datetime,
    progress: Progress | None = None,
) -> Draft:
    """Make a release of everything signed off: collate, roll up, protect, derive, attack.

    Raises:
        ConflictError: nothing is signed off, or returns contradict each other.
        DisclosureError: the release could not be protected, or its own attack broke it.
    """
    policy = policy_for(audience)
    async with database.release() as session:
        signed = await signed_off(session)
        history = await writer.last_release(session, audience)
    if not signed:
        raise ConflictError("Nothing is signed off yet, so there is nothing to release.")
    made = await asyncio.to_thread(prepare, signed, words, policy, history, progress)
    async with database.release() as session:
        draft = await _draft(session, made, policy, words, audience, note, principal, at)
        inputs = [one.revision for one in signed]
        await drafts.keep(session, draft, inputs, made.cells, made.report)
        await record(session, _event("release.prepare", draft, principal), at)
    return draft


async def _draft(
    session: ReleaseSession,
    made: Prepared,
    policy: Policy,
    words: Vocabulary,
    audience: Audience,
    note: str | None,
    principal: Principal,
    at: datetime,
) -> Draft:
    return Draft(
        id=await drafts.next_id(session, audience, at),
        audience=audience,
        state=DraftState.PREPARED,
        content_hash=made.content_hash,
        policy_version=policy.version,
        vocabulary_version=words.version,
        note=note,
        prepared_by=principal.subject,
        prepared_at=at,
        approved_by=None,
        approved_at=None,
        published_by=None,
        published_at=None,
        cells=len(made.cells),
    )


async def approve_release(
    session: ReleaseSession,
    release_id: str,
    content_hash: str,
    principal: Principal,
    at: datetime,
) -> Draft:
    """Approve the content that was seen; a second steward's act.

    Raises:
        ConflictError: the hash is not that of the release, or a return it was made from has been
            replaced or withdrawn since.
        RefusedError: the steward approving is the one who prepared it.
    """
    draft = await drafts.find(session, release_id, lock=True)
    if draft.content_hash != content_hash:
        raise ConflictError("The content hash is not that of this release; look at it again.")
    if draft.state is DraftState.APPROVED:
        return draft
    different_person(draft.prepared_by, principal.subject)
    await _step_inputs(session, draft, Act.ACCEPT, principal, at)
    draft = await drafts.move(session, draft, DraftState.APPROVED, principal.subject, at)
    await record(session, _event("release.approve", draft, principal), at)
    return draft


async def publish_release(
    session: ReleaseSession,
    release_id: str,
    embargo_until: datetime | None,
    principal: Principal,
    at: datetime,
) -> Draft:
    """Publish an approved release: readers see the whole of it from one moment on.

    Publishing again is harmless.

    Raises:
        ConflictError: it is not approved, an input has changed since, or another release of the
            audience was published after it was prepared, so that it was protected without it.
    """
    draft = await drafts.find(session, release_id, lock=True)
    if draft.state is DraftState.PUBLISHED:
        return draft
    latest = await writer.last_published_at(session, draft.audience)
    if latest is not None and latest > draft.prepared_at:
        raise ConflictError(
            "Another release was published since this one was prepared; prepare a new one, "
            "so that the two together are protected.",
            code="STALE_RELEASE",
        )
    await _step_inputs(session, draft, Act.PUBLISH, principal, at)
    draft = await drafts.move(session, draft, DraftState.PUBLISHED, principal.subject, at)
    await writer.publish(session, draft.id, at, embargo_until or at)
    await record(session, _event("release.publish", draft, principal), at)
    return draft


async def _step_inputs(
    session: ReleaseSession, draft: Draft, act: Act, principal: Principal, at: datetime
) -> None:
    for return_id, number in await drafts.inputs_of(session, draft.id):
        revision = await one_revision(session, return_id, number)
        if revision.state not in APPROVED:
            raise ConflictError(
                f"{revision.dataset} of {revision.agency} for {revision.period}, revision "
                f"{revision.number}, is {revision.state} by now; prepare a new release.",
                code="STALE_RELEASE",
            )
        after = move(revision.state, act)
        if after is not revision.state:
            await step(session, revision, after, principal.subject, at, draft.id)


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
