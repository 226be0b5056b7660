"""A figure as GraphQL shows it."""

from collections.abc import Sequence
from decimal import Decimal
from json.encoder import encode_basestring as quote
from typing import Annotated, Any, cast

import strawberry

from hub.protected.figures import Figure as FigureView
from hub.protected.figures import FigureStatus as StatusView
from hub.protected.figures import blank
from hub.protected.observations import Cells, figure_of
from hub.protected.rows import Row, observation_of_row
from hub.schema.naming import INSIDE, Inside, Told
from hub.schema.read.enums import FigureStatus
from hub.views.ratios import figure_with_parts
from hub.vocabulary import Vocabulary
from hub.vocabulary.rows import Indicator


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
        return number_of(self._figure.value)

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


def number_of(value: Decimal | None) -> float | None:
    """Give a figure's exact value as GraphQL's ``Float``."""
    return None if value is None else float(value)


def view_told(attribute: str) -> dict[str, Inside]:
    """Say that a figure stands at an attribute, where it tells most of what is asked of it."""
    return {
        INSIDE: {
            "value": Told(f"{attribute}.value", _values),
            "status": Told(f"{attribute}.status", _statuses, keeps=True),
            "symbol": Told(f"{attribute}.symbol", _texts_or_null, keeps=True),
            "unit": Told(f"{attribute}.unit", _texts_or_null, keeps=True),
            "display": Told(f"{attribute}.display", _texts_or_null),
        }
    }


def _values(values: Sequence[Decimal | None], run: Any) -> list[str]:
    return ["null" if value is None else repr(float(value)) for value in values]


def _statuses(statuses: Sequence[StatusView], run: Any) -> list[str]:
    return [quote(status.value) for status in statuses]


def _texts_or_null(texts: Sequence[str | None], run: Any) -> list[str]:
    return ["null" if text is None else quote(text) for text in texts]


_TEXTS = {status.value: FigureStatus[status.name] for status in StatusView}
SYMBOLS = {status.value: status.symbol for status in StatusView}
"""By a status as the store has it."""


class RowFigure:
    """Stands for the :class:`Figure` of a row of the store.

    What most readers ask for is told from the row itself; anything else dresses the figure.
    """

    __slots__ = ("parts", "row", "words")

    def __init__(self, row: Row, parts: Cells, words: Vocabulary) -> None:
        self.row = row
        self.parts = parts
        self.words = words

    @property
    def value(self) -> float | None:
        """The figure itself."""
        text = self.row.value
        return None if text is None else float(text)

    @property
    def status(self) -> FigureStatus:
        """Whether it is there."""
        return _TEXTS[self.row.status]

    @property
    def symbol(self) -> str | None:
        """Its symbol."""
        return SYMBOLS[self.row.status]

    @property
    def marks(self) -> list[str]:
        """Letters beside it."""
        return list(self.row.marks)

    @property
    def display(self) -> str:
        """What a table prints."""
        return display_of(self.row, self.words)

    @property
    def unit(self) -> str:
        """What one is."""
        return self.words.indicator(self.row.indicator).unit

    @property
    def reason(self) -> str | None:
        """Why it is missing."""
        return self._dressed().reason

    @property
    def numerator(self) -> Figure | None:
        """What was divided."""
        figure = self._dressed().numerator
        return Figure.of(figure) if figure else None

    @property
    def denominator(self) -> Figure | None:
        """The base."""
        figure = self._dressed().denominator
        return Figure.of(figure) if figure else None

    def _dressed(self) -> FigureView:
        return figure_with_parts(observation_of_row(self.row), self.parts, self.words)


def is_plain(indicator: Indicator) -> bool:
    """Tell whether whole numbers of an indicator are shown without decimals or a sign."""
    return not indicator.decimals and indicator.unit != "percent"


def display_of(row: Row, words: Vocabulary) -> str:
    """Tell what a table prints of a row; whole numbers, which most are, need no rounding."""
    text, indicator = row.value, words.indicators[row.indicator]
    if text is None:
        return blank(SYMBOLS[row.status])
    if text.isdecimal() and is_plain(indicator):
        return f"{int(text):,}"
    return figure_of(observation_of_row(row), words).display
