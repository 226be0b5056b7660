"""Row types of the vocabulary's data files: frozen, and valid from birth.

Every file is CSV in UTF-8 with a header. Lists inside a cell are separated by ``;``.
An empty cell means the column's default. Adding a word to the hub is adding a row; the
check (:mod:`hub.vocabulary.check`) says which file, row and column is wrong and why.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr

from hub.vocabulary.cells import Breakdown, Term, parse_breakdown, parse_sum
from hub.vocabulary.periods import PeriodKind

Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$", max_length=60)]
AreaCode = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9_]*$", max_length=60)]


def _split(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(";")) if isinstance(value, str) else value


def _terms(value: Any) -> Any:
    return parse_sum(value) if isinstance(value, str) else value


def _term(value: Any) -> Any:
    return Term.parse(value) if isinstance(value, str) else value


def _breakdown(value: Any) -> Any:
    return parse_breakdown(value) if isinstance(value, str) else value


Codes = Annotated[tuple[Code, ...], BeforeValidator(_split)]
AreaCodes = Annotated[tuple[AreaCode, ...], BeforeValidator(_split)]
PeriodKinds = Annotated[tuple[PeriodKind, ...], BeforeValidator(_split)]
Sum = Annotated[tuple[Term, ...], BeforeValidator(_terms)]
OneTerm = Annotated[Term | None, BeforeValidator(_term)]
Categories = Annotated[Breakdown, BeforeValidator(_breakdown)]


class Row(BaseModel):
    """One row of a vocabulary file."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    _place: tuple[str, int] = PrivateAttr(default=("", 0))

    @property
    def place(self) -> tuple[str, int]:
        """The file and row it was read from, so that a later check can name them."""
        return self._place

    def placed(self, file: str, number: int) -> Self:
        """Remember the file and row it was read from."""
        self._place = (file, number)
        return self


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


class Profile(StrEnum):
    """Where the planned level to date comes from."""

    LISTED = "LISTED"
    LINEAR = "LINEAR"


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


class Unit(Row):
    """What a number counts, in the singular, and how many of them are called."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z]+(_[a-z]+)*$", max_length=30)]
    plural: str
    description: str = ""


class Dimension(Row):
    """A way to break a count down. In a ``partition`` the categories sum to the total; in a
    multi-select each is at most the base and their sum means nothing (trap T25).

    ``overlapping`` admits that a source's own bands overlap although each case was put in one of
    them; without it overlapping bands in a partition are an error (trap T26).
    """

    code: Code
    title: str
    partition: bool
    overlapping: bool = False
    scheme: str = ""
    description: str = ""


class Category(Row):
    """One value of a dimension. ``lower`` and ``upper`` are inclusive limits of a numeric band."""

    dimension: Code
    code: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9_]*$", max_length=60)]
    title: str
    order: int
    lower: float | None = None
    upper: float | None = None
    description: str = ""


class Area(Row):
    """A place with its GSS code, or a geography of the hub's own (Maracs, comparator groups)."""

    code: AreaCode
    name: str
    level: Code
    valid_from: date | None = None
    valid_to: date | None = None
    successor: AreaCode | None = None
    registrar: str = "ONS"
    note: str = ""


class Membership(Row):
    """``child`` lay in ``parent`` during the dates. The rows of one parent and hierarchy that are
    ``exhaustive`` together cover the parent exactly, so counts may be summed over them."""

    parent: AreaCode
    hierarchy: Code
    child: AreaCode
    exhaustive: bool
    valid_from: date | None = None
    valid_to: date | None = None


class Level(Row):
    """A level of geography; ``rank`` orders from the widest (0)."""

    code: Code
    title: str
    rank: int


class AgencyKind(Row):
    """A kind of agency, such as a police force or a Marac coordinator."""

    code: Code
    title: str
    description: str = ""


class Agency(Row):
    """An agency that publishes returns; it may report on its ``areas`` and all within them."""

    code: Code
    title: str
    kind: Code
    areas: AreaCodes
    role_title: str = ""
    """How a page names its part: "Police", "Domestic Abuse Caseworker"."""


class Dataset(Row):
    """What one kind of agency returns, how often, and when it is due.

    ``due_days`` counts from the end of the period; ``grace_days`` after that it is overdue.
    """

    code: Code
    title: str
    agency_kinds: Codes
    period_kinds: PeriodKinds
    frequency: PeriodKind
    due_days: int
    grace_days: int
    description: str = ""


class Identity(Row):
    """A relation that always holds between indicators at one place and time.

    ``relation`` is ``=`` (both sides are equal) or ``<=``. Disclosure control uses every one of
    them, and validation checks every return against them.
    """

    code: Code
    left: Sum
    relation: Annotated[str, Field(pattern=r"^(=|<=)$")]
    right: Sum
    note: str = ""


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


class Band(Row):
    """A heading of the journey page."""

    code: Code
    title: str
    order: int


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
