"""The root of the intake schema: what agencies and stewards ask and do."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry import argument
from strawberry.types import Info

from hub.auth.permissions import allows
from hub.db.sessions import IntakeSession
from hub.disclosure import Method
from hub.errors import HubError, MalformedError, NotFoundError
from hub.protected.releases import Audience
from hub.release import drafts, flow, policies
from hub.release.following import preparations
from hub.release.reporting import all_visible_from, report_on, visible_from
from hub.schema.guard import Refusal, guarded
from hub.schema.intake.changes import Change
from hub.schema.intake.context import IntakeContext
from hub.schema.intake.owed import REFUSALS as CALENDAR_REFUSALS
from hub.schema.intake.owed import CalendarMutation, CalendarQuery
from hub.schema.intake.policies import DisclosurePolicy, PolicyPayload, ProtectionMethod
from hub.schema.intake.releases import (
    AudienceChoice,
    DisclosureReport,
    Preparation,
    ReleaseDraft,
    ReleasePayload,
)
from hub.schema.intake.returns import (
    Finding,
    ObservationInput,
    Return,
    ReturnDetail,
    ReturnInput,
    ReturnPayload,
    SubmitReturnPayload,
    UserError,
)
from hub.schema.read.viewer import Viewer
from hub.submissions import sign_off
from hub.submissions.history import (
    all_revisions,
    changed_by,
    current_revision,
    findings_of,
    one_revision,
    revisions_of,
)
from hub.submissions.receipts import receipt_of
from hub.submissions.reception import Address, Push, receive, rehearsed
from hub.submissions.revisions import Revision, Submission
from hub.validation import Completeness

Ask = Info[IntakeContext, None]
Arguments = Mapping[str, Any]
ReturnId = Annotated[strawberry.ID, argument(description="Id of the return.")]
ReleaseId = Annotated[strawberry.ID, argument(description="Id of the release.")]
ContentHash = Annotated[str, argument(description="The content hash that you saw.")]
Note = Annotated[str | None, argument(description="A note to keep with it.")]


@strawberry.type(description="What agencies and stewards may ask.")
class Query(CalendarQuery):
    """Root fields."""

    @strawberry.field(description="The caller's own agency's returns, newest first.")
    async def returns(
        self,
        info: Ask,
        dataset: Annotated[str | None, argument(description="Only this dataset.")] = None,
        period: Annotated[str | None, argument(description="Only this period.")] = None,
    ) -> list[Return]:
        """List returns."""
        agency = _agency(info)
        async with info.context.database.intake(agency) as session:
            found = await all_revisions(session, agency)
        return [
            Return.of(row)
            for row in found
            if dataset in (None, row.dataset) and period in (None, row.period)
        ]

    @strawberry.field(name="return", description="One of the caller's own agency's returns.")
    async def return_(self, info: Ask, id: ReturnId) -> ReturnDetail:  # noqa: A002
        """Find a return."""
        async with info.context.database.intake(_agency(info)) as session:
            row = await _own(info, session, id, "return.findings")
            history = await revisions_of(session, row.return_id)
            findings = await findings_of(session, row.return_id, row.number)
        return ReturnDetail(
            current=Return.of(row),
            revisions=[Return.of(one) for one in history],
            findings=[Finding.of(item) for item in findings],
        )

    @strawberry.field(description="Who the token is: agency, roles, audience, areas.")
    async def viewer(self, info: Ask) -> Viewer:
        """Tell the caller who it is."""
        return Viewer.of(info.context.principal, info.context.library.audience)

    @strawberry.field(description="Which cells a revision changed of the one before.")
    async def changes(
        self,
        info: Ask,
        return_id: ReturnId,
        revision: Annotated[int, argument(description="Number of the later revision.")],
    ) -> list[Change]:
        """Compare two revisions."""
        async with info.context.database.intake(_agency(info)) as session:
            row = await _own(info, session, return_id, "return.read")
            later = await one_revision(session, row.return_id, revision)
            found = await changed_by(session, later)
        return [Change.of(one) for one in found]

    @strawberry.field(description="The hub's signed receipt for a revision: a compact JWS.")
    async def receipt(
        self,
        info: Ask,
        return_id: ReturnId,
        revision: Annotated[int, argument(description="Number of the revision.")],
    ) -> str:
        """Sign a receipt."""
        async with info.context.database.intake(_agency(info)) as session:
            row = await _own(info, session, return_id, "return.read")
            stored = await one_revision(session, row.return_id, revision)
            return info.context.receipts.sign(await receipt_of(session, stored))

    @strawberry.field(description="Releases being made and made, newest first; for stewards.")
    async def releases(self, info: Ask) -> list[ReleaseDraft]:
        """List drafts."""
        at = info.context.clock()
        async with info.context.database.release() as session:
            seen = await all_visible_from(session)
            found = await drafts.drafts(session)
        return [ReleaseDraft.of(row, seen.get(row.id), at) for row in found]

    @strawberry.field(description="How far releases are that are being prepared; for stewards.")
    async def preparations(self, info: Ask) -> list[Preparation]:
        """List preparations, newest first."""
        async with info.context.database.release() as session:
            return [Preparation.made(one) for one in await preparations(session)]

    @strawberry.field(description="What a release hides and why, never with a count.")
    async def disclosure_report(self, info: Ask, release: ReleaseId) -> DisclosureReport:
        """Read the steward's report."""
        async with info.context.database.release() as session:
            draft = await drafts.find(session, release)
            report = await report_on(session, draft, info.context.words)
            seen = await visible_from(session, draft)
        return DisclosureReport.of(
            draft, ReleaseDraft.of(draft, seen, info.context.clock()), report
        )

    @strawberry.field(description="Disclosure policies that stewards proposed, oldest first.")
    async def policies(
        self,
        info: Ask,
        audience: Annotated[AudienceChoice, argument(description="Whose releases.")],
    ) -> list[DisclosurePolicy]:
        """List policies."""
        async with info.context.database.release() as session:
            found = await policies.proposals(session, Audience[audience.name])
        return [DisclosurePolicy.of(row) for row in found]


@strawberry.type(description="What agencies and stewards may do.")
class Mutation(CalendarMutation):
    """Acts. Expected refusals are data in `userErrors`."""

    @strawberry.mutation(description="Submit a return: stored whole, or not at all.")
    async def submit_return(
        self,
        info: Ask,
        input: Annotated[ReturnInput, argument(description="The return.")],  # noqa: A002
        dry_run: Annotated[bool, argument(description="Validate only.")] = False,
    ) -> SubmitReturnPayload:
        """Submit."""
        context = info.context
        address = Address(input.dataset, input.agency, input.period)
        push = Push(context.principal, address, _body(input), "application/json")
        where = context.database, context.words, context.clock
        if dry_run:
            return SubmitReturnPayload.of(*await rehearsed(*where, push), None)
        return await receive(*where, push, _submitted)

    @strawberry.mutation(description="Sign a revision off, as the second person of the agency.")
    async def sign_off_return(
        self,
        info: Ask,
        return_id: ReturnId,
        revision: Annotated[int, argument(description="The revision that you saw.")],
        content_hash: ContentHash,
        note: Annotated[str | None, argument(description="Answers the open queries.")] = None,
    ) -> ReturnPayload:
        """Sign off."""
        context = info.context
        async with context.database.intake(_agency(info)) as session:
            row = await _own(info, session, return_id, "return.approve")
            signed = await sign_off.sign_off(
                session,
                row.return_id,
                revision,
                content_hash,
                context.principal,
                context.clock(),
                note=note,
            )
            findings = await findings_of(session, row.return_id, revision)
        shown = [Finding.of(item) for item in findings]
        return ReturnPayload(return_=Return.of(signed), findings=shown, user_errors=[])

    @strawberry.mutation(description="Take a return back; what is published stays known.")
    async def withdraw_return(
        self,
        info: Ask,
        return_id: ReturnId,
        reason: Annotated[str, argument(description="Why; kept in the record.")],
    ) -> ReturnPayload:
        """Withdraw."""
        context = info.context
        async with context.database.intake(_agency(info)) as session:
            row = await _own(info, session, return_id, "return.withdraw")
            gone = await sign_off.withdraw(
                session, row.return_id, reason, context.principal, context.clock()
            )
        return ReturnPayload(return_=Return.of(gone), findings=[], user_errors=[])

    @strawberry.mutation(description="Make a release of everything signed off.")
    async def prepare_release(
        self,
        info: Ask,
        audience: Annotated[AudienceChoice, argument(description="Who it is for.")],
        note: Note = None,
    ) -> ReleasePayload:
        """Prepare."""
        context = info.context
        draft = await flow.prepare_release(
            context.database,
            context.words,
            Audience[audience.name],
            note,
            context.principal,
            context.clock(),
            secret_file=context.secret_file,
            processes=context.processes,
        )
        return _released(draft, context.clock())

    @strawberry.mutation(description="Approve the content you saw, as the second steward.")
    async def approve_release(
        self, info: Ask, release_id: ReleaseId, content_hash: ContentHash
    ) -> ReleasePayload:
        """Approve."""
        context = info.context
        async with context.database.release() as session:
            draft = await flow.approve_release(
                session, release_id, content_hash, context.principal, context.clock()
            )
        return _released(draft, context.clock())

    @strawberry.mutation(description="Publish an approved release in one step.")
    async def publish_release(
        self,
        info: Ask,
        release_id: ReleaseId,
        embargo_until: Annotated[
            datetime | None, argument(description="Readers see it from then on; now if left out.")
        ] = None,
    ) -> ReleasePayload:
        """Publish."""
        context = info.context
        async with context.database.release() as session:
            draft = await flow.publish_release(
                session, release_id, embargo_until, context.principal, context.clock()
            )
            seen = await visible_from(session, draft)
        return _released(draft, context.clock(), seen)

    @strawberry.mutation(description="Propose a disclosure policy; a second steward approves it.")
    async def propose_policy(
        self,
        info: Ask,
        audience: Annotated[AudienceChoice, argument(description="Whose releases.")],
        threshold: Annotated[int, argument(description="Counts below it are withheld; 5 or more.")],
        why: Annotated[str, argument(description="The reason; kept with it.")],
        base: Annotated[int, argument(description="Rounding base; 1 is exact.")] = 1,
        zeros_sensitive: Annotated[bool, argument(description="Withhold zeros too.")] = False,
        method: Annotated[
            ProtectionMethod, argument(description="How small counts are kept from readers.")
        ] = ProtectionMethod.SUPPRESSION,
        perturbation: Annotated[
            str, argument(description="CELL_KEY only: the perturbation table, such as D6V4J4.")
        ] = "",
        least_variance: Annotated[
            float, argument(description="CELL_KEY only: noise that averaging must leave.")
        ] = 1.0,
    ) -> PolicyPayload:
        """Propose."""
        context, chosen = info.context, Audience[audience.name]
        async with context.database.release() as session:
            made = await policies.propose(
                session,
                chosen,
                threshold,
                base,
                zeros_sensitive,
                why,
                context.principal,
                context.clock(),
                method=Method[method.name],
                perturbation=perturbation,
                least_variance=least_variance,
                secret_file=context.secret_file,
            )
        return PolicyPayload(policy=DisclosurePolicy.of(made), user_errors=[])

    @strawberry.mutation(description="Approve a proposed policy, as the second steward.")
    async def approve_policy(
        self, info: Ask, version: Annotated[strawberry.ID, argument(description="Its version.")]
    ) -> PolicyPayload:
        """Approve."""
        context = info.context
        async with context.database.release() as session:
            made = await policies.approve(session, version, context.principal, context.clock())
        return PolicyPayload(policy=DisclosurePolicy.of(made), user_errors=[])


def _agency(info: Ask) -> str:
    """The caller's own agency; nobody's for a caller without one."""
    return info.context.principal.agency or ""


async def _own(info: Ask, session: Any, return_id: str, line: str) -> Revision:
    """Find a return of the caller's agency; another agency's does not exist for it."""
    row = await current_revision(session, _uuid(return_id))
    if row is None or not allows(info.context.principal, line, agency=row.agency):
        raise NotFoundError("There is no such return.")
    return row


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise MalformedError("That is not the id of a return.") from None


async def _submitted(
    session: IntakeSession, answer: Submission, complete: Completeness
) -> SubmitReturnPayload:
    stored = None
    if answer.return_id is not None and answer.revision is not None:
        stored = await one_revision(session, answer.return_id, answer.revision)
    return SubmitReturnPayload.of(answer, complete, stored)


def _body(given: ReturnInput) -> bytes:
    """The same bytes as a REST push, so that one reader and one set of rules judge both."""
    rows = [_row(item) for item in given.observations]
    return json.dumps({"observations": rows, "note": given.note}).encode()


def _row(item: ObservationInput) -> dict[str, Any]:
    row: dict[str, Any] = {"indicator": item.indicator, "area": item.area}
    for name in ("period", "value", "status", "reason", "base", "note"):
        found = getattr(item, name)
        if found is not None:
            row[name] = int(found) if isinstance(found, float) and found.is_integer() else found
    if item.breakdown:
        row["breakdown"] = {one.dimension: one.category for one in item.breakdown}
    return row


def _refused(error: HubError, _: Arguments) -> ReturnPayload:
    return ReturnPayload(return_=None, findings=[], user_errors=[UserError.of(error)])


def _released(draft: drafts.Draft, at: datetime, seen: datetime | None = None) -> ReleasePayload:
    shown = ReleaseDraft.of(draft, seen, at)
    return ReleasePayload(release=shown, findings=[], user_errors=[], explanations=[])


def _release_refused(error: HubError, _: Arguments) -> ReleasePayload:
    return ReleasePayload.refused(error)


def _policy_refused(error: HubError, _: Arguments) -> PolicyPayload:
    return PolicyPayload(policy=None, user_errors=[UserError.of(error)])


def _submit_refused(error: HubError, given: Arguments) -> SubmitReturnPayload:
    return SubmitReturnPayload.refused(error, bool(given.get("dry_run")))


REFUSALS: dict[str, Refusal] = {
    **CALENDAR_REFUSALS,
    "submitReturn": _submit_refused,
    "signOffReturn": _refused,
    "withdrawReturn": _refused,
    "prepareRelease": _release_refused,
    "approveRelease": _release_refused,
    "publishRelease": _release_refused,
    "proposePolicy": _policy_refused,
    "approvePolicy": _policy_refused,
}
"""How each mutation answers an expected refusal: as data, by the contract."""

schema = strawberry.Schema(
    query=guarded(Query, "intake"), mutation=guarded(Mutation, "intake", REFUSALS)
)
"""The intake schema."""
