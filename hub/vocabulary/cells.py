"""The address of one figure: which indicator, where, when, and for whom."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from hub.errors import VocabularyError

Breakdown = tuple[tuple[str, str], ...]
"""Dimension and category codes, sorted by dimension; empty for the total."""

_TERM = re.compile(r"(?P<code>[A-Z][A-Z0-9_]*)(?:\[(?P<breakdown>[^\]]*)\])?", re.ASCII)


def breakdown_of(categories: dict[str, str] | None) -> Breakdown:
    """Put a mapping of dimension to category into its one canonical order."""
    return tuple(sorted((categories or {}).items()))


@lru_cache(maxsize=4096)
def breakdown_text(breakdown: Breakdown) -> str:
    """Write a breakdown as it is stored: ``AGE=16_17;SEX=F``; empty for the total."""
    return ";".join(f"{dimension}={category}" for dimension, category in breakdown)


@lru_cache(maxsize=4096)
def parse_breakdown(text: str) -> Breakdown:
    """Read :func:`breakdown_text` back.

    Raises:
        VocabularyError: it is not of the form ``DIMENSION=CATEGORY;…``.
    """
    if not text:
        return ()
    pairs = [part.partition("=") for part in text.split(";")]
    if any(not (dimension and category) for dimension, _, category in pairs):
        raise VocabularyError(f"{text!r} is not a breakdown of the form DIMENSION=CATEGORY;…")
    return tuple(sorted((dimension.strip(), category.strip()) for dimension, _, category in pairs))


@dataclass(frozen=True, slots=True, order=True)
class CellKey:
    """The address of one figure. Codes only: ``area`` is a GSS or hub code, ``period`` an id."""

    indicator: str
    area: str
    period: str
    breakdown: Breakdown = ()

    def __str__(self) -> str:
        inner = f"[{breakdown_text(self.breakdown)}]" if self.breakdown else ""
        return f"{self.indicator}{inner} {self.area} {self.period}"


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """An indicator, or one category of it, in a formula: ``MAR_REF[REFERRAL_SOURCE=POLICE]``."""

    indicator: str
    breakdown: Breakdown = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read one term.

        Raises:
            VocabularyError: it is not an indicator code with an optional breakdown.
        """
        match = _TERM.fullmatch(text.strip())
        if not match:
            raise VocabularyError(
                f"{text!r} is not a term such as MAR_REF[REFERRAL_SOURCE=POLICE]."
            )
        return cls(match["code"], parse_breakdown(match["breakdown"] or ""))

    def at(self, area: str, period: str) -> CellKey:
        """The cell this term names at a place and time."""
        return CellKey(self.indicator, area, period, self.breakdown)

    def __str__(self) -> str:
        return (
            f"{self.indicator}[{breakdown_text(self.breakdown)}]"
            if self.breakdown
            else self.indicator
        )


def parse_sum(text: str) -> tuple[Term, ...]:
    """Read ``A + B[C=D]`` as its terms; empty text gives no terms."""
    return tuple(Term.parse(part) for part in text.split("+")) if text.strip() else ()
