"""Published observations, and pages of them."""

import base64
import binascii
import json
from typing import cast

import strawberry

from hub.errors import MalformedError
from hub.protected.observations import Cells
from hub.protected.observations import Observation as ObservationRow
from hub.protected.reader import Position
from hub.schema.read.figures import Figure
from hub.schema.read.words import Area, Indicator, Period
from hub.views.library import Page
from hub.views.ratios import figure_with_parts
from hub.vocabulary import Vocabulary, breakdown_text, parse_period


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

    indicator: Indicator = strawberry.field(description="What is counted.")
    area: Area = strawberry.field(description="Where.")
    period: Period = strawberry.field(description="When.")
    breakdown: list[BreakdownItem] = strawberry.field(description="For whom; empty for all.")
    figure: Figure = strawberry.field(description="The figure, or why there is none.")
    provenance: list[Provenance] = strawberry.field(description="The returns it came from.")
    derived: bool = strawberry.field(
        description="Whether the hub computed it from returned figures (a sum or a formula)."
    )

    @classmethod
    def of(cls, row: ObservationRow, parts: Cells, words: Vocabulary) -> "Observation":
        """Show an observation."""
        return cast("Observation", ShownObservation(row, parts, words))


class ShownObservation:
    """Stands for an :class:`Observation` and looks up each field when it is asked for."""

    __slots__ = ("_parts", "_row", "_words")

    def __init__(self, row: ObservationRow, parts: Cells, words: Vocabulary) -> None:
        self._row = row
        self._parts = parts
        self._words = words

    @property
    def indicator(self) -> Indicator:
        """What is counted."""
        return Indicator.of(self._row.key.indicator, self._words)

    @property
    def area(self) -> Area:
        """Where."""
        return Area.of(self._words.area(self._row.key.area))

    @property
    def period(self) -> Period:
        """When."""
        return Period.of(parse_period(self._row.key.period))

    @property
    def breakdown(self) -> list[BreakdownItem]:
        """For whom."""
        return [BreakdownItem(dimension=d, category=c) for d, c in self._row.key.breakdown]

    @property
    def figure(self) -> Figure:
        """The figure."""
        return Figure.of(figure_with_parts(self._row, self._parts, self._words))

    @property
    def provenance(self) -> list[Provenance]:
        """The returns it came from."""
        return [
            Provenance(agency=item.agency, dataset=item.dataset, revision=item.revision)
            for item in self._row.provenance
        ]

    @property
    def derived(self) -> bool:
        """Whether the hub computed it."""
        return self._row.derived


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
    rows, total = page.rows, page.total
    nodes = [Observation.of(row, page.parts, words) for row in rows[:first]]
    cursors = [cursor_of(row) for row in rows[:first]]
    return ObservationConnection(
        edges=[
            ObservationEdge(cursor=cursor, node=node)
            for cursor, node in zip(cursors, nodes, strict=True)
        ],
        nodes=nodes,
        page_info=PageInfo(
            has_next_page=len(rows) > first,
            has_previous_page=after is not None,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        ),
        total_count=total,
    )


def cursor_of(row: ObservationRow) -> str:
    """Name a place in the list: its address only, never a value."""
    key = row.key
    place = [key.area, key.period, breakdown_text(key.breakdown), key.indicator]
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
