"""A series as GraphQL shows it."""

import strawberry

from hub.protected.releases import Release as ReleaseRow
from hub.schema.read.figures import Figure
from hub.schema.read.releases import Release
from hub.schema.read.words import Area, Indicator, Period
from hub.views import series as views
from hub.vocabulary import Vocabulary, rows


@strawberry.type(description="A period of a series with its figure.")
class SeriesPoint:
    """A point."""

    period: Period = strawberry.field(description="When.")
    figure: Figure = strawberry.field(description="The figure, or why there is none.")


@strawberry.type(description="One indicator over time in one area.")
class Series:
    """A series."""

    indicator: Indicator = strawberry.field(description="What is counted.")
    area: Area = strawberry.field(description="Where.")
    release: Release = strawberry.field(description="The release the figures are from.")
    points: list[SeriesPoint] = strawberry.field(description="Every period in order, gaps too.")

    @classmethod
    def of(
        cls,
        indicator: rows.Indicator,
        area: rows.Area,
        release: ReleaseRow,
        points: tuple[views.Point, ...],
        words: Vocabulary,
    ) -> "Series":
        """Show a series."""
        return cls(
            indicator=Indicator.of(indicator.code, words),
            area=Area.of(area),
            release=Release.of(release),
            points=[
                SeriesPoint(period=Period.of(point.period), figure=Figure.of(point.figure))
                for point in points
            ],
        )
