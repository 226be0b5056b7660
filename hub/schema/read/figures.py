"""A figure as GraphQL shows it."""

from typing import Annotated

import strawberry

from hub.protected.figures import Figure as FigureView
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
        return cls(
            value=figure.number,
            status=FigureStatus[figure.status.name],
            symbol=figure.symbol,
            marks=list(figure.marks),
            display=figure.display,
            unit=figure.unit,
            reason=figure.reason,
            numerator=cls.of(figure.numerator) if figure.numerator else None,
            denominator=cls.of(figure.denominator) if figure.denominator else None,
        )
