"""The root of the readers' schema."""

from functools import partial

import strawberry
from strawberry.types import Info

from hub.errors import InvalidError
from hub.protected import reader
from hub.protected.reader import Selection
from hub.schema.guard import Guard
from hub.schema.read.context import context_of
from hub.schema.read.journey import Journey
from hub.schema.read.observations import ObservationConnection, page_of, position_of
from hub.schema.read.releases import Release
from hub.schema.read.series import Series
from hub.schema.read.viewer import Viewer
from hub.schema.read.words import Agency, Area, Dataset, Indicator, Period
from hub.views.assembly import journey_of, stage_terms
from hub.views.series import series_of
from hub.vocabulary import parse_breakdown, parse_period

root = partial(strawberry.field, extensions=[Guard("read")])
PAGE = 100
"""Most observations on a page (security G12)."""


@strawberry.type(description="Everything a reader may ask: published figures and the words.")
class Query:
    """Root fields."""

    @root(description="Who the token is: agency, roles, audience, areas.")
    async def viewer(self, info: Info) -> Viewer:
        """Tell the caller who it is."""
        context = context_of(info)
        return Viewer.of(context.principal, context.audience)

    @root(description="The agencies that publish returns.")
    async def agencies(self, info: Info) -> list[Agency]:
        """List agencies."""
        return [Agency.of(row) for row in context_of(info).words.agencies.values()]

    @root(description="What agencies return.")
    async def datasets(self, info: Info) -> list[Dataset]:
        """List datasets."""
        return [Dataset.of(row) for row in context_of(info).words.datasets.values()]

    @root(description="What is counted; narrowed by code, dataset or owner if given.")
    async def indicators(
        self,
        info: Info,
        codes: list[str] | None = None,
        dataset: str | None = None,
        owner: str | None = None,
    ) -> list[Indicator]:
        """List indicators."""
        words = context_of(info).words
        chosen = [words.indicator(code) for code in codes] if codes else words.indicators.values()
        return [
            Indicator.of(row.code, words)
            for row in chosen
            if (dataset is None or dataset in row.datasets) and owner in (None, row.owner)
        ]

    @root(description="Places; narrowed by code, level or the area they lie in if given.")
    async def areas(
        self,
        info: Info,
        codes: list[str] | None = None,
        level: str | None = None,
        within: str | None = None,
    ) -> list[Area]:
        """List areas."""
        words = context_of(info).words
        chosen = [words.area(code) for code in codes] if codes else words.areas.values()
        if within is not None:
            words.area(within)
        return [
            Area.of(row)
            for row in chosen
            if level in (None, row.level) and (within is None or words.within(row.code, (within,)))
        ]

    @root(description="One place by its code.")
    async def area(self, info: Info, code: str) -> Area:
        """Find an area."""
        return Area.of(context_of(info).words.area(code))

    @root(description="One period by its string; says the likely readings of an unclear one.")
    async def period(self, info: Info, id: strawberry.ID) -> Period:  # noqa: A002 the contract's name
        """Read a period."""
        return Period.of(parse_period(str(id)))

    @root(description="One release, the latest if no id is given.")
    async def release(self, info: Info, id: strawberry.ID | None = None) -> Release:  # noqa: A002
        """Find a release."""
        return Release.of(await context_of(info).release(None if id is None else str(id)))

    @root(description="The releases the caller may read, newest first.")
    async def releases(self, info: Info) -> list[Release]:
        """List releases."""
        context = context_of(info)
        async with context.database.protected() as session:
            return [Release.of(row) for row in await reader.releases(session, context.audience)]

    @root(description="Published observations, a page at a time.")
    async def observations(
        self,
        info: Info,
        indicators: list[str] | None = None,
        areas: list[str] | None = None,
        periods: list[str] | None = None,
        breakdowns: list[str] | None = None,
        release: str | None = None,
        first: int = 50,
        after: str | None = None,
    ) -> ObservationConnection:
        """List observations."""
        context = context_of(info)
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

    @root(description="One indicator over time in one area, aligned, with its gaps said.")
    async def series(
        self,
        info: Info,
        indicator: str,
        area: str,
        from_: str,
        to: str,
        release: str | None = None,
    ) -> Series:
        """Line up a series."""
        context = context_of(info)
        row, place = context.words.indicator(indicator), context.words.area(area)
        first, last = parse_period(from_), parse_period(to)
        chosen = await context.release(release)
        wanted = Selection(indicators=[row.code], areas=[place.code], totals_only=True)
        async with context.database.protected() as session:
            found = await reader.observations(session, chosen.id, wanted)
        cells = {item.key: item for item in found}
        points = series_of(row.code, place.code, first, last, cells, context.words)
        return Series.of(row, place, chosen, points, context.words)

    @root(description="The cross-agency victim journey of an area around a period.")
    async def journey(
        self, info: Info, area: str, period: str, release: str | None = None
    ) -> Journey:
        """Assemble a journey."""
        context = context_of(info)
        place, asked = context.words.area(area), parse_period(period)
        chosen = await context.release(release)
        wanted = Selection(indicators=sorted(stage_terms(context.words)), areas=[place.code])
        async with context.database.protected() as session:
            found = await reader.observations(session, chosen.id, wanted)
        cells = {item.key: item for item in found}
        view = journey_of(place, asked, chosen.id, chosen.audience.value, cells, context.words)
        return Journey.of(view, chosen)


schema = strawberry.Schema(query=Query)
"""The readers' schema; its SDL is committed beside it."""
