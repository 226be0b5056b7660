"""One return's tables as GraphQL shows them."""

from dataclasses import dataclass
from enum import Enum

import strawberry
from strawberry import enum_value as value

from hub.errors import InvalidError, NotFoundError
from hub.protected.releases import Release as ReleaseRow
from hub.schema.read import arguments as a
from hub.schema.read.figures import Figure
from hub.schema.read.observations import BreakdownItem
from hub.schema.read.releases import Release
from hub.schema.read.words import Area, Dataset, Indicator, Period
from hub.views import profile as views
from hub.vocabulary import Vocabulary

PAGE = 100
"""Most tables on a page (security G12)."""


@strawberry.enum(description="Whether a row of a table tells something.")
class Answer(Enum):
    """Mirrors the view's answers with their descriptions."""

    KNOWN = value("KNOWN", description="An answer.")
    UNKNOWN = value("UNKNOWN", description="Not known, or not disclosed.")
    MISSING = value("MISSING", description="Nothing was entered.")


@strawberry.type(description="What the shares of a table are shares of.")
class ProfileBase:
    """A base."""

    term: str = strawberry.field(
        description="The count: an indicator, with its category where it is one row of a table."
    )
    title: str = strawberry.field(description="In words.")
    figure: Figure = strawberry.field(description="The count in the asked period.")


@strawberry.type(description="A count in one period, with its share.")
class ProfileCell:
    """A cell."""

    period: Period = strawberry.field(description="When.")
    count: Figure = strawberry.field(description="The count itself.")
    share: Figure | None = strawberry.field(
        description="Per cent of the first base in the same period; its denominator is that base. "
        "Null where a share has no meaning, as for a mean."
    )
    per_hundred: Figure | None = strawberry.field(
        description="Restated for a service of a hundred: per hundred of the last base."
    )


@strawberry.type(description="A category, or a crossing of several.")
class ProfileRow:
    """A row."""

    breakdown: list[BreakdownItem] = strawberry.field(description="For whom; empty for all.")
    title: str = strawberry.field(description="Its name.")
    group: str = strawberry.field(description="The part of the table it belongs to, or nothing.")
    answer: Answer = strawberry.field(description="Whether it tells something.")
    cells: list[ProfileCell] = strawberry.field(
        description="One for each period, in the order of the profile's `periods`."
    )


@strawberry.type(description="A table: an indicator by one or more dimensions, or its total.")
class ProfileTable:
    """A table."""

    code: str = strawberry.field(description="The indicator, with its dimensions.")
    indicator: Indicator = strawberry.field(description="What is counted.")
    partition: bool | None = strawberry.field(
        description="True: within a group the rows exclude one another and sum to the base. "
        "False: several may hold at once, and their sum means nothing. Null: no categories."
    )
    bases: list[ProfileBase] = strawberry.field(
        description="The base of the shares, what that is a share of, and so on to everybody."
    )
    rows: list[ProfileRow] = strawberry.field(description="The rows, in the categories' order.")


@dataclass(frozen=True, slots=True)
class Source:
    """What a profile's tables are made of when they are asked for."""

    view: views.Profile
    words: Vocabulary


@strawberry.type(description="One return's tables with bases, shares and previous years.")
class Profile:
    """A profile."""

    dataset: Dataset = strawberry.field(description="The return.")
    area: Area = strawberry.field(description="The area asked for.")
    period: Period = strawberry.field(description="The period asked for.")
    release: Release = strawberry.field(description="The release the figures are from.")
    periods: list[Period] = strawberry.field(
        description="The columns: the asked period, then earlier years with any figure."
    )
    table_count: int = strawberry.field(description="How many tables there are in all.")
    source: strawberry.Private[Source]

    @strawberry.field(description="The tables, in the order of the return, a page at a time.")
    def tables(self, first: a.First = 20, after: a.AfterTable = None) -> list[ProfileTable]:
        """Some tables."""
        if not 1 <= first <= PAGE:
            raise InvalidError(f"`first` runs from 1 to {PAGE}.", code="PAGE_SIZE")
        found = self.source.view.tables
        codes = [table.code for table in found]
        if after is not None and after not in codes:
            raise NotFoundError("`after` is not the code of a table of this profile.")
        start = codes.index(after) + 1 if after is not None else 0
        return [_table(table, self.source.words) for table in found[start : start + first]]

    @classmethod
    def of(cls, view: views.Profile, release: ReleaseRow, words: Vocabulary) -> "Profile":
        """Show a profile."""
        return cls(
            dataset=Dataset.of(view.dataset),
            area=Area.of(view.area),
            period=Period.of(view.period),
            release=Release.of(release),
            periods=[Period.of(period) for period in view.periods],
            table_count=len(view.tables),
            source=Source(view, words),
        )


def _table(table: views.ProfileTable, words: Vocabulary) -> ProfileTable:
    return ProfileTable(
        code=table.code,
        indicator=Indicator.of(table.indicator.code, words),
        partition=table.partition,
        bases=[
            ProfileBase(term=base.term, title=base.title, figure=Figure.of(base.figure))
            for base in table.bases
        ],
        rows=[_row(row) for row in table.rows],
    )


def _row(row: views.ProfileRow) -> ProfileRow:
    return ProfileRow(
        breakdown=[BreakdownItem(dimension=name, category=code) for name, code in row.breakdown],
        title=row.title,
        group=row.group,
        answer=Answer(row.answer.value),
        cells=[
            ProfileCell(
                period=Period.of(cell.period),
                count=Figure.of(cell.count),
                share=Figure.of(cell.share) if cell.share else None,
                per_hundred=Figure.of(cell.per_hundred) if cell.per_hundred else None,
            )
            for cell in row.cells
        ],
    )
