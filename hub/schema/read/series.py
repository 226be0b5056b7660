"""A series as GraphQL shows it."""

from types import MappingProxyType
from typing import cast

import strawberry

from hub.protected.observations import Cells
from hub.protected.releases import Release as ReleaseRow
from hub.schema.read.figures import Figure, RowFigure
from hub.schema.read.releases import Release
from hub.schema.read.words import Area, Indicator, Period, period_named
from hub.views import series as views
from hub.vocabulary import Vocabulary, rows


@strawberry.type(description="A period of a series with its figure.")
class SeriesPoint:
    """A point."""

    period: Period = strawberry.field(description="When.", metadata=period_named("point.period.id"))
    figure: Figure = strawberry.field(description="The figure, or why there is none.")


NO_PARTS: Cells = MappingProxyType({})


class ShownPoint:
    """Stands for a :class:`SeriesPoint` and makes each field when it is asked for."""

    __slots__ = ("point",)

    def __init__(self, point: views.Point) -> None:
        self.point = point

    @property
    def period(self) -> Period:
        """When."""
        return Period.of(self.point.period)

    @property
    def figure(self) -> Figure:
        """The figure; a series shows no parts of ratios."""
        point = self.point
        if point.row is None:
            return Figure.of(point.figure)
        return cast("Figure", RowFigure(point.row, NO_PARTS, point.words))


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
            points=[cast("SeriesPoint", ShownPoint(point)) for point in points],
        )
