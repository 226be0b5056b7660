"""Returns and their revisions as agencies see them."""

from datetime import datetime
from enum import Enum

import strawberry
from strawberry import enum_value as value

from hub.errors import HubError
from hub.returns import Finding as FindingRow
from hub.schema.intake.changes import Change
from hub.submissions.revisions import Revision as RevisionRow
from hub.submissions.revisions import Submission
from hub.validation import Completeness as CompletenessRow


@strawberry.enum(description="What a finding does.")
class Severity(Enum):
    """Severity of a finding."""

    ERROR = value("error", description="Blocks: nothing is stored.")
    QUERY = value("query", description="Needs a note before sign-off.")
    NOTICE = value("notice", description="Informs.")


@strawberry.enum(description="Where a revision stands.")
class ReturnState(Enum):
    """States of a revision."""

    SUBMITTED = value("SUBMITTED", description="Stored; a query still needs a note.")
    VALIDATED = value("VALIDATED", description="Stored, nothing open: ready for sign-off.")
    AGENCY_APPROVED = value("AGENCY_APPROVED", description="Signed off by a second person.")
    PARTNERSHIP_ACCEPTED = value("PARTNERSHIP_ACCEPTED", description="In an approved release.")
    PUBLISHED = value("PUBLISHED", description="In a published release.")
    SUPERSEDED = value("SUPERSEDED", description="Replaced by a later revision.")
    WITHDRAWN = value("WITHDRAWN", description="Taken back by the agency.")


@strawberry.type(description="One thing to know about a return: where, what, what is allowed.")
class Finding:
    """A finding."""

    severity: Severity = strawberry.field(description="What it does.")
    code: str = strawberry.field(description="Stable code of the rule.")
    message: str = strawberry.field(description="What is wrong, without repeating a number.")
    row: int | None = strawberry.field(description="Row of the body; a header is row 1.")
    column: str | None = strawberry.field(description="Column or field.")
    pointer: str | None = strawberry.field(description="JSON pointer (RFC 6901).")
    allowed: str | None = strawberry.field(description="What is allowed there.")

    @classmethod
    def of(cls, item: FindingRow) -> "Finding":
        """Show a finding."""
        return cls(
            severity=Severity(item.severity.value),
            code=item.code,
            message=item.message,
            row=item.row,
            column=item.column,
            pointer=item.pointer,
            allowed=item.allowed,
        )


@strawberry.type(description="An expected refusal: data, not an error.")
class UserError:
    """A refusal."""

    code: str = strawberry.field(description="Stable code.")
    message: str = strawberry.field(description="What to do next.")
    path: list[str] = strawberry.field(description="The argument it is about, if any.")

    @classmethod
    def of(cls, error: HubError, *path: str) -> "UserError":
        """Show a refusal."""
        return cls(code=error.code, message=error.message, path=list(path))


@strawberry.type(description="A return: its current revision. Counts are read over REST only.")
class Return:
    """A return."""

    id: strawberry.ID = strawberry.field(description="Id of the return.")
    dataset: str = strawberry.field(description="Code of the dataset.")
    agency: str = strawberry.field(description="Code of the agency.")
    period: str = strawberry.field(description="The return's period.")
    revision: int = strawberry.field(description="Number of the revision.")
    state: ReturnState = strawberry.field(description="Where it stands.")
    content_hash: str = strawberry.field(description="Name this to sign off what you saw.")
    rows: int = strawberry.field(description="How many observations it holds.")
    submitted_at: datetime = strawberry.field(description="When it came in, UTC.")

    @classmethod
    def of(cls, row: RevisionRow) -> "Return":
        """Show a revision."""
        return cls(
            id=strawberry.ID(str(row.return_id)),
            dataset=row.dataset,
            agency=row.agency,
            period=row.period,
            revision=row.number,
            state=ReturnState(str(row.state)),
            content_hash=row.content_hash,
            rows=row.rows,
            submitted_at=row.submitted_at,
        )


@strawberry.type(description="A return with its history and what validation said.")
class ReturnDetail:
    """A return in full, without its counts."""

    current: Return = strawberry.field(description="The current revision.")
    revisions: list[Return] = strawberry.field(description="Every revision, first to last.")
    findings: list[Finding] = strawberry.field(description="Findings of the current revision.")


@strawberry.type(description="How a return differs from the revision before, in observations.")
class ChangeCounts:
    """Counts of observations."""

    received: int = strawberry.field(description="Observations in the body.")
    added: int = strawberry.field(description="New ones.")
    changed: int = strawberry.field(description="With another content.")
    unchanged: int = strawberry.field(description="With the same content.")
    removed: int = strawberry.field(description="No longer there.")
    rejected: int = strawberry.field(description="Not taken.")


@strawberry.type(description="How much of what a dataset asks for a return holds.")
class ReturnCompleteness:
    """Expected and received."""

    expected: int = strawberry.field(description="Indicator and area pairs asked for.")
    received: int = strawberry.field(description="Those that came, stated reasons included.")


@strawberry.type(description="The answer to a submission.")
class SubmitReturnPayload:
    """Payload of submitReturn."""

    return_: Return | None = strawberry.field(name="return", description="What is stored.")
    created: bool = strawberry.field(description="Whether a new revision was made.")
    dry_run: bool = strawberry.field(description="Whether nothing was to be stored.")
    content_hash: str | None = strawberry.field(description="Hash of the content sent.")
    counts: ChangeCounts | None = strawberry.field(description="What it changed.")
    completeness: ReturnCompleteness | None = strawberry.field(description="How complete it is.")
    changes: list[Change] = strawberry.field(description="Of a dry run: what would change.")
    findings: list[Finding] = strawberry.field(description="Every finding, not the first.")
    user_errors: list[UserError] = strawberry.field(description="Why it was refused, if it was.")

    @classmethod
    def of(
        cls, answer: Submission, complete: CompletenessRow, stored: RevisionRow | None
    ) -> "SubmitReturnPayload":
        """Show an accepted submission."""
        counts = {name: getattr(answer.counts, name) for name in answer.counts.__slots__}
        return cls(
            return_=Return.of(stored) if stored else None,
            created=answer.created,
            dry_run=answer.dry_run,
            content_hash=answer.content_hash,
            counts=ChangeCounts(**counts),
            completeness=ReturnCompleteness(expected=complete.expected, received=complete.received),
            changes=[Change.of(item) for item in answer.changes],
            findings=[Finding.of(item) for item in answer.findings],
            user_errors=[],
        )

    @classmethod
    def refused(cls, error: HubError, dry_run: bool) -> "SubmitReturnPayload":
        """Show a refusal with its findings."""
        found = getattr(error, "findings", ())
        return cls(
            return_=None,
            created=False,
            dry_run=dry_run,
            content_hash=None,
            counts=None,
            completeness=None,
            changes=[],
            findings=[Finding.of(item) for item in found],
            user_errors=[UserError.of(error, "input")],
        )


@strawberry.type(description="The answer to a sign-off or withdrawal.")
class ReturnPayload:
    """Payload of signOffReturn and withdrawReturn."""

    return_: Return | None = strawberry.field(name="return", description="The return, moved on.")
    findings: list[Finding] = strawberry.field(description="Findings of the revision.")
    user_errors: list[UserError] = strawberry.field(description="Why it was refused, if it was.")


@strawberry.input(description="One dimension's value in a breakdown.")
class BreakdownInput:
    """A dimension with its category."""

    dimension: str = strawberry.field(description="Code of the dimension.")
    category: str = strawberry.field(description="Code of the category.")


@strawberry.input(description="One observation: exactly one of value and status.")
class ObservationInput:
    """An observation as the contract has it."""

    indicator: str = strawberry.field(description="Code of the indicator.")
    area: str = strawberry.field(description="Code of the area.")
    period: str | None = strawberry.field(
        default=None, description="Its period, if not the return's."
    )
    breakdown: list[BreakdownInput] | None = strawberry.field(
        default=None, description="For whom; left out for the total."
    )
    value: float | None = strawberry.field(default=None, description="The count.")
    status: str | None = strawberry.field(default=None, description="`x` or `z`.")
    reason: str | None = strawberry.field(default=None, description="Reason code of x or z.")
    base: float | None = strawberry.field(default=None, description="Base of a stated figure.")
    note: str | None = strawberry.field(default=None, description="Note of the agency.")


@strawberry.input(description="A return: the same content as the REST body.")
class ReturnInput:
    """A return to submit."""

    dataset: str = strawberry.field(description="Code of the dataset.")
    agency: str = strawberry.field(description="Code of the agency.")
    period: str = strawberry.field(description="The return's period.")
    observations: list[ObservationInput] = strawberry.field(description="What is reported.")
    note: str | None = strawberry.field(default=None, description="Note on the whole return.")
