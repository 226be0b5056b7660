"""The journey's bands, stages and links, measures against targets, and the notes they carry."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from hub.vocabulary.rows.indicator import Direction
from hub.vocabulary.rows.row import Code, Codes, OneTerm, Row, Sum


class Band(Row):
    """A heading of the journey page."""

    code: Code
    title: str
    order: int


class Stage(Row):
    """A stage of the cross-agency journey."""

    code: Code
    title: str
    band: Code
    order: int
    term: OneTerm = None
    agency_kind: Code
    parent: Code | None = None
    """A stage this one is nested in (engaged within referred)."""
    parts: Sum = ()
    """Counts shown as parts of this stage's bar."""
    target: Code | None = None
    note: str = ""


class Link(Row):
    """A ratio between two stages. ``source_filter`` says which part of the numerator came from
    the stage it is divided by; empty means the numerator is wider than the link (trap T12)."""

    code: Code
    source: Code
    target: Code
    order: int
    per: float = 100
    source_filter: str = ""
    restricted: bool
    """Whether the numerator is restricted to what came from the source stage."""
    cohort: bool = False
    """Whether the same people or cases were followed; false marks a cross-section (trap T30)."""
    caveats: Codes = ()
    capped: bool = False
    """A known fault of the pair (more answers than clients, a lag): comparability C at best."""
    title: str = ""


class Profile(StrEnum):
    """Where the planned level to date comes from."""

    LISTED = "LISTED"
    LINEAR = "LINEAR"


class Measure(Row):
    """A rule that says how a figure stands against its target (red, amber, green).

    Without a ``target`` it is monitored only. ``profile`` says where the level to date comes
    from: submitted for each month, or a straight line to the year's target. Within ``tolerance``
    per cent of it is amber.
    """

    code: Code
    title: str
    indicator: Code
    target: Code | None = None
    direction: Direction
    profile: Profile
    tolerance: float = Field(default=15, ge=0, le=100)
    order: int
    note: str = ""


class Caveat(Row):
    """A sentence that travels with a figure.

    A link's caveat may name ``{numerator}``, ``{denominator}``, ``{common}`` and ``{longest}``
    (months both cover, months of the longer period).
    """

    code: Code
    text: str


class Reason(Row):
    """Why a figure is not available (x) or not applicable (z)."""

    code: Code
    status: Annotated[str, Field(pattern=r"^[xz]$")]
    text: str
