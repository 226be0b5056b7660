"""The release's acts: prepare, approve by a second steward, publish in one step.

A release is never edited: a later one follows it. Preparing is heavy and runs beside the event
loop; what it made is fixed by its content hash, which the second steward approves.
"""

import os
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from hub.audit import record
from hub.auth.permissions import different_person
from hub.auth.principals import Principal
from hub.db.engine import Database
from hub.db.sessions import ReleaseSession
from hub.disclosure import Method, Progress
from hub.errors import ConflictError, InvalidError
from hub.protected import writer
from hub.protected.observations import Observation
from hub.protected.releases import Audience, Release
from hub.release import drafts
from hub.release.aside import beside, told
from hub.release.drafts import Draft, DraftState
from hub.release.following import STORING, followed
from hub.release.policies import in_force, named
from hub.release.preparation import prepare
from hub.release.record import event_of
from hub.release.secret import secret_for
from hub.release.vintages import linked_history
from hub.release.words import keep_words
from hub.submissions.revisions import SignedOff
from hub.submissions.signed_off import inputs_of, lock_inputs, of_release, signed_off
from hub.submissions.states import APPROVED, Act
from hub.submissions.steps import step
from hub.vocabulary import Vocabulary


async def prepare_release(
    database: Database,
    words: Vocabulary,
    audience: Audience,
    note: str | None,
    principal: Principal,
    at: datetime,
    progress: Progress | None = None,
    secret_file: Path | None = None,
    processes: int = 1,
) -> Draft:
    """Make a release of everything signed off: collate, roll up, protect, derive, attack.

    Raises:
        ConflictError: nothing is signed off, returns contradict each other, there is no
            partners' release yet that a public one could be made from, or the policy's method
            needs a secret that the hub does not have.
        DisclosureError: the release could not be protected, or its own attack broke it.
    """
    async with followed(database, audience, principal.subject, at) as follow:
        tell = _to_both(progress or told, follow)
        async with database.release() as session:
            policy = await in_force(session, audience)
            secret = secret_for(policy, secret_file)
            source = await _source(session, audience)
            past = await linked_history(session, audience, words, source.signed, policy)
        partner = None if source.partner is None else source.shown
        work = partial(
            prepare,
            source.signed,
            words,
            policy,
            past,
            partner,
            secret=secret,
            processes=min(processes, os.cpu_count() or 1),
        )
        size = sum(len(one.observations) for one in source.signed)
        made = await beside(work, size, tell)
        tell(STORING, 0, 1)
        async with database.release() as session:
            draft = Draft(
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
                after_sequence=len(past),
                partner_release=source.partner,
                protection=dict(made.public),
            )
            await keep_words(session, words)
            inputs = [one.revision for one in source.signed]
            await drafts.keep(session, draft, inputs, made.cells, made.report)
            await record(session, event_of("release.prepare", draft, principal), at)
        return draft


def _to_both(one: Progress, other: Progress) -> Progress:
    def tell(step: str, done: int, of: int) -> None:
        one(step, done, of)
        other(step, done, of)

    return tell


@dataclass(frozen=True, slots=True)
class _Source:
    """What a release is made from; a public one also from what a partners' release shows."""

    signed: list[SignedOff]
    partner: str | None = None
    shown: tuple[Observation, ...] = field(default=(), repr=False)


async def _source(session: ReleaseSession, audience: Audience) -> _Source:
    if audience is Audience.PARTNER:
        signed = await signed_off(session)
        if not signed:
            raise ConflictError("Nothing is signed off yet, so there is nothing to release.")
        return _Source(signed)
    partners = await writer.earlier(session, Audience.PARTNER)
    if not partners:
        raise ConflictError(
            "A public release is made from the partners' release; publish one of those first.",
            code="NO_PARTNER_RELEASE",
        )
    await _exact(session, partners[-1])
    last = partners[-1].id
    shown = await writer.observations(session, last)
    return _Source(await of_release(session, last), last, shown)


async def _exact(session: ReleaseSession, partners: Release) -> None:
    """A public release shows nothing more exact than the partners' one: of rounded or noisy
    numbers it could only be made by telling more about the counts behind them."""
    policy = await named(session, partners.policy_version, Audience.PARTNER)
    if policy.method is not Method.SUPPRESSION:
        raise ConflictError(
            f"The partners' release was made by {policy.method.replace('_', ' ')}. A public "
            "release is made from exact counts that partners see; publish a partners' release by "
            "suppression first, or give the public none.",
            code="PARTNER_METHOD",
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
    await record(session, event_of("release.approve", draft, principal), at)
    return draft


async def publish_release(
    session: ReleaseSession,
    release_id: str,
    embargo_until: datetime | None,
    principal: Principal,
    at: datetime,
) -> Draft:
    """Publish an approved release: readers see the whole of it from one moment on.

    Publishing again is harmless. A public release is not seen before the partners' release that
    it was made from.

    Raises:
        InvalidError: the embargo names no time zone.
        ConflictError: it is not approved, an input has changed since, or another release of the
            audience was published after it was prepared, so that it was protected without it.
    """
    draft = await drafts.find(session, release_id, lock=True)
    if draft.state is DraftState.PUBLISHED:
        return draft
    if draft.state is DraftState.PREPARED:
        raise ConflictError(
            "This release is not approved yet; a second steward approves it first.",
            code="NOT_APPROVED",
        )
    if embargo_until is not None and embargo_until.tzinfo is None:
        raise InvalidError("`embargoUntil` needs a time zone, such as Z.", code="TIME_ZONE")
    await writer.hold(session)
    if len(await writer.earlier(session, draft.audience)) != draft.after_sequence:
        raise ConflictError(
            "Another release was published since this one was prepared; prepare a new one, "
            "so that the two together are protected.",
            code="STALE_RELEASE",
        )
    visible = embargo_until or at
    if draft.partner_release is not None:
        visible = max(visible, await writer.visible_from(session, draft.partner_release))
    await _step_inputs(session, draft, Act.PUBLISH, principal, at)
    draft = await drafts.move(session, draft, DraftState.PUBLISHED, principal.subject, at)
    await writer.publish(session, draft.id, at, visible)
    await record(session, event_of("release.publish", draft, principal), at)
    return draft


async def _step_inputs(
    session: ReleaseSession, draft: Draft, act: Act, principal: Principal, at: datetime
) -> None:
    """Move all returns of the release: three statements, however many they are."""
    await lock_inputs(session, draft.id)
    inputs = await inputs_of(session, draft.id)
    for revision in inputs:
        if revision.state not in APPROVED:
            raise ConflictError(
                f"{revision.dataset} of {revision.agency} for {revision.period}, revision "
                f"{revision.number}, is {revision.state} by now; prepare a new release.",
                code="STALE_RELEASE",
            )
    await step(session, inputs, act, principal.subject, at, draft.id)
