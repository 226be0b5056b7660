"""A series as GraphQL shows it."""

from typing import cast

import strawberry

from hub.protected.releases import Release as ReleaseRow
from hub.protected.rows import Row
from hub.schema.naming import OfRows
from hub.schema.read.figures import Figure, RowFigure
from hub.schema.read.releases import Release
from hub.schema.read.row_figures import NO_PARTS, figure_told
from hub.schema.read.words import Area, Indicator, Period, period_named
from hub.views import series as views
from hub.vocabulary import Vocabulary, parse_period


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
        cls, indicator: str, area: str, release: ReleaseRow, line: views.Line, words: Vocabulary
    ) -> "Series":
        """Show a series."""
        return cast("Series", ShownSeries(indicator, area, release, line, words))


class ShownSeries:
    """Stands for a :class:`Series`, and makes a field when it is asked for."""

    __slots__ = ("_area", "_indicator", "_line", "_release", "_words")

    def __init__(
        self, indicator: str, area: str, release: ReleaseRow, line: views.Line, words: Vocabulary
    ) -> None:
        self._indicator = indicator
        self._area = area
        self._release = release
        self._line = line
        self._words = words

    @property
    def indicator(self) -> Indicator:
        """What is counted."""
        return Indicator.of(self._indicator, self._words)

    @property
    def area(self) -> Area:
        """Where."""
        return Area.of(self._words.area(self._area))

    @property
    def release(self) -> Release:
        """The release the figures are from."""
        return Release.of(self._release)

    @property
    def points(self) -> list[SeriesPoint]:
        """Every period in order."""
        words = self._words
        made = OfRows(self._line.table, lambda row: RowPoint(row, words))
        return cast("list[SeriesPoint]", made)
