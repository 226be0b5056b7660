"""The cross-agency victim journey as GraphQL shows it."""

from typing import Annotated

import strawberry

from hub.protected.releases import Release as ReleaseRow
from hub.schema.read.enums import GRADES, Comparability
from hub.schema.read.figures import Figure
from hub.schema.read.releases import Release
from hub.schema.read.words import Agency, Area, Period
from hub.views import journey as views


@strawberry.type(description="A count inside a stage, such as crimes within all records.")
class StagePart:
    """A part of a stage."""

    code: str = strawberry.field(description="The indicator, with its category if any.")
    title: str = strawberry.field(description="Its name.")
    figure: Figure = strawberry.field(description="The count.")

    @classmethod
    def of(cls, part: views.Part) -> "StagePart":
        """Show a part."""
        return cls(code=part.code, title=part.title, figure=Figure.of(part.figure))


@strawberry.type(
    description="A stage of the journey: a separate count, not people followed over time."
)
class Stage:
    """A stage."""

    code: str = strawberry.field(description="Code of the stage.")
    title: str = strawberry.field(description="What happened to the victim here.")
    band: str = strawberry.field(description="Reported, referred, changed, justice or missing.")
    agency: Agency | None = strawberry.field(description="Who owns the figure.")
    unit: str = strawberry.field(description="What one is. Stages count different things.")
    period: Period | None = strawberry.field(description="The figure's own period.")
    area: Area = strawberry.field(description="The figure's own area.")
    figure: Figure = strawberry.field(description="The count, or why there is none.")
    parts: list[StagePart] = strawberry.field(description="Counts within this one.")
    nested: list[Annotated["Stage", strawberry.lazy("hub.schema.read.journey")]] = strawberry.field(
        description="Stages within this one by the same source, such as engaged."
    )
    target: Figure | None = strawberry.field(description="The planned level, if one was returned.")
    same_period: bool = strawberry.field(
        description="Whether the period is that of the first stage."
    )
    note: str = strawberry.field(description="What to know about it.")

    @classmethod
    def of(cls, stage: views.StageView) -> "Stage":
        """Show a stage."""
        return cls(
            code=stage.code,
            title=stage.title,
            band=stage.band,
            agency=Agency.of(stage.agency) if stage.agency else None,
            unit=stage.unit,
            period=Period.of(stage.period) if stage.period else None,
            area=Area.of(stage.area),
            figure=Figure.of(stage.figure),
            parts=[StagePart.of(part) for part in stage.parts],
            nested=[cls.of(inner) for inner in stage.nested],
            target=Figure.of(stage.target) if stage.target else None,
            same_period=stage.same_period,
            note=stage.note,
        )


@strawberry.type(description="A sentence that travels with a ratio.")
class Caveat:
    """A caveat."""

    code: str = strawberry.field(description="Code of the caveat.")
    text: str = strawberry.field(description="What to keep in mind.")


@strawberry.type(description="A ratio between two stages. Never a conversion rate.")
class JourneyLink:
    """A link."""

    code: str = strawberry.field(description="Code of the link.")
    title: str = strawberry.field(description="In words.")
    from_: str = strawberry.field(name="from", description="Code of the stage divided by.")
    to: str = strawberry.field(description="Code of the stage divided.")
    per: int = strawberry.field(description="Per how many of the first stage.")
    ratio: Figure = strawberry.field(description="The ratio, with both its parts.")
    period_overlap: float = strawberry.field(
        description="Share of the shorter period's months that both cover, 0 to 1."
    )
    common_months: int = strawberry.field(description="How many months both cover.")
    longest_months: int = strawberry.field(description="Months of the longer period.")
    unit_match: bool = strawberry.field(description="Whether both count the same thing.")
    area_match: bool = strawberry.field(description="Whether both are of the same area.")
    source_filter: str | None = strawberry.field(
        description="Which part of the numerator came from the first stage, if restricted."
    )
    comparability: Comparability = strawberry.field(description="How far the two compare.")
    caveats: list[Caveat] = strawberry.field(description="What to keep in mind.")

    @classmethod
    def of(cls, link: views.LinkView) -> "JourneyLink":
        """Show a link."""
        return cls(
            code=link.code,
            title=link.title,
            from_=link.source,
            to=link.target,
            per=link.per,
            ratio=Figure.of(link.ratio),
            period_overlap=link.overlap,
            common_months=link.common_months,
            longest_months=link.longest_months,
            unit_match=link.unit_match,
            area_match=link.area_match,
            source_filter=link.source_filter,
            comparability=GRADES[link.grade],
            caveats=[Caveat(code=item.code, text=item.text) for item in link.caveats],
        )


@strawberry.type(description="A stage without a figure, and who could give it.")
class MissingStage:
    """A missing stage."""

    code: str = strawberry.field(description="Code of the stage.")
    title: str = strawberry.field(description="What is missing.")
    agency: Agency | None = strawberry.field(description="Who owns the figure.")
    reason: str = strawberry.field(description="Why it is missing, in words.")
    symbol: str | None = strawberry.field(description="`x`, `z`, or nothing if not returned.")

    @classmethod
    def of(cls, item: views.MissingView) -> "MissingStage":
        """Show a missing stage."""
        return cls(
            code=item.code,
            title=item.title,
            agency=Agency.of(item.agency) if item.agency else None,
            reason=item.figure.reason or "",
            symbol=item.figure.symbol,
        )


@strawberry.type(
    description="The victim journey across agencies: reported, referred, engaged, outcome; "
    "prosecuted, convicted."
)
class Journey:
    """A journey."""

    area: Area = strawberry.field(description="The area asked for.")
    period: Period = strawberry.field(description="The period asked for.")
    release: Release = strawberry.field(description="The release the figures are from.")
    stages: list[Stage] = strawberry.field(description="The stages, in order.")
    links: list[JourneyLink] = strawberry.field(description="Ratios between stages.")
    missing: list[MissingStage] = strawberry.field(description="What no agency supplied, and why.")

    @classmethod
    def of(cls, view: views.Journey, release: ReleaseRow) -> "Journey":
        """Show a journey."""
        return cls(
            area=Area.of(view.area),
            period=Period.of(view.period),
            release=Release.of(release),
            stages=[Stage.of(stage) for stage in view.stages],
            links=[JourneyLink.of(link) for link in view.links],
            missing=[MissingStage.of(item) for item in view.missing],
        )
