"""Releases in the making, as stewards see them."""

from datetime import datetime
from enum import Enum

import strawberry
from strawberry import enum_value as value

from hub.release import report
from hub.release.drafts import Draft, ReportLine
from hub.schema.intake.returns import Finding, UserError
from hub.vocabulary import Vocabulary, parse_period


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


@strawberry.type(description="One dimension's value in a hidden cell's breakdown.")
class CellBreakdown:
    """A dimension with its category."""

    dimension: str = strawberry.field(description="Code of the dimension.")
    category: str = strawberry.field(description="Code of the category.")


@strawberry.type(description="A hidden cell and why; for stewards. Never holds its count.")
class HiddenCell:
    """A line of the steward's report."""

    indicator: str = strawberry.field(description="Code of the indicator.")
    area: str = strawberry.field(description="Code of the area.")
    period: str = strawberry.field(description="Its period.")
    breakdown: list[CellBreakdown] = strawberry.field(description="For whom; empty for all.")
    role: str = strawberry.field(description="PRIMARY: small. SECONDARY: would reveal another.")
    rule: str = strawberry.field(
        description="The rule that hid it: SMALL_COUNT, WOULD_REVEAL, HIDDEN_FROM_PARTNERS."
    )
    low: int | None = strawberry.field(
        description="A reader must think this little possible; only for small cells."
    )
    high: int | None = strawberry.field(
        description="A reader must think this much possible; only for small cells."
    )
    forced_by: str | None = strawberry.field(description="The relations that forced it.")

    @classmethod
    def of(cls, line: ReportLine) -> "HiddenCell":
        """Show a line."""
        key = line.key
        return cls(
            indicator=key.indicator,
            area=key.area,
            period=key.period,
            breakdown=[CellBreakdown(dimension=d, category=c) for d, c in key.breakdown],
            role=line.role,
            rule=line.rule,
            low=line.low,
            high=line.high,
            forced_by=line.forced_by,
        )


@strawberry.type(description="What one indicator, area or period lost to protection.")
class Loss:
    """Counts of cells, never of people."""

    code: str = strawberry.field(description="Code of the indicator or area, or the period.")
    name: str = strawberry.field(description="Its name.")
    primary: int = strawberry.field(description="Cells hidden because small.")
    secondary: int = strawberry.field(description="Cells hidden to protect those.")
    shown: int = strawberry.field(description="Cells that readers see.")

    @classmethod
    def of(cls, row: report.Loss, name: str) -> "Loss":
        """Show a loss."""
        return cls(
            code=row.code, name=name, primary=row.primary, secondary=row.secondary, shown=row.shown
        )


@strawberry.type(description="What a release hides and why.")
class DisclosureReport:
    """The steward's report."""

    release: ReleaseDraft = strawberry.field(description="The release.")
    primary: int = strawberry.field(description="How many cells are hidden because small.")
    secondary: int = strawberry.field(description="How many are hidden to protect those.")
    by_indicator: list[Loss] = strawberry.field(description="The loss of each indicator.")
    by_area: list[Loss] = strawberry.field(description="The loss of each area.")
    by_period: list[Loss] = strawberry.field(description="The loss of each period.")
    cells: list[HiddenCell] = strawberry.field(description="Every hidden cell.")

    @classmethod
    def of(cls, found: report.Report, words: Vocabulary) -> "DisclosureReport":
        """Show a report."""
        primary = sum(line.role == "PRIMARY" for line in found.lines)
        titles = {one.code: words.indicator(one.code).title for one in found.by_indicator}
        names = {one.code: words.area(one.code).name for one in found.by_area}
        return cls(
            release=ReleaseDraft.of(found.draft),
            primary=primary,
            secondary=len(found.lines) - primary,
            by_indicator=[Loss.of(one, titles[one.code]) for one in found.by_indicator],
            by_area=[Loss.of(one, names[one.code]) for one in found.by_area],
            by_period=[Loss.of(one, parse_period(one.code).title) for one in found.by_period],
            cells=[HiddenCell.of(line) for line in found.lines],
        )
