"""The root of the readers' schema."""

import strawberry
from strawberry.types import Info

from hub.errors import InvalidError
from hub.protected import reader
from hub.protected.reader import Selection
from hub.schema.guard import guarded
from hub.schema.read import arguments as a
from hub.schema.read.context import ReadContext
from hub.schema.read.journey import Journey
from hub.schema.read.observations import ObservationConnection, page_of, position_of
from hub.schema.read.releases import Release
from hub.schema.read.series import Series
from hub.schema.read.viewer import Viewer
from hub.schema.read.words import Agency, Area, Dataset, Indicator, Period
from hub.views.assembly import journey_of, stage_terms
from hub.views.series import series_of
from hub.vocabulary import parse_breakdown, parse_period

PAGE = 100
"""Most observations on a page (security G12)."""


@strawberry.type(description="Everything a reader may ask: published figures and the words.")
class Query:
    """Root fields."""

    @strawberry.field(description="Who the token is: agency, roles, audience, areas.")
    async def viewer(self, info: Info[ReadContext, None]) -> Viewer:
        """Tell the caller who it is."""
        context = info.context
        return Viewer.of(context.principal, context.audience)

    @strawberry.field(description="The agencies that publish returns.")
    async def agencies(self, info: Info[ReadContext, None]) -> list[Agency]:
        """List agencies."""
        return [Agency.of(row) for row in info.context.words.agencies.values()]

    @strawberry.field(description="What agencies return.")
    async def datasets(self, info: Info[ReadContext, None]) -> list[Dataset]:
        """List datasets."""
        return [Dataset.of(row) for row in info.context.words.datasets.values()]

    @strawberry.field(description="What is counted; narrowed by code, dataset or owner if given.")
    async def indicators(
        self,
        info: Info[ReadContext, None],
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

    @strawberry.field(
        description="Places; narrowed by code, level or the area they lie in if given."
    )
    async def areas(
        self,
        info: Info[ReadContext, None],
        codes: a.Areas = None,
        level: a.Level = None,
        within: a.Within = None,
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
    async def area(self, info: Info[ReadContext, None], code: a.AreaCode) -> Area:
        """Find an area."""
        return Area.of(info.context.words.area(code))

    @strawberry.field(
        description="One period by its string; says the likely readings of an unclear one."
    )
    async def period(self, info: Info[ReadContext, None], id: a.PeriodId) -> Period:  # noqa: A002 the contract's name
        """Read a period."""
        return Period.of(parse_period(id))

    @strawberry.field(description="One release, the latest if no id is given.")
    async def release(self, info: Info[ReadContext, None], id: a.ReleaseId = None) -> Release:  # noqa: A002
        """Find a release."""
        return Release.of(await info.context.release(id))

    @strawberry.field(description="The releases the caller may read, newest first.")
    async def releases(self, info: Info[ReadContext, None]) -> list[Release]:
        """List releases."""
        context = info.context
        async with context.database.protected() as session:
            return [Release.of(row) for row in await reader.releases(session, context.audience)]

    @strawberry.field(description="Published observations, a page at a time.")
    async def observations(
        self,
        info: Info[ReadContext, None],
        indicators: a.Indicators = None,
        areas: a.Areas = None,
        periods: a.Periods = None,
        breakdowns: a.Breakdowns = None,
        release: a.ReleaseId = None,
        first: a.First = 50,
        after: a.After = None,
    ) -> ObservationConnection:
        """List observations."""
        context = info.context
        if not 1 <= first <= PAGE:
            raise InvalidError(f"`first` runs from 1 to {PAGE}.", code="PAGE_SIZE")
        wanted = Selection(
            indicators=[context.words.indicator(code).code for code in indicators or ()],
            areas=[context.words.area(code).code for code in areas or ()],
            periods=[parse_period(text).id for text in periods or ()],
            breakdowns=[parse_breakdown(text) for text in breakdowns or ()],
            totals_only=breakdowns == [],
        )
        chosen = await context.release(release)
        start = position_of(after) if after else None
        async with context.database.protected() as session:
            rows = await reader.observations(
                session, chosen.id, wanted, limit=first + 1, after=start
            )
            total = await reader.count(session, chosen.id, wanted)
        return page_of(rows, total, first, after, context.words)

    @strawberry.field(
        description="One indicator over time in one area, aligned, with its gaps said."
    )
    async def series(
        self,
        info: Info[ReadContext, None],
        indicator: a.IndicatorCode,
        area: a.AreaCode,
        from_: a.From,
        to: a.To,
        release: a.ReleaseId = None,
    ) -> Series:
        """Line up a series."""
        context = info.context
        row, place = context.words.indicator(indicator), context.words.area(area)
        first, last = parse_period(from_), parse_period(to)
        chosen = await context.release(release)
        wanted = Selection(indicators=[row.code], areas=[place.code], totals_only=True)
        async with context.database.protected() as session:
            found = await reader.observations(session, chosen.id, wanted)
        cells = {item.key: item for item in found}
        points = series_of(row.code, place.code, first, last, cells, context.words)
        return Series.of(row, place, chosen, points, context.words)

    @strawberry.field(description="The cross-agency victim journey of an area around a period.")
    async def journey(
        self,
        info: Info[ReadContext, None],
        area: a.AreaCode,
        period: a.PeriodText,
        release: a.ReleaseId = None,
    ) -> Journey:
        """Assemble a journey."""
        context = info.context
        place, asked = context.words.area(area), parse_period(period)
        chosen = await context.release(release)
        wanted = Selection(indicators=sorted(stage_terms(context.words)), areas=[place.code])
        async with context.database.protected() as session:
            found = await reader.observations(session, chosen.id, wanted)
        cells = {item.key: item for item in found}
        view = journey_of(place, asked, chosen.id, chosen.audience.value, cells, context.words)
        return Journey.of(view, chosen)


schema = strawberry.Schema(query=guarded(Query, "read"))
"""The readers' schema; its SDL is committed beside it."""
