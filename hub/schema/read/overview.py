"""The Marac overview as GraphQL shows it."""

from enum import Enum

import strawberry
from strawberry import enum_value as value

from hub.protected.releases import Release as ReleaseRow
from hub.schema.read.figures import Figure
from hub.schema.read.releases import Release
from hub.schema.read.words import Area, Indicator, Period
from hub.views import overview as views
from hub.vocabulary import Vocabulary


@strawberry.enum(description="What a column of the overview is.")
class Comparator(Enum):
    """Mirrors the view's comparators with their descriptions."""

    UK = value("UK", description="The whole United Kingdom.")
    RECOMMENDED = value(
        "RECOMMENDED", description="What SafeLives recommends, for the first area asked for."
    )
    SIMILAR = value("SIMILAR", description="The most similar group of the area's police force.")
    REGION = value("REGION", description="The region in which the area or its force lies.")
    FORCE = value("FORCE", description="The police force area in which the area lies.")
    AREA = value("AREA", description="An area that was asked for; always shown.")


@strawberry.type(description="A column of the overview: whose figures it holds.")
class OverviewColumn:
    """A column."""

    comparator: Comparator = strawberry.field(description="What it is compared as.")
    title: str = strawberry.field(description="Its heading.")
    area: Area = strawberry.field(description="The place its figures are of.")


@strawberry.type(description="A line of the overview.")
class OverviewRow:
    """A line."""

    indicator: Indicator = strawberry.field(description="What is counted.")
    cells: list[Figure] = strawberry.field(
        description="One figure for each column, in the order of `columns`."
    )


@strawberry.type(description="A band of the overview: performance, resources, referrals …")
class OverviewBand:
    """A band."""

    code: str = strawberry.field(description="Code of the band, such as `RESOURCES`.")
    title: str = strawberry.field(description="Its heading.")
    rows: list[OverviewRow] = strawberry.field(description="Its lines, in order.")


@strawberry.type(description="A comparator that is not shown, and why.")
class LeftOutComparator:
    """A comparator left out."""

    comparator: Comparator = strawberry.field(description="What it would be compared as.")
    area: Area = strawberry.field(description="The group.")
    reason: str = strawberry.field(description="Why it is not shown.")


@strawberry.type(description="The Marac portal's grid: indicators down, comparators across.")
class Overview:
    """An overview."""

    period: Period = strawberry.field(description="The period asked for; no other stands in.")
    release: Release = strawberry.field(description="The release the figures are from.")
    columns: list[OverviewColumn] = strawberry.field(description="What stands across.")
    bands: list[OverviewBand] = strawberry.field(description="What stands down, in bands.")
    left_out: list[LeftOutComparator] = strawberry.field(
        description="Comparators that are not shown, such as a group of fewer than three members."
    )

    @classmethod
    def of(cls, view: views.Overview, release: ReleaseRow, words: Vocabulary) -> "Overview":
        """Show an overview."""
        return cls(
            period=Period.of(view.period),
            release=Release.of(release),
            columns=[
                OverviewColumn(
                    comparator=Comparator(column.comparator.value),
                    title=column.title,
                    area=Area.of(column.area),
                )
                for column in view.columns
            ],
            bands=[_band(item, words) for item in view.bands],
            left_out=[
                LeftOutComparator(
                    comparator=Comparator(item.comparator.value),
                    area=Area.of(item.area),
                    reason=item.reason,
                )
                for item in view.left_out
            ],
        )


def _band(item: views.OverviewBand, words: Vocabulary) -> OverviewBand:
    return OverviewBand(
        code=item.band.code,
        title=item.band.title,
        rows=[
            OverviewRow(
                indicator=Indicator.of(row.indicator.code, words),
                cells=[Figure.of(cell) for cell in row.cells],
            )
            for row in item.rows
        ],
    )
