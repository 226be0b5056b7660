"""The vocabulary as readers see it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any

import strawberry

from hub.schema.naming import NAMED, Named
from hub.schema.read.enums import Direction, IndicatorKind, PeriodKind
from hub.vocabulary import Period as PeriodWord
from hub.vocabulary import Vocabulary, parse_period, rows, vocabulary
from hub.vocabulary.memory import remembered


@strawberry.type(description="A typed, dated run of whole months. One string, one meaning.")
class Period:
    """A period."""

    id: str = strawberry.field(description="The period's string, such as `FY2017-18`.")
    kind: PeriodKind = strawberry.field(description="What sort of run it is.")
    title: str = strawberry.field(description="In words: `Apr 2017 to Mar 2018`.")
    start: str = strawberry.field(description="First month, `YYYY-MM`.")
    end: str = strawberry.field(description="Last month, `YYYY-MM`, included.")
    months: int = strawberry.field(description="How many months it covers.")

    @classmethod
    def of(cls, period: PeriodWord) -> "Period":
        """Show a period."""
        return _period(period.id)


@lru_cache(maxsize=4096)
def _period(text: str) -> Period:
    """Make what is shown of a period once; nobody changes it."""
    period = parse_period(text)
    year, month = period.last_month
    return Period(
        id=period.id,
        kind=PeriodKind(period.kind.value),
        title=period.title,
        start=f"{period.first_day:%Y-%m}",
        end=f"{year:04d}-{month:02d}",
        months=period.length,
    )


@strawberry.type(description="One value of a dimension.")
class Category:
    """A category."""

    code: str = strawberry.field(description="Code of the category, such as `HIGH`.")
    title: str = strawberry.field(description="Its name.")


@strawberry.type(description="A way to break a count down.")
class Dimension:
    """A dimension."""

    code: str = strawberry.field(description="Code of the dimension, such as `RISK`.")
    title: str = strawberry.field(description="Its name.")
    partition: bool = strawberry.field(
        description="Whether the categories exclude one another and sum to the total. "
        "If not, each is a share of the base and their sum means nothing."
    )
    scheme: str = strawberry.field(description="Which scheme the categories follow.")
    categories: list[Category] = strawberry.field(description="The categories, in order.")

    @classmethod
    def of(cls, code: str, words: Vocabulary) -> "Dimension":
        """Show a dimension."""
        row = words.dimensions[code]
        found = words.categories[code].values()
        return cls(
            code=code,
            title=row.title,
            partition=row.partition,
            scheme=row.scheme,
            categories=[Category(code=item.code, title=item.title) for item in found],
        )


@strawberry.type(description="What is counted, with its unit, kind, additivity and owner.")
class Indicator:
    """An indicator."""

    code: str = strawberry.field(description="Code, such as `POL_DA_CRIME`.")
    title: str = strawberry.field(description="Its name.")
    description: str = strawberry.field(description="What it counts.")
    definition: str = strawberry.field(
        description="The owner's own rule, for instance what counts as engaged. Services differ."
    )
    unit: str = strawberry.field(description="What one is: a crime, a case, a client, a family.")
    kind: IndicatorKind = strawberry.field(description="What sort of number it is.")
    owner: str = strawberry.field(description="The kind of agency that owns it.")
    time_additive: bool = strawberry.field(description="Whether it may be summed over periods.")
    area_additive: bool = strawberry.field(description="Whether it may be summed over areas.")
    direction: Direction = strawberry.field(description="Which way is good.")
    numerator: str | None = strawberry.field(description="What a share is the share of.")
    denominator: str | None = strawberry.field(description="The base it is divided by.")
    per: float = strawberry.field(description="Multiplier: 100 for per cent, 10,000 for a rate.")
    stated: bool = strawberry.field(
        description="Whether it may be returned as printed, because the source gives no counts."
    )
    decimals: int = strawberry.field(description="Decimal places shown.")
    dimensions: list[Dimension] = strawberry.field(description="How it may be broken down.")

    @classmethod
    def of(cls, code: str, words: Vocabulary) -> "Indicator":
        """Show an indicator; what is shown of one vocabulary's indicator is made once."""
        return remembered(words, ("Indicator", code), lambda: cls._made(code, words))

    @classmethod
    def _made(cls, code: str, words: Vocabulary) -> "Indicator":
        row = words.indicator(code)
        return cls(
            code=row.code,
            title=row.title,
            description=row.description,
            definition=row.definition,
            unit=row.unit,
            kind=IndicatorKind(row.kind.value),
            owner=row.owner,
            time_additive=row.time_additive,
            area_additive=row.area_additive,
            direction=Direction(row.direction.value),
            numerator=" + ".join(map(str, row.numerator)) or None,
            denominator=" + ".join(map(str, row.denominator)) or None,
            per=row.per,
            stated=row.stated,
            decimals=row.decimals,
            dimensions=[Dimension.of(dimension, words) for dimension in row.dimensions],
        )


@strawberry.type(
    description="A place: an official area with its GSS code, or one of the hub's own."
)
class Area:
    """An area."""

    code: str = strawberry.field(description="GSS code, or the hub's own for a Marac.")
    name: str = strawberry.field(description="Its name.")
    level: str = strawberry.field(description="Its level: `LAD`, `CTY`, `PFA`, `MAR`, `RGN` …")

    @strawberry.field(description="The areas it lay in, over all hierarchies and dates.")
    def parents(self) -> list[Annotated["Area", strawberry.lazy("hub.schema.read.words")]]:
        """Areas above."""
        return [Area.of(vocabulary().area(code)) for code in vocabulary().parents(self.code)]

    @strawberry.field(description="The areas that lay in it, over all hierarchies and dates.")
    def children(self) -> list[Annotated["Area", strawberry.lazy("hub.schema.read.words")]]:
        """Areas below."""
        return [Area.of(vocabulary().area(code)) for code in vocabulary().children(self.code)]

    @strawberry.field(description="The code that replaced this one, if it was superseded.")
    def successor(self) -> str | None:
        """Successor's code."""
        return vocabulary().area(self.code).successor

    @classmethod
    def of(cls, row: rows.Area) -> "Area":
        """Show an area."""
        return cls(code=row.code, name=row.name, level=row.level)


@strawberry.type(description="An agency that publishes returns.")
class Agency:
    """An agency."""

    code: str = strawberry.field(description="Code of the agency.")
    name: str = strawberry.field(description="Its name.")
    kind: str = strawberry.field(description="What kind of agency it is.")
    areas: list[str] = strawberry.field(description="Codes of the areas it reports on.")

    @classmethod
    def of(cls, row: rows.Agency) -> "Agency":
        """Show an agency."""
        return cls(code=row.code, name=row.title, kind=row.kind, areas=list(row.areas))


@strawberry.type(description="What one kind of agency returns, how often, and when it is due.")
class Dataset:
    """A dataset."""

    code: str = strawberry.field(description="Code of the dataset.")
    title: str = strawberry.field(description="Its name.")
    description: str = strawberry.field(description="What it holds.")
    agency_kind: str = strawberry.field(description="The kind of agency that returns it.")
    period_kinds: list[PeriodKind] = strawberry.field(description="Periods a return may cover.")
    due_days: int = strawberry.field(description="Days after the end of the period until due.")

    @strawberry.field(description="The indicators it carries.")
    def indicators(self) -> list[Indicator]:
        """Indicators of the dataset."""
        words = vocabulary()
        return [Indicator.of(code, words) for code in words.dataset_indicators.get(self.code, ())]

    @classmethod
    def of(cls, row: rows.Dataset) -> "Dataset":
        """Show a dataset."""
        return cls(
            code=row.code,
            title=row.title,
            description=row.description,
            agency_kind=row.agency_kinds[0],
            period_kinds=[PeriodKind(kind.value) for kind in row.period_kinds],
            due_days=row.due_days,
        )


def indicator_named(attribute: str) -> Mapping[str, Named]:
    """Say that a field shows the indicator whose code stands at an attribute."""
    return {NAMED: Named(attribute, lambda code, context: Indicator.of(code, context.words))}


def area_named(attribute: str) -> Mapping[str, Named]:
    """Say that a field shows the area whose code stands at an attribute."""
    return {NAMED: Named(attribute, lambda code, context: Area.of(context.words.area(code)))}


def period_named(attribute: str) -> Mapping[str, Named]:
    """Say that a field shows the period whose string stands at an attribute."""
    return {NAMED: Named(attribute, _period_named)}


def _period_named(text: str | None, context: Any) -> Period | None:
    return Period.of(parse_period(text)) if text is not None else None


def agency_named(attribute: str) -> Mapping[str, Named]:
    """Say that a field shows the agency whose code stands at an attribute, if any does."""
    return {NAMED: Named(attribute, _agency_named)}


def _agency_named(code: str | None, context: Any) -> Agency | None:
    return Agency.of(context.words.agencies[code]) if code is not None else None
