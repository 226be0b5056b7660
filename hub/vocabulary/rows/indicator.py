"""Indicators: what is counted, in which unit, of which kind, and how it is computed."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from hub.vocabulary.rows.row import Code, Codes, PeriodKinds, Row, Sum


class Kind(StrEnum):
    """What sort of number an indicator is (vocabulary notation a.0)."""

    EVENTS = "EV"
    DISTINCT = "DI"
    SNAPSHOT = "SN"
    PERCENT = "PC"
    RATE = "RT"
    MEAN = "MN"
    DERIVED = "DV"
    TARGET = "TG"

    @property
    def is_count(self) -> bool:
        """Whether it counts people, cases or events, so that a small value is sensitive."""
        return self in (Kind.EVENTS, Kind.DISTINCT, Kind.SNAPSHOT)


class Direction(StrEnum):
    """Which way is good."""

    HIGHER = "higher"
    LOWER = "lower"
    NONE = "none"


class Formula(StrEnum):
    """How a derived indicator is computed from published ones; empty means it is returned."""

    RETURNED = ""
    RATIO = "ratio"
    """``per`` times numerator over denominator."""
    CHANGE = "change"
    """``per`` times (this period minus the year before) over the year before."""
    POSTS = "posts"
    """Numerator over ``per``, rounded *up* to the next ``step``."""
    SCALE = "scale"
    """``per`` times numerator over ``step``."""
    DIFFERENCE = "difference"
    """Numerator minus denominator."""


class ZeroRule(StrEnum):
    """How a zero count is treated by disclosure control."""

    SHOWN = "shown"
    SENSITIVE = "sensitive"
    STRUCTURAL = "structural"


class Unit(Row):
    """What a number counts, in the singular, and how many of them are called."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z]+(_[a-z]+)*$", max_length=30)]
    plural: str
    description: str = ""


class Indicator(Row):
    """What is counted: unit, kind, additivity and owner are part of the word itself.

    ``numerator`` and ``denominator`` are sums of terms for derived indicators; a returned
    share's ``denominator`` names its base. ``sensitive`` is false for figures that count no
    people or cases (populations, targets, meetings, posts, months, training places).
    ``definition`` carries the rule text ("engaged means …"), which differs between services.
    An event count may have the formula ``difference``: a complement nobody returns, which
    disclosure control must still treat as a count.
    """

    code: Code
    title: str
    description: str
    unit: str
    kind: Kind
    owner: Code
    datasets: Codes = ()
    dimensions: Codes = ()
    period_kinds: PeriodKinds
    area_levels: Codes
    time_additive: bool
    area_additive: bool
    direction: Direction = Direction.NONE
    formula: Formula = Formula.RETURNED
    numerator: Sum = ()
    denominator: Sum = ()
    per: float = 100
    step: float = 1
    decimals: int = Field(default=0, ge=0, le=4)
    stated: bool = False
    """Accepted as a printed figure, with its base, because the source gives no counts."""
    sensitive: bool = True
    zero: ZeroRule = ZeroRule.SHOWN
    target_of: Code | None = None
    definition: str = ""
    version: int = 1
    valid_from: date | None = None
    source: str = ""
