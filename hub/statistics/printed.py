"""A figure as a report prints it, against what it should be."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from hub.errors import InvalidError
from hub.statistics.formulas import round_half_up
from hub.statistics.interval import Interval

_PRINTED = re.compile(r"(?P<claim>[<>])?\s*(?P<number>[-+−]?\d[\d,]*(?:\.\d+)?)\s*%?")


class Verdict(StrEnum):
    """What became of a printed figure."""

    MATCHES = "MATCHES"
    ROUNDING = "ROUNDING"
    DOES_NOT_REPRODUCE = "DOES_NOT_REPRODUCE"
    CANNOT_BE_COMPUTED = "CANNOT_BE_COMPUTED"


@dataclass(frozen=True, slots=True)
class Printed:
    """``1,270``, ``11.1%``, ``-6%``; or a claim in words such as *fewer*, written ``<0``."""

    number: Decimal
    decimals: int
    claim: str = ""

    @classmethod
    def parse(cls, text: str) -> "Printed":
        """Read what a report prints.

        Raises:
            InvalidError: it is no number.
        """
        match = _PRINTED.fullmatch(text.strip())
        if match is None:
            raise InvalidError(
                "A printed figure is a number such as 1,270, 11.1% or -6%, or a claim such as <0.",
                code="PRINTED",
            )
        digits = match["number"].replace(",", "").replace("−", "-")
        return cls(Decimal(digits), len(digits.partition(".")[2]), match["claim"] or "")

    def verdict(self, found: Interval) -> Verdict:
        """Compare with what the hub computes.

        It matches when the hub's figure rounds half up to it. It is *rounding only* when cutting
        digits off, rounding the other way, or the rounding of the figures it is computed from
        explains the difference.
        """
        if self.claim:
            holds = found.value < self.number if self.claim == "<" else found.value > self.number
            return Verdict.MATCHES if holds else Verdict.DOES_NOT_REPRODUCE
        if round_half_up(found.value, self.decimals) == self.number:
            return Verdict.MATCHES
        unit = Decimal(1).scaleb(-self.decimals)
        near = found.low - unit < self.number < found.high + unit
        return Verdict.ROUNDING if near else Verdict.DOES_NOT_REPRODUCE

    def should_be(self, found: Interval) -> Decimal:
        """The figure to print, with as many places; a claim's figure is rounded to one."""
        return round_half_up(found.value, 1 if self.claim else self.decimals)
