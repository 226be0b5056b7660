"""Published observations, and pages of them."""

import base64
import binascii
import json
from typing import cast

import strawberry

from hub.errors import MalformedError
from hub.protected.observations import Cells
from hub.protected.reader import Position
from hub.protected.rows import Row, sources_of
from hub.schema.naming import OfRows
from hub.schema.read.figures import Figure, RowFigure
from hub.schema.read.row_figures import figure_told
from hub.schema.read.words import (
    Area,
    Indicator,
    Period,
    area_named,
    indicator_named,
    period_named,
)
from hub.views.library import Page
from hub.vocabulary import Vocabulary, parse_breakdown, parse_period


@strawberry.type(description="One dimension's value in a breakdown.")
class BreakdownItem:
    """A dimension with its category."""

    dimension: str = strawberry.field(description="Code of the dimension.")
    category: str = strawberry.field(description="Code of the category.")


@strawberry.type(description="Which revision of which return a figure came from.")
class Provenance:
    """Where a figure came from."""

    agency: str = strawberry.field(description="Code of the agency.")
    dataset: str = strawberry.field(description="Code of the dataset.")
    revision: int = strawberry.field(description="Number of the revision.")


@strawberry.type(description="One published observation: a figure with its address and origin.")
class Observation:
    """An observation."""

    indicator: Indicator = strawberry.field(
        description="What is counted.", metadata=indicator_named("row.indicator")
    )
    area: Area = strawberry.field(description="Where.", metadata=area_named("row.area"))
    period: Period = strawberry.field(description="When.", metadata=period_named("row.period"))
    breakdown: list[BreakdownItem] = strawberry.field(description="For whom; empty for all.")
    figure: Figure = strawberry.field(
        description="The figure, or why there is none.", metadata=figure_told()
    )
    provenance: list[Provenance] = strawberry.field(description="The returns it came from.")
    derived: bool = strawberry.field(
        description="Whether the hub computed it from returned figures (a sum or a formula)."
    )

    @classmethod
    def of(cls, row: Row, parts: Cells, words: Vocabulary) -> "Observation":
        """Show an observation."""
        return cast("Observation", RowObservation(row, parts, words))


class RowObservation:
    """Stands for an :class:`Observation` and looks up each field when it is asked for."""

    __slots__ = ("parts", "row", "words")

    def __init__(self, row: Row, parts: Cells, words: Vocabulary) -> None:
        self.row = row
        self.parts = parts
        self.words = words

    @property
    def indicator(self) -> Indicator:
        """What is counted."""
        return Indicator.of(self.row.indicator, self.words)

    @property
    def area(self) -> Area:
        """Where."""
        return Area.of(self.words.area(self.row.area))

    @property
    def period(self) -> Period:
        """When."""
        return Period.of(parse_period(self.row.period))

    @property
    def breakdown(self) -> list[BreakdownItem]:
        """For whom."""
        pairs = parse_breakdown(self.row.breakdown)
        return [BreakdownItem(dimension=d, category=c) for d, c in pairs]

    @property
    def figure(self) -> Figure:
        """The figure."""
        return cast("Figure", RowFigure(self.row, self.parts, self.words))

    @property
    def provenance(self) -> list[Provenance]:
        """The returns it came from."""
        return [
            Provenance(agency=item.agency, dataset=item.dataset, revision=item.revision)
            for item in sources_of(self.row.provenance)
        ]

    @property
    def derived(self) -> bool:
        """Whether the hub computed it."""
        return self.row.derived


@strawberry.type(description="An observation with its place in the list.")
class ObservationEdge:
    """An edge."""

    cursor: str = strawberry.field(description="Pass as `after` to go on behind it.")
    node: Observation = strawberry.field(description="The observation.")


@strawberry.type(description="Where a page ends.")
class PageInfo:
    """Page information as in the Relay connection specification."""

    has_next_page: bool = strawberry.field(description="Whether more follow.")
    has_previous_page: bool = strawberry.field(description="Whether some came before.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first edge.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last edge.")


@strawberry.type(description="A page of observations.")
class ObservationConnection:
    """A page."""

    edges: list[ObservationEdge] = strawberry.field(description="Observations with cursors.")
    nodes: list[Observation] = strawberry.field(description="The observations alone.")
    page_info: PageInfo = strawberry.field(description="Where the page ends.")
    total_count: int = strawberry.field(
        description="How many observations there are in all, suppressed and missing ones included."
    )


def page_of(page: Page, first: int, after: str | None, words: Vocabulary) -> ObservationConnection:
    """Make a page out of ``first + 1`` rows: the one too many tells that more follow."""
    return cast("ObservationConnection", RowPage(page, first, after, words))


class RowPage:
    """Stands for an :class:`ObservationConnection`; cursors are made where they are asked for."""

    __slots__ = ("_after", "_more", "_page", "_rows", "_words")

    def __init__(self, page: Page, first: int, after: str | None, words: Vocabulary) -> None:
        self._page = page
        self._rows = page.rows[:first]
        self._more = len(page.rows) > first
        self._after = after
        self._words = words

    @property
    def nodes(self) -> list[Observation]:
        """The observations alone."""
        parts, words = self._page.parts, self._words
        made = OfRows(self._rows, lambda row: Observation.of(row, parts, words))
        return cast("list[Observation]", made)

    @property
    def edges(self) -> list[ObservationEdge]:
        """Observations with cursors."""
        pairs = zip(self._rows, self.nodes, strict=True)
        return [ObservationEdge(cursor=cursor_of(row), node=node) for row, node in pairs]

    @property
    def page_info(self) -> PageInfo:
        """Where the page ends."""
        return PageInfo(
            has_next_page=self._more,
            has_previous_page=self._after is not None,
            start_cursor=cursor_of(self._rows[0]) if self._rows else None,
            end_cursor=cursor_of(self._rows[-1]) if self._rows else None,
        )

    @property
    def total_count(self) -> int:
        """How many there are in all."""
        return self._page.total


def cursor_of(row: Row) -> str:
    """Name a place in the list: its address only, never a value."""
    place = [row.area, row.period, row.breakdown, row.indicator]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def position_of(cursor: str) -> Position:
    """Read a cursor back.

    Raises:
        MalformedError: it is not one of ours.
    """
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        area, period, breakdown, indicator = place
    except (ValueError, TypeError, binascii.Error):
        raise MalformedError("`after` is not a cursor of this list.") from None
    # Codes are plain text; the database would choke on anything else.
    if not all(isinstance(part, str) and part.isascii() and part.isprintable() for part in place):
        raise MalformedError("`after` is not a cursor of this list.")
    return area, period, breakdown, indicator
