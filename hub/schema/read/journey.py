"""The cross-agency victim journey as GraphQL shows it."""

from typing import Annotated, Any, cast

import strawberry

from hub.protected.releases import Release as ReleaseRow
from hub.schema.naming import OfRows, Table
from hub.schema.read.enums import GRADES, Comparability
from hub.schema.read.figures import Figure, view_told
from hub.schema.read.releases import Release
from hub.schema.read.row_figures import figure_told
from hub.schema.read.words import (
    Agency,
    Area,
    Period,
    agency_named,
    area_named,
    period_named,
)
from hub.views import journey as views


@strawberry.type(description="A count inside a stage, such as crimes within all records.")
class StagePart:
    """A part of a stage."""

    code: str = strawberry.field(description="The indicator, with its category if any.")
    title: str = strawberry.field(description="Its name.")
    figure: Figure = strawberry.field(description="The count.")


@strawberry.type(
    description="A stage of the journey: a separate count, not people followed over time."
)
class Stage:
    """A stage."""

    code: str = strawberry.field(description="Code of the stage.")
    title: str = strawberry.field(description="What happened to the victim here.")
    band: str = strawberry.field(description="Reported, referred, changed, justice or missing.")
    agency: Agency | None = strawberry.field(
        description="Who owns the figure.", metadata=agency_named("agency_code")
    )
    unit: str = strawberry.field(description="What one is. Stages count different things.")
    period: Period | None = strawberry.field(
        description="The figure's own period.", metadata=period_named("period_id")
    )
    area: Area = strawberry.field(
        description="The figure's own area.", metadata=area_named("view.area.code")
    )
    figure: Figure = strawberry.field(
        description="The count, or why there is none.", metadata=figure_told()
    )
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
    def of(cls, view: views.StageView) -> "Stage":
        """Show a stage."""
        return cast("Stage", ShownStage(view))


class ShownStage:
    """Stands for a :class:`Stage`: makes a field when it is asked for, and tells the view's own."""

    __slots__ = ("view",)

    def __init__(self, view: views.StageView) -> None:
        self.view = view

    def __getattr__(self, name: str) -> Any:
        """Tell what is the same in the view."""
        return getattr(self.view, name)

    @property
    def agency_code(self) -> str | None:
        """Code of the agency that owns the figure."""
        return self.view.agency.code if self.view.agency else None

    @property
    def agency(self) -> Agency | None:
        """Who owns the figure."""
        return Agency.of(self.view.agency) if self.view.agency else None

    @property
    def period_id(self) -> str | None:
        """The period's string."""
        return self.view.period.id if self.view.period else None

    @property
    def period(self) -> Period | None:
        """The figure's own period."""
        return Period.of(self.view.period) if self.view.period else None

    @property
    def area(self) -> Area:
        """The figure's own area."""
        return Area.of(self.view.area)

    @property
    def figure(self) -> Figure:
        """The count."""
        return Figure.of(self.view.figure)

    @property
    def parts(self) -> list[StagePart]:
        """Counts within this one."""
        return [
            StagePart(code=part.code, title=part.title, figure=Figure.of(part.figure))
            for part in self.view.parts
        ]

    @property
    def nested(self) -> list[Stage]:
        """Stages within this one."""
        return [Stage.of(inner) for inner in self.view.nested]

    @property
    def target(self) -> Figure | None:
        """The planned level."""
        return Figure.of(self.view.target) if self.view.target else None


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
    ratio: Figure = strawberry.field(
        description="The ratio, with both its parts.", metadata=view_told("view.ratio")
    )
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
    def of(cls, view: views.LinkView) -> "JourneyLink":
        """Show a link."""
        return cast("JourneyLink", ShownLink(view))


class ShownLink:
    """Stands for a :class:`JourneyLink`, as :class:`ShownStage` does for a stage."""

    __slots__ = ("view",)

    def __init__(self, view: views.LinkView) -> None:
        self.view = view

    def __getattr__(self, name: str) -> Any:
        """Tell what is the same in the view."""
        return getattr(self.view, name)

    @property
    def from_(self) -> str:
        """Code of the stage divided by."""
        return self.view.source

    @property
    def to(self) -> str:
        """Code of the stage divided."""
        return self.view.target

    @property
    def ratio(self) -> Figure:
        """The ratio."""
        return Figure.of(self.view.ratio)

    @property
    def period_overlap(self) -> float:
        """Share of the shorter period's months that both cover."""
        return self.view.overlap

    @property
    def comparability(self) -> Comparability:
        """How far the two compare."""
        return GRADES[self.view.grade]

    @property
    def caveats(self) -> list[Caveat]:
        """What to keep in mind."""
        return [Caveat(code=item.code, text=item.text) for item in self.view.caveats]


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
        return cast("Journey", ShownJourney(view, release))


class ShownJourney:
    """Stands for a :class:`Journey`, and makes a field when it is asked for."""

    __slots__ = ("_release", "_view")

    def __init__(self, view: views.Journey, release: ReleaseRow) -> None:
        self._view = view
        self._release = release

    @property
    def area(self) -> Area:
        """The area asked for."""
        return Area.of(self._view.area)

    @property
    def period(self) -> Period:
        """The period asked for."""
        return Period.of(self._view.period)

    @property
    def release(self) -> Release:
        """The release the figures are from."""
        return Release.of(self._release)

    @property
    def stages(self) -> list[Stage]:
        """The stages."""
        return cast("list[Stage]", OfRows(cast("Table", self._view.stages), Stage.of))

    @property
    def links(self) -> list[JourneyLink]:
        """Ratios between stages."""
        return [JourneyLink.of(link) for link in self._view.links]

    @property
    def missing(self) -> list[MissingStage]:
        """What no agency supplied."""
        return [MissingStage.of(item) for item in self._view.missing]
