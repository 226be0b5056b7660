"""A series as GraphQL shows it."""

from typing import cast

import strawberry

from hub.protected.releases import Release as ReleaseRow
from hub.protected.rows import Row, table_of
from hub.schema.naming import OfRows
from hub.schema.read.figures import Figure, RowFigure
from hub.schema.read.releases import Release
from hub.schema.read.row_figures import NO_PARTS, figure_told
from hub.schema.read.words import Area, Indicator, Period, period_named
from hub.views import series as views
from hub.vocabulary import Vocabulary, parse_period, rows


@strawberry.type(description="A period of a series with its figure.")
class SeriesPoint:
    """A point."""

    period: Period = strawberry.field(description="When.", metadata=period_named("row.period"))
    figure: Figure = strawberry.field(
        description="The figure, or why there is none.", metadata=figure_told()
    )


class RowPoint:
    """Stands for a :class:`SeriesPoint` and makes each field when it is asked for."""

    __slots__ = ("row", "words")

    def __init__(self, row: Row, words: Vocabulary) -> None:
        self.row = row
        self.words = words

    @property
    def period(self) -> Period:
        """When."""
        return Period.of(parse_period(self.row.period))

    @property
    def figure(self) -> Figure:
        """The figure; a series shows no parts of ratios."""
        return cast("Figure", RowFigure(self.row, NO_PARTS, self.words))


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
            points=cast(
                "list[SeriesPoint]",
                OfRows(table_of([point.row for point in points]), lambda row: RowPoint(row, words)),
            ),
        )
