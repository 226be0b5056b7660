"""Releases in the making, as stewards see them."""

from datetime import datetime
from enum import Enum

import strawberry
from strawberry import enum_value as value
from strawberry.types import Info

from hub.errors import DisclosureError, HubError
from hub.release import following, reporting
from hub.release import report as reckoning
from hub.release.drafts import Draft, ReportLine
from hub.release.report import By, Force, Opening, Report, opened
from hub.release.whatif import Alternative
from hub.schema.intake.context import IntakeContext
from hub.schema.intake.returns import Finding, UserError


@strawberry.enum(
    description="Who a release is made for; readers, files and commands say `partner`, `public`."
)
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


@strawberry.enum(description="Whether readers can see a release.")
class Visibility(Enum):
    """How far a release has come to its readers."""

    NOT_PUBLISHED = value("NOT_PUBLISHED", description="Nobody but stewards knows of it.")
    UNDER_EMBARGO = value("UNDER_EMBARGO", description="Published; readers see it later.")
    VISIBLE = value("VISIBLE", description="Readers see it.")

    @classmethod
    def of(cls, visible_from: datetime | None, at: datetime) -> "Visibility":
        """Say where a release stands that is seen from a moment on, None for never."""
        if visible_from is None:
            return cls.NOT_PUBLISHED
        return cls.UNDER_EMBARGO if visible_from > at else cls.VISIBLE


@strawberry.type(description="A setting of the method that protects a release, as published.")
class ProtectionSetting:
    """A setting."""

    name: str = strawberry.field(description="Name of the setting.")
    setting: str = strawberry.field(description="Its value.")


@strawberry.type(description="A release being made.")
class ReleaseDraft:
    """A draft."""

    id: strawberry.ID = strawberry.field(description="Id of the release.")
    audience: AudienceChoice = strawberry.field(description="Who it is for.")
    state: ReleaseState = strawberry.field(description="Where it stands.")
    content_hash: str = strawberry.field(description="Name this to approve what you saw.")
    policy_version: str = strawberry.field(description="The disclosure policy used.")
    method_settings: list[ProtectionSetting] = strawberry.field(
        description="The method with its settings: threshold, rounding base, perturbation table."
    )
    vocabulary_version: str = strawberry.field(description="The vocabulary used.")
    note: str | None = strawberry.field(description="Note on the release.")
    figures: int = strawberry.field(description="How many observations it holds.")
    prepared_at: datetime = strawberry.field(description="When it was prepared, UTC.")
    approved_at: datetime | None = strawberry.field(description="When it was approved.")
    published_at: datetime | None = strawberry.field(description="When it was published.")
    embargo_until: datetime | None = strawberry.field(
        description="From when readers see it, UTC; null once they do, or before it is published."
    )
    visibility: Visibility = strawberry.field(description="Whether readers can see it.")

    @classmethod
    def of(cls, draft: Draft, visible_from: datetime | None, at: datetime) -> "ReleaseDraft":
        """Show a draft as it is at a moment; readers see it from another, None for never."""
        visibility = Visibility.of(visible_from, at)
        return cls(
            id=strawberry.ID(draft.id),
            audience=AudienceChoice(str(draft.audience)),
            state=ReleaseState(str(draft.state)),
            content_hash=draft.content_hash,
            policy_version=draft.policy_version,
            method_settings=[
                ProtectionSetting(name=name, setting=setting)
                for name, setting in draft.protection.items()
            ],
            vocabulary_version=draft.vocabulary_version,
            note=draft.note,
            figures=draft.cells,
            prepared_at=draft.prepared_at,
            approved_at=draft.approved_at,
            published_at=draft.published_at,
            embargo_until=visible_from if visibility is Visibility.UNDER_EMBARGO else None,
            visibility=visibility,
        )


@strawberry.enum(description="Whether a release is still being prepared.")
class PreparationState(Enum):
    """States of a preparation."""

    RUNNING = value("RUNNING", description="Its server is at work.")
    LOST = value(
        "LOST",
        description="Its server stopped before it was done. Nothing was kept: prepare again.",
    )


@strawberry.type(
    description="A release being prepared, and how far it is: parts of a step, never a figure."
)
class Preparation:
    """Progress; gone once the release is prepared or refused."""

    audience: AudienceChoice = strawberry.field(description="Who it is for.")
    begun_at: datetime = strawberry.field(description="When it was begun, UTC.")
    state: PreparationState = strawberry.field(description="Whether somebody is still at it.")
    step: str = strawberry.field(
        description="What is done: `read`, `protect`, `sweep`, `attack` or `store`."
    )
    done: int = strawberry.field(description="Parts of the step that are done.")
    of: int = strawberry.field(description="Parts that the step has.")

    @classmethod
    def made(cls, one: following.Preparation) -> "Preparation":
        """Show a preparation."""
        return cls(
            audience=AudienceChoice(str(one.audience)),
            begun_at=one.begun_at,
            state=PreparationState.LOST if one.is_lost else PreparationState.RUNNING,
            step=one.step,
            done=one.done,
            of=one.of,
        )


@strawberry.type(description="The answer to an act on a release.")
class ReleasePayload:
    """Payload of prepareRelease, approveRelease and publishRelease."""

    release: ReleaseDraft | None = strawberry.field(description="The release, moved on.")
    findings: list[Finding] = strawberry.field(description="Always empty: findings are of returns.")
    user_errors: list[UserError] = strawberry.field(description="Why it was refused, if it was.")
    explanations: list[str] = strawberry.field(
        description="What a reader could prove, in plain words, where preparing was refused for "
        "it. Holds counts: for the steward who must decide what to withdraw, never to be passed on."
    )

    @classmethod
    def refused(cls, error: HubError) -> "ReleasePayload":
        """Show a refusal, with what a reader could prove if that was the reason."""
        words = error.explanations if isinstance(error, DisclosureError) else ()
        return cls(
            release=None, findings=[], user_errors=[UserError.of(error)], explanations=[*words]
        )


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
        description="As little as this stays possible, or less; made coarse. Null: not small."
    )
    high: int | None = strawberry.field(
        description="As much as this stays possible, or more; made coarse. Null: not small."
    )
    forced_by: str | None = strawberry.field(description="The relations that forced it.")

    @classmethod
    def of(cls, line: ReportLine, promise: int) -> "HiddenCell":
        """Show a line; ``promise`` is what the policy leaves possible at least."""
        key = line.key
        low, high = opened(line, promise) or (None, None)
        return cls(
            indicator=key.indicator,
            area=key.area,
            period=key.period,
            breakdown=[CellBreakdown(dimension=d, category=c) for d, c in key.breakdown],
            role=line.role,
            rule=line.rule,
            low=low,
            high=high,
            forced_by=line.forced_by,
        )


@strawberry.type(description="What one group of cells lost to protection.")
class Loss:
    """Counts of cells, never of people."""

    dimension: str = strawberry.field(
        description="What the group is one of: INDICATOR, AREA, PERIOD or BREAKDOWN."
    )
    code: str = strawberry.field(
        description="Code of the group; TOTAL for figures without a breakdown."
    )
    title: str = strawberry.field(description="The group in words.")
    name: str = strawberry.field(description="The same as the title.")
    cells: int = strawberry.field(description="Its supplied cells.")
    shown: int = strawberry.field(description="Cells that readers see.")
    hidden: int = strawberry.field(description="Cells that they do not.")
    primary: int = strawberry.field(description="Cells hidden because small.")
    secondary: int = strawberry.field(description="Cells hidden to protect those.")
    share: float = strawberry.field(description="Hidden cells in per cent, one decimal.")

    @classmethod
    def of(cls, loss: reckoning.Loss) -> "Loss":
        """Show a group."""
        return cls(
            dimension=str(loss.by),
            code=loss.code,
            title=loss.title,
            name=loss.title,
            cells=loss.cells,
            shown=loss.cells - loss.hidden,
            hidden=loss.hidden,
            primary=loss.primary,
            secondary=loss.secondary,
            share=round(loss.share, 1),
        )


@strawberry.type(
    description="How many small counts may be at least so large, for all one can prove."
)
class OpeningBand:
    """A band of openness."""

    at_least: int | None = strawberry.field(
        description="Null: complementary cells, no interval kept. 0: less than promised."
    )
    cells: int = strawberry.field(description="How many cells.")

    @classmethod
    def of(cls, opening: Opening) -> "OpeningBand":
        """Show a band."""
        return cls(at_least=opening.at_least, cells=opening.cells)


@strawberry.type(description="A relation between counts that forces cells to be hidden.")
class ForcingRelation:
    """A relation."""

    relation: str = strawberry.field(description="The relation in words.")
    cells: int = strawberry.field(description="How many cells it forced.")

    @classmethod
    def of(cls, force: Force) -> "ForcingRelation":
        """Show a relation."""
        return cls(relation=force.relation, cells=force.cells)


@strawberry.type(description="Another way to release the same returns, and what it would cost.")
class AlternativeRelease:
    """An alternative."""

    title: str = strawberry.field(description="The alternative in words.")
    outcome: str = strawberry.field(
        description="DONE; NOT_FINISHED: time was up; IMPOSSIBLE: nothing keeps the promise."
    )
    hidden: int | None = strawberry.field(description="Counts it would hide; null unless done.")
    shown: int | None = strawberry.field(description="Counts it would show; null unless done.")

    @classmethod
    def of(cls, one: Alternative) -> "AlternativeRelease":
        """Show an alternative."""
        return cls(title=one.title, outcome=str(one.outcome), hidden=one.hidden, shown=one.shown)


@strawberry.type(description="What a release hides and why.")
class DisclosureReport:
    """The steward's report."""

    draft: strawberry.Private[Draft]
    release: ReleaseDraft = strawberry.field(description="The release.")
    shown: int = strawberry.field(description="How many cells are shown.")
    primary: int = strawberry.field(description="How many cells are hidden because small.")
    secondary: int = strawberry.field(description="How many are hidden to protect those.")
    withheld: int = strawberry.field(
        description="Figures withheld because a hidden count is part of them."
    )
    loss: list[Loss] = strawberry.field(description="The loss, group by group.")
    by_indicator: list[Loss] = strawberry.field(description="Indicators that lost counts.")
    by_area: list[Loss] = strawberry.field(description="Areas that lost counts.")
    by_period: list[Loss] = strawberry.field(description="Periods that lost counts.")
    openings: list[OpeningBand] = strawberry.field(description="How open small counts stay.")
    forces: list[ForcingRelation] = strawberry.field(
        description="The ten relations that force most cells to be hidden."
    )
    cells: list[HiddenCell] = strawberry.field(description="Every hidden count.")

    @strawberry.field(
        description="Other policies and coarser tables measured on the same returns, the "
        "release's own policy first. Takes up to a minute; recorded."
    )
    async def alternatives(self, info: Info[IntakeContext, None]) -> list[AlternativeRelease]:
        """Compare."""
        context = info.context
        found = await reporting.compare(
            context.database, context.words, self.draft, context.principal, context.clock
        )
        return [AlternativeRelease.of(one) for one in found]

    @classmethod
    def of(cls, draft: Draft, shown: ReleaseDraft, report: Report) -> "DisclosureReport":
        """Show a report."""
        totals = report.totals
        return cls(
            draft=draft,
            release=shown,
            shown=totals.shown,
            primary=totals.primary,
            secondary=totals.secondary,
            withheld=totals.withheld,
            loss=[Loss.of(one) for one in report.loss],
            by_indicator=_lost(report, By.INDICATOR),
            by_area=_lost(report, By.AREA),
            by_period=_lost(report, By.PERIOD),
            openings=[OpeningBand.of(one) for one in report.openings],
            forces=[ForcingRelation.of(one) for one in report.forces],
            cells=[HiddenCell.of(line, report.promise) for line in report.lines],
        )


def _lost(report: Report, by: By) -> list[Loss]:
    """The groups of which a count is hidden."""
    return [Loss.of(one) for one in report.loss_by(by) if one.primary or one.secondary]
