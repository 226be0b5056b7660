"""Releases in the making, as stewards see them."""

from datetime import datetime
from enum import Enum

import strawberry
from strawberry import enum_value as value

from hub.release.drafts import Draft, ReportLine
from hub.schema.intake.returns import Finding, UserError
from hub.vocabulary import breakdown_text


@strawberry.enum(description="Who a release is made for.")
class AudienceChoice(Enum):
    """Audiences."""

    PARTNER = value("partner", description="Named analysts of the partnership.")
    PUBLIC = value("public", description="Anyone; rounded, with a higher threshold.")


@strawberry.enum(description="Where a release stands.")
class ReleaseState(Enum):
    """States of a release."""

    PREPARED = value("PREPARED", description="Protected and attacked; waits for approval.")
    APPROVED = value("APPROVED", description="Approved by a second steward.")
    PUBLISHED = value("PUBLISHED", description="Readers see it, or will after its embargo.")


@strawberry.type(description="A release being made.")
class ReleaseDraft:
    """A draft."""

    id: strawberry.ID = strawberry.field(description="Id of the release.")
    audience: AudienceChoice = strawberry.field(description="Who it is for.")
    state: ReleaseState = strawberry.field(description="Where it stands.")
    content_hash: str = strawberry.field(description="Name this to approve what you saw.")
    policy_version: str = strawberry.field(description="The disclosure policy used.")
    vocabulary_version: str = strawberry.field(description="The vocabulary used.")
    note: str | None = strawberry.field(description="Note on the release.")
    figures: int = strawberry.field(description="How many observations it holds.")
    prepared_at: datetime = strawberry.field(description="When it was prepared, UTC.")
    approved_at: datetime | None = strawberry.field(description="When it was approved.")
    published_at: datetime | None = strawberry.field(description="When it was published.")

    @classmethod
    def of(cls, draft: Draft) -> "ReleaseDraft":
        """Show a draft."""
        return cls(
            id=strawberry.ID(draft.id),
            audience=AudienceChoice(str(draft.audience)),
            state=ReleaseState(str(draft.state)),
            content_hash=draft.content_hash,
            policy_version=draft.policy_version,
            vocabulary_version=draft.vocabulary_version,
            note=draft.note,
            figures=draft.cells,
            prepared_at=draft.prepared_at,
            approved_at=draft.approved_at,
            published_at=draft.published_at,
        )


@strawberry.type(description="The answer to an act on a release.")
class ReleasePayload:
    """Payload of prepareRelease, approveRelease and publishRelease."""

    release: ReleaseDraft | None = strawberry.field(description="The release, moved on.")
    findings: list[Finding] = strawberry.field(description="Always empty: findings are of returns.")
    user_errors: list[UserError] = strawberry.field(description="Why it was refused, if it was.")


@strawberry.type(description="A hidden cell and why; for stewards. Never holds its count.")
class HiddenCell:
    """A line of the steward's report."""

    indicator: str = strawberry.field(description="Code of the indicator.")
    area: str = strawberry.field(description="Code of the area.")
    period: str = strawberry.field(description="Its period.")
    breakdown: str = strawberry.field(description="Its breakdown; empty for the total.")
    role: str = strawberry.field(description="PRIMARY: small. SECONDARY: would reveal another.")
    rule: str = strawberry.field(description="The rule that hid it.")
    low: int | None = strawberry.field(description="Lower end of the interval left open.")
    high: int | None = strawberry.field(description="Upper end of the interval left open.")
    forced_by: str | None = strawberry.field(description="The relations that forced it.")

    @classmethod
    def of(cls, line: ReportLine) -> "HiddenCell":
        """Show a line."""
        key = line.key
        return cls(
            indicator=key.indicator,
            area=key.area,
            period=key.period,
            breakdown=breakdown_text(key.breakdown),
            role=line.role,
            rule=line.rule,
            low=line.low,
            high=line.high,
            forced_by=line.forced_by,
        )


@strawberry.type(description="What a release hides and why.")
class DisclosureReport:
    """The steward's report."""

    release: ReleaseDraft = strawberry.field(description="The release.")
    primary: int = strawberry.field(description="How many cells are hidden because small.")
    secondary: int = strawberry.field(description="How many are hidden to protect those.")
    cells: list[HiddenCell] = strawberry.field(description="Every hidden cell.")
