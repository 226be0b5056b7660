"""Measures against targets as GraphQL shows them."""

from enum import Enum

import strawberry
from strawberry import enum_value as value

from hub.protected.releases import Release as ReleaseRow
from hub.schema.read.enums import Direction
from hub.schema.read.figures import Figure
from hub.schema.read.releases import Release
from hub.schema.read.words import Area, Indicator, Period
from hub.views import comparison, outlook
from hub.views import performance as views
from hub.vocabulary import Vocabulary


@strawberry.enum(description="Where a figure stands against the level planned to date.")
class Standing(Enum):
    """Red, amber, green, and what cannot be judged."""

    RED = value("red", description="Significant concern: missed by more than the tolerance.")
    AMBER = value("amber", description="Some concerns: missed by no more than the tolerance.")
    GREEN = value("green", description="Generally satisfied: the planned level is met.")
    MONITORING = value("monitoring", description="Monitoring only: there is no target.")
    UNKNOWN = value(
        "unknown", description="Not judged: no figure, a suppressed one, or no planned level."
    )


@strawberry.type(description="A figure against another one, which `other` names.")
class Comparison:
    """A comparison."""

    other: Figure = strawberry.field(description="What it is compared with.")
    difference: Figure = strawberry.field(description="How far apart, in the unit of the two.")
    percent: Figure = strawberry.field(description="How far apart, in per cent of `other`.")

    @classmethod
    def of(cls, view: comparison.Comparison) -> "Comparison":
        """Show a comparison."""
        return cls(
            other=Figure.of(view.other),
            difference=Figure.of(view.difference),
            percent=Figure.of(view.percent),
        )


@strawberry.type(description="The rule by which a measure is judged.")
class MeasureRule:
    """A rule."""

    direction: Direction = strawberry.field(description="Which way is good.")
    tolerance: float = strawberry.field(description="Per cent of the level that is still amber.")
    profile: str = strawberry.field(
        description="`LISTED`: the level to date was returned. `LINEAR`: a straight line."
    )
    target: str | None = strawberry.field(description="Code of the target, if there is one.")


@strawberry.type(description="A month or quarter of the financial year.")
class MeasurePoint:
    """A point."""

    period: Period = strawberry.field(description="The month or quarter.")
    actual: Figure = strawberry.field(description="Its own figure.")
    cumulative: Figure = strawberry.field(
        description="The year to its end; never carried forward past the last month observed."
    )
    profile: Figure = strawberry.field(description="The level planned by its end.")

    @classmethod
    def of(cls, point: outlook.Outlook) -> "MeasurePoint":
        """Show a point."""
        return cls(
            period=Period.of(point.period),
            actual=Figure.of(point.actual),
            cumulative=Figure.of(point.cumulative),
            profile=Figure.of(point.profile),
        )


@strawberry.type(description="A measure of an area as at a month.")
class Measure:
    """A measure."""

    code: str = strawberry.field(description="Code of the measure.")
    title: str = strawberry.field(description="What is aimed at.")
    note: str = strawberry.field(description="What to know about it.")
    indicator: Indicator = strawberry.field(description="What is counted.")
    rule: MeasureRule = strawberry.field(description="The rule by which it is judged.")
    standing: Standing = strawberry.field(description="Red, amber, green, or not judged.")
    words: str = strawberry.field(description="The standing in the partnership's words.")
    reason: str = strawberry.field(description="Why it stands there, in words.")
    period: Period | None = strawberry.field(
        description="The year to date, up to the last month observed."
    )
    last_observed: Period | None = strawberry.field(
        description="The last month (or quarter) observed, that `actual` is of."
    )
    actual: Figure = strawberry.field(description="The figure of the last month or quarter alone.")
    actual_last_year: Comparison = strawberry.field(
        description="`actual` against the same month or quarter a year earlier."
    )
    cumulative: Figure = strawberry.field(description="The figure of the year to date.")
    profile: Comparison = strawberry.field(
        description="`cumulative` against the level planned for the same months."
    )
    last_year: Comparison = strawberry.field(
        description="`cumulative` against the same months a year earlier."
    )
    year_target: Figure = strawberry.field(description="The level planned for the whole year.")
    points: list[MeasurePoint] = strawberry.field(
        description="The financial year in months, or quarters where only these are returned."
    )

    @classmethod
    def of(cls, view: views.MeasureView, words: Vocabulary) -> "Measure":
        """Show a measure."""
        rule = view.measure
        return cls(
            code=rule.code,
            title=rule.title,
            note=rule.note,
            indicator=Indicator.of(view.indicator.code, words),
            rule=MeasureRule(
                direction=Direction(rule.direction.value),
                tolerance=rule.tolerance,
                profile=rule.profile.value,
                target=rule.target,
            ),
            standing=Standing(view.standing.value),
            words=view.words,
            reason=view.reason,
            period=Period.of(view.period) if view.period else None,
            last_observed=Period.of(view.last) if view.last else None,
            actual=Figure.of(view.actual),
            actual_last_year=Comparison.of(view.actual_last_year),
            cumulative=Figure.of(view.cumulative),
            profile=Comparison.of(view.profile),
            last_year=Comparison.of(view.last_year),
            year_target=Figure.of(view.year_target),
            points=[MeasurePoint.of(point) for point in view.outlook],
        )


@strawberry.type(description="The measures of an area against their targets, exceptions first.")
class Performance:
    """A report."""

    area: Area = strawberry.field(description="The area asked for.")
    as_at: Period = strawberry.field(description="What was asked for; its last month counts.")
    release: Release = strawberry.field(description="The release the figures are from.")
    measures: list[Measure] = strawberry.field(
        description="Red, amber, not judged, green, monitored: each in the measures' own order."
    )

    @classmethod
    def of(cls, view: views.Performance, release: ReleaseRow, words: Vocabulary) -> "Performance":
        """Show a report."""
        return cls(
            area=Area.of(view.area),
            as_at=Period.of(view.as_at),
            release=Release.of(release),
            measures=[Measure.of(item, words) for item in view.measures],
        )
