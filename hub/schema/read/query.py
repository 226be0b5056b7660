"""The root of the readers' schema."""

from typing import Annotated

import strawberry
from strawberry import argument
from strawberry.types import Info

from hub.errors import InvalidError
from hub.protected.reader import Selection
from hub.schema.guard import guarded
from hub.schema.read import arguments as a
from hub.schema.read.completeness import Completeness
from hub.schema.read.context import ReadContext
from hub.schema.read.journey import Journey
from hub.schema.read.needs import needs_of
from hub.schema.read.observations import ObservationConnection, page_of, position_of
from hub.schema.read.overview import Comparator, Overview
from hub.schema.read.performance import Performance
from hub.schema.read.profile import Profile
from hub.schema.read.reconciliation import Reconciliation, Statement
from hub.schema.read.releases import Release
from hub.schema.read.series import Series
from hub.schema.read.trend import LinkTrend
from hub.schema.read.viewer import Viewer
from hub.schema.read.words import Agency, Area, Dataset, Indicator, Period
from hub.views import overview as views
from hub.vocabulary import Breakdown, Vocabulary, parse_breakdown, parse_period

Ask = Info[ReadContext, None]
Comparators = Annotated[
    list[Comparator] | None, argument(description="What to compare with; everything if none.")
]
Statements = Annotated[list[Statement], argument(description="Figures of a report, at most 200.")]
PAGE = 100
"""Most observations on a page (security G12)."""


@strawberry.type(description="Everything a reader may ask: published figures and the words.")
class Query:
    """Root fields."""

    @strawberry.field(description="Who the token is: agency, roles, audience, areas.")
    async def viewer(self, info: Ask) -> Viewer:
        """Tell the caller who it is."""
        return Viewer.of(info.context.principal, info.context.library.audience)

    @strawberry.field(description="The agencies that publish returns.")
    async def agencies(self, info: Ask) -> list[Agency]:
        """List agencies."""
        return [Agency.of(row) for row in info.context.words.agencies.values()]

    @strawberry.field(description="What agencies return.")
    async def datasets(self, info: Ask) -> list[Dataset]:
        """List datasets."""
        return [Dataset.of(row) for row in info.context.words.datasets.values()]

    @strawberry.field(description="What is counted; narrowed by code, dataset or owner.")
    async def indicators(
        self,
        info: Ask,
        codes: a.Indicators = None,
        dataset: a.DatasetCode = None,
        owner: a.Owner = None,
    ) -> list[Indicator]:
        """List indicators."""
        words = info.context.words
        chosen = [words.indicator(code) for code in codes] if codes else words.indicators.values()
        return [
            Indicator.of(row.code, words)
            for row in chosen
            if (dataset is None or dataset in row.datasets) and owner in (None, row.owner)
        ]

    @strawberry.field(description="Places; narrowed by code, level or the area they lie in.")
    async def areas(
        self, info: Ask, codes: a.Areas = None, level: a.Level = None, within: a.Within = None
    ) -> list[Area]:
        """List areas."""
        words = info.context.words
        chosen = [words.area(code) for code in codes] if codes else words.areas.values()
        if within is not None:
            words.area(within)
        return [
            Area.of(row)
            for row in chosen
            if level in (None, row.level) and (within is None or words.within(row.code, (within,)))
        ]

    @strawberry.field(description="One place by its code.")
    async def area(self, info: Ask, code: a.AreaCode) -> Area:
        """Find an area."""
        return Area.of(info.context.words.area(code))

    @strawberry.field(description="One period by its string; tells the readings of an unclear one.")
    async def period(self, info: Ask, id: a.PeriodId) -> Period:  # noqa: A002 the contract's name
        """Read a period."""
        return Period.of(parse_period(id))

    @strawberry.field(description="One release, the latest if no id is given.")
    async def release(self, info: Ask, id: a.ReleaseId = None) -> Release:  # noqa: A002
        """Find a release."""
        return Release.of(await info.context.library.release(id))

    @strawberry.field(description="The releases the caller may read, newest first.")
    async def releases(self, info: Ask) -> list[Release]:
        """List releases."""
        return [Release.of(row) for row in await info.context.library.releases()]

    @strawberry.field(description="Published observations, a page at a time.")
    async def observations(
        self,
        info: Ask,
        indicators: a.Indicators = None,
        areas: a.Areas = None,
        periods: a.Periods = None,
        breakdowns: a.Breakdowns = None,
        release: a.ReleaseId = None,
        first: a.First = 50,
        after: a.After = None,
    ) -> ObservationConnection:
        """List observations."""
        words, library = info.context.words, info.context.library
        if not 1 <= first <= PAGE:
            raise InvalidError(f"`first` runs from 1 to {PAGE}.", code="PAGE_SIZE")
        wanted = Selection(
            indicators=[words.indicator(code).code for code in indicators or ()],
            areas=[words.area(code).code for code in areas or ()],
            periods=[parse_period(text).id for text in periods or ()],
            breakdowns=[_declared(text, words) for text in breakdowns or ()],
            totals_only=breakdowns == [],
        )
        chosen = await library.release(release)
        start = position_of(after) if after else None
        needs = needs_of(info.context.asked.get(str(info.path.key)))
        page = await library.page(wanted, chosen, first + 1, start, needs)
        return page_of(page, first, after, words)

    @strawberry.field(description="One indicator over time in one area, aligned, gaps said.")
    async def series(
        self,
        info: Ask,
        indicator: a.IndicatorCode,
        area: a.AreaCode,
        from_: a.From,
        to: a.To,
        release: a.ReleaseId = None,
    ) -> Series:
        """Line up a series."""
        words, library = info.context.words, info.context.library
        needs = needs_of(info.context.asked.get(str(info.path.key)))
        line, chosen = await library.series(indicator, area, from_, to, release, needs)
        return Series.of(indicator, area, chosen, line, words)

    @strawberry.field(description="The cross-agency victim journey of an area around a period.")
    async def journey(
        self,
        info: Ask,
        area: a.AreaCode,
        period: a.PeriodText,
        release: a.ReleaseId = None,
        allow_unlike: a.AllowUnlike = False,
    ) -> Journey:
        """Assemble a journey."""
        library, asked = info.context.library, info.context.asked.get(str(info.path.key))
        found = await library.journey(
            area,
            period,
            release,
            links=asked is None or "links" in asked,
            allow_unlike=allow_unlike,
        )
        return Journey.of(*found)

    @strawberry.field(
        name="journeyTrend",
        description="The links of a journey as the latest six releases had them.",
    )
    async def journey_trend(
        self, info: Ask, area: a.AreaCode, period: a.PeriodText
    ) -> list[LinkTrend]:
        """Follow links through releases."""
        found = await info.context.library.trend(area, period)
        return [LinkTrend.of(item) for item in found]

    @strawberry.field(description="The Marac overview: indicators down, comparators across.")
    async def overview(
        self,
        info: Ask,
        areas: a.OverviewAreas,
        period: a.OverviewPeriod,
        comparators: Comparators = None,
        release: a.ReleaseId = None,
    ) -> Overview:
        """Lay out an overview."""
        chosen = comparators if comparators is not None else views.ALWAYS
        wanted = [views.Comparator(item.value) for item in chosen]
        library = info.context.library
        view, found = await library.overview(areas, period, wanted, release)
        return Overview.of(view, found, info.context.words)

    @strawberry.field(description="The measures of an area against their targets, as at a month.")
    async def performance(
        self, info: Ask, area: a.AreaCode, as_at: a.AsAt, release: a.ReleaseId = None
    ) -> Performance:
        """Judge measures."""
        view, found = await info.context.library.performance(area, as_at, release)
        return Performance.of(view, found, info.context.words)

    @strawberry.field(description="One return's tables with bases, shares and previous years.")
    async def profile(
        self,
        info: Ask,
        dataset: a.DatasetOf,
        area: a.AreaCode,
        period: a.PeriodId,
        release: a.ReleaseId = None,
    ) -> Profile:
        """Lay out tables."""
        view, found = await info.context.library.profile(dataset, area, period, release)
        return Profile.of(view, found, info.context.words)

    @strawberry.field(description="The figures a report prints, against what the hub publishes.")
    async def reconcile(
        self, info: Ask, statements: Statements, release: a.ReleaseId = None
    ) -> Reconciliation:
        """Set printed figures against a release."""
        asked = [statement.row() for statement in statements]
        view, found = await info.context.library.reconcile(asked, release)
        return Reconciliation.of(view, found)

    @strawberry.field(description="Who owes what for a period, as far as a release shows it.")
    async def completeness(
        self, info: Ask, period: a.WithinYear, release: a.ReleaseId = None
    ) -> Completeness:
        """Say what is owed."""
        view, found = await info.context.library.completeness(period, release)
        return Completeness.of(view, found)


def _declared(text: str, words: Vocabulary) -> Breakdown:
    """Read a breakdown; an undeclared dimension or category is an error, not an empty answer."""
    found = parse_breakdown(text)
    for dimension, category in found:
        words.category(dimension, category)
    return found


schema = strawberry.Schema(query=guarded(Query, "read"))
"""The readers' schema; its SDL is committed beside it."""
