"""A figure as GraphQL shows it."""

from typing import Annotated, cast

import strawberry

from hub.protected.figures import Figure as FigureView
from hub.protected.figures import FigureStatus as StatusView
from hub.schema.read.enums import FigureStatus


@strawberry.type(
    description="One figure. `value` is null unless `status` is PUBLISHED; a suppressed figure is "
    "never a zero, never a null without a status, never an error."
)
class Figure:
    """A figure."""

    value: float | None = strawberry.field(description="The figure itself, unrounded.")
    status: FigureStatus = strawberry.field(description="Whether it is there, and if not, why.")
    symbol: str | None = strawberry.field(description="`c`, `x` or `z`, or nothing.")
    marks: list[str] = strawberry.field(
        description="Letters beside it: p provisional, r revised, e estimated, b series break, "
        "u low reliability."
    )
    display: str = strawberry.field(description="What a table prints: `1,270`, `11.1`, `[c]`.")
    unit: str = strawberry.field(description="What one is.")
    reason: str | None = strawberry.field(description="Why it is missing, in words.")
    numerator: Annotated["Figure", strawberry.lazy("hub.schema.read.figures")] | None = (
        strawberry.field(description="For a ratio: what was divided.")
    )
    denominator: Annotated["Figure", strawberry.lazy("hub.schema.read.figures")] | None = (
        strawberry.field(description="For a ratio or a stated share: the base.")
    )

    @classmethod
    def of(cls, figure: FigureView) -> "Figure":
        """Show a figure."""
        return cast("Figure", ShownFigure(figure))


_STATUSES = {status: FigureStatus[status.name] for status in StatusView}


class ShownFigure:
    """Stands for a :class:`Figure` and works each field out when it is asked for.

    Most readers ask for two fields of many figures, and ``display`` alone costs more than both.
    """

    __slots__ = ("_figure",)

    def __init__(self, figure: FigureView) -> None:
        self._figure = figure

    @property
    def value(self) -> float | None:
        """The figure itself."""
        return self._figure.number

    @property
    def status(self) -> FigureStatus:
        """Whether it is there."""
        return _STATUSES[self._figure.status]

    @property
    def symbol(self) -> str | None:
        """Its symbol."""
        return self._figure.symbol

    @property
    def marks(self) -> list[str]:
        """Letters beside it."""
        return list(self._figure.marks)

    @property
    def display(self) -> str:
        """What a table prints."""
        return self._figure.display

    @property
    def unit(self) -> str:
        """What one is."""
        return self._figure.unit

    @property
    def reason(self) -> str | None:
        """Why it is missing."""
        return self._figure.reason

    @property
    def numerator(self) -> Figure | None:
        """What was divided."""
        return Figure.of(self._figure.numerator) if self._figure.numerator else None

    @property
    def denominator(self) -> Figure | None:
        """The base."""
        return Figure.of(self._figure.denominator) if self._figure.denominator else None
