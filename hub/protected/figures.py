"""A figure as readers see it: a value with its unit, or the reason why there is none."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum


class FigureStatus(StrEnum):
    """Whether a figure is there, and if not, why."""

    PUBLISHED = "PUBLISHED"
    SUPPRESSED = "SUPPRESSED"
    NOT_AVAILABLE = "NOT_AVAILABLE"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    NOT_RETURNED = "NOT_RETURNED"
    NOT_COMPARABLE = "NOT_COMPARABLE"

    @property
    def symbol(self) -> str | None:
        """The symbol of the Government Statistical Service for tables, if there is one."""
        return _SYMBOLS.get(self)


_SYMBOLS = {
    FigureStatus.SUPPRESSED: "c",
    FigureStatus.NOT_AVAILABLE: "x",
    FigureStatus.NOT_APPLICABLE: "z",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, anywhere in the hub's answers.

    ``value`` is given exactly when ``status`` is ``PUBLISHED``. ``decimals`` is how many places
    ``display`` shows; rounding is half up, once, at output (trap T23). ``marks`` are letters
    beside the figure: ``p`` provisional, ``r`` revised, ``e`` estimated, ``b`` series break,
    ``u`` low reliability.
    """

    status: FigureStatus
    unit: str
    value: Decimal | None = None
    decimals: int = 0
    marks: str = ""
    reason: str | None = None
    numerator: "Figure | None" = None
    denominator: "Figure | None" = None

    def __post_init__(self) -> None:
        if (self.value is not None) != (self.status is FigureStatus.PUBLISHED):
            raise ValueError("A figure has a value exactly when it is published.")

    @property
    def symbol(self) -> str | None:
        """``c``, ``x``, ``z`` or nothing."""
        return self.status.symbol

    @property
    def number(self) -> int | float | None:
        """The value as every answer and every file gives it: unrounded, whole where it is whole.

        The one place that turns a value into a number; ``display`` is the one that rounds.
        """
        if self.value is None:
            return None
        is_whole = self.value == self.value.to_integral_value()
        return int(self.value) if is_whole else float(self.value)

    @property
    def display(self) -> str:
        """What a table prints: ``1,270``, ``11.1%``, ``[c]``."""
        if self.value is None:
            return blank(self.symbol)
        step = Decimal(1).scaleb(-self.decimals)
        shown = f"{self.value.quantize(step, ROUND_HALF_UP):,}"
        return f"{shown}%" if self.unit == "percent" else shown


def missing(status: FigureStatus, unit: str, reason: str) -> Figure:
    """Make a figure that is not there, with the reason in words."""
    return Figure(status=status, unit=unit, reason=reason)


def blank(symbol: str | None) -> str:
    """Tell what a table prints where there is no figure: ``[c]``, or a dash without a symbol."""
    return f"[{symbol}]" if symbol else "–"
