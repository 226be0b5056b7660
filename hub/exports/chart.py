"""A chart before it is drawn: bars with their figures, in panels that share a scale inside.

A withheld figure is a bar without a length; a scale reaches to the largest figure that is shown,
so no length, axis or order tells anything of a hidden one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from hub.errors import InvalidError
from hub.protected.figures import Figure

MOST_BARS = 150
"""More do not fit a picture that a person can read."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure. ``note`` is its period and unit; ``level`` is a planned level, drawn as a tick.

    ``is_apart`` bars are hatched: their period is another than that of the first bar.
    """

    label: str
    figure: Figure
    note: str = ""
    level: Figure | None = None
    is_apart: bool = False
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Panel:
    """Bars on one zero-based scale."""

    title: str
    bars: tuple[Bar, ...]

    @property
    def top(self) -> Decimal:
        """Where the scale ends: the largest figure or planned level that is shown."""
        figures = [figure for bar in self.bars for figure in (bar.figure, bar.level) if figure]
        values = [figure.value for figure in figures if figure.value is not None]
        return max((value for value in values if value > 0), default=Decimal(1))


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture: ``finding`` is its title, ``subtitle`` what is counted, ``key`` what marks mean.

    Raises:
        InvalidError: more bars than :data:`MOST_BARS`.
    """

    finding: str
    subtitle: str
    panels: tuple[Panel, ...]
    key: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if sum(len(panel.bars) for panel in self.panels) > MOST_BARS:
            raise InvalidError(
                f"A chart has at most {MOST_BARS} bars: ask for less, or take a table.",
                code="CHART_SIZE",
            )

    @property
    def figures(self) -> Iterator[Figure]:
        """Every figure with a label, in the order of the drawing."""
        return (bar.figure for panel in self.panels for bar in panel.bars)
