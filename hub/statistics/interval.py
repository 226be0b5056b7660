"""Arithmetic on figures that were rounded before they were printed.

A count is exact; a stated percentage of 6.9 stands for anything from 6.85 to 6.95. Adding,
subtracting, multiplying and dividing carries both ends along, so that a difference which rounding
alone explains is told from one that it does not (interval arithmetic, Moore 1966).
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, repr=False)
class Interval:
    """A figure as it stands, ``value``, and the least and greatest it may have been."""

    low: Decimal
    value: Decimal
    high: Decimal

    @classmethod
    def exact(cls, value: Decimal) -> "Interval":
        """A count, or a constant."""
        return cls(value, value, value)

    @classmethod
    def rounded(cls, value: Decimal, decimals: int) -> "Interval":
        """A figure that was rounded to this many places."""
        half = Decimal(5).scaleb(-decimals - 1)
        return cls(value - half, value, value + half)

    def __add__(self, other: "Interval") -> "Interval":
        return Interval(self.low + other.low, self.value + other.value, self.high + other.high)

    def __sub__(self, other: "Interval") -> "Interval":
        return Interval(self.low - other.high, self.value - other.value, self.high - other.low)

    def __mul__(self, other: "Interval") -> "Interval":
        corners = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(corners), self.value * other.value, max(corners))

    def __truediv__(self, other: "Interval") -> "Interval":
        """Divide.

        Raises:
            ZeroDivisionError: the divisor may be zero.
        """
        if other.low <= 0 <= other.high:
            raise ZeroDivisionError
        corners = [a / b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(corners), self.value / other.value, max(corners))
