"""Every view by name, read from a release: what GraphQL, saved queries and pages share."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hub.clock import Clock, now
from hub.db.engine import Database
from hub.db.standbys import Answer, Question
from hub.errors import InvalidError, NotFoundError
from hub.protected import reader, rows
from hub.protected.observations import Cells
from hub.protected.reader import Position, Selection
from hub.protected.releases import Audience, Release
from hub.protected.rows import Row, Rows, observation_of_row
from hub.views.assembly import journey_of, stage_breakdowns, stage_terms
from hub.views.changes import Changes
from hub.views.completeness import Completeness, completeness_of, periods_within
from hub.views.holdings import Holdings
from hub.views.journey import Journey
from hub.views.overview import (
    ALWAYS,
    Comparator,
    Overview,
    columns_of,
    overview_of,
    overview_terms,
)
from hub.views.performance import Performance, performance_of, performance_terms
from hub.views.profile import Profile, profile_periods, profile_terms
from hub.views.ratios import parts_needed
from hub.views.reconciliation import (
    MOST,
    Reconciliation,
    Statement,
    cells_needed,
    reconcile,
)
from hub.views.series import Line, ends_of, histories, series_of
from hub.views.shelf import Shelf
from hub.views.stages import near
from hub.views.standings import StageStanding, standings_of
from hub.views.stock import Stock
from hub.views.tables import profile_of
from hub.views.together import Together, is_whole
from hub.views.trend import MOST_RELEASES, LinkTrend, trends_of
from hub.vocabulary import Period, PeriodKind, Vocabulary, parse_period
from hub.vocabulary.rows import Area


@dataclass(frozen=True, slots=True)
class Page:
    """Some observations of a selection, and how many there are in all."""

    rows: Rows
    total: int
    parts: Cells
    """The cells that the ratios among the rows were divided from."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What an answer needs of a page: more than that is not read."""

    columns: frozenset[str] = rows.ALL
    """Those of :data:`hub.protected.rows.OPTIONAL` that it shows."""
    total: bool = True
    parts: bool = True


EVERYTHING = Needs()


@dataclass(frozen=True, slots=True)
class Library:
    """The views one audience may read. Each call reads one release, whole.

    All calls see the releases of one moment, that of the first: make one for each request, so that
    an answer of several parts is not mixed of two releases.
    """

    database: Database
    words: Vocabulary
    audience: Audience
    clock: Clock = now
    shelf: Shelf | None = None
    """Where the releases are looked up; without one the database is asked."""
    _seen: list[tuple[Release, ...]] = field(default_factory=list, init=False, repr=False)
    _together: Together = field(
        default_factory=lambda: Together(asyncio.Lock()), init=False, repr=False
    )

    async def releases(self) -> list[Release]:
        """List the audience's releases, newest first, as they were at the first question."""
        return list(await self._releases())

    async def _releases(self) -> Sequence[Release]:
        if not self._seen:
            async with self._together.turn:
                # Parts are asked at the same time; the first that looks looks for all.
                if not self._seen:
                    self._seen.append(await self._look())
        return self._seen[0]

    async def _look(self) -> tuple[Release, ...]:
        if self.shelf is not None:
            return (await self.shelf.edition(self.audience)).releases
        async with self.database.protected() as session:
            return tuple(await reader.releases(session, self.audience))

    async def _read(self, question: Question[Answer], *releases: str) -> Answer:
        """Ask one thing at a time: sixteen pages of one document would take every connection from
        the other readers, and wait for each other all the same."""
        async with self._together.turn:
            return await self.database.read(question, *releases)

    async def release(self, wanted: str | None = None) -> Release:
        """Find a release, the latest if none is named.

        Raises:
            NotFoundError: there is none, or it is another audience's; the answer is the same.
        """
        for one in await self._releases():
            if wanted is None or one.id == wanted:
                return one
        raise NotFoundError(
            "There is no such release." if wanted else "Nothing has been published yet."
        )

    async def journey(
        self,
        area: str,
        period: str,
        release: str | None = None,
        *,
        links: bool = True,
        allow_unlike: bool = False,
    ) -> tuple[Journey, Release]:
        """Assemble the journey of an area around a period; without ``links`` no ratio is computed.

        Raises:
            VocabularyError: unknown area, or a period that is not one.
            NotFoundError: no such release.
        """
        place, asked = self.words.area(area), parse_period(period)
        chosen = await self.release(release)
        found = await self._journey(place, asked, chosen, links=links, allow_unlike=allow_unlike)
        return found, chosen

    async def trend(self, area: str, period: str) -> tuple[LinkTrend, ...]:
        """Follow the links of a journey through the latest releases."""
        place, asked = self.words.area(area), parse_period(period)
        latest = (await self.releases())[:MOST_RELEASES]
        return trends_of([(await self._journey(place, asked, one), one) for one in latest])

    async def standings(self, view: Journey, release: Release) -> dict[str, StageStanding]:
        """Say how the figures of a journey of that release stand, by stage."""
        cells = await self._cells(release, stage_terms(self.words), view.area.code)
        return standings_of(view, cells, self.words)

    async def _journey(
        self,
        place: Area,
        asked: Period,
        chosen: Release,
        *,
        links: bool = True,
        allow_unlike: bool = False,
    ) -> Journey:
        return journey_of(
            place,
            asked,
            chosen.id,
            str(self.audience),
            await self._near(chosen, place.code, asked),
            self.words,
            links=links,
            allow_unlike=allow_unlike,
        )

    async def series(
        self,
        indicator: str,
        area: str,
        first: str,
        last: str,
        release: str | None = None,
        needs: Needs = EVERYTHING,
    ) -> tuple[Line, Release]:
        """Line up one indicator over time in one area; of a kind that repeats, only its periods
        are read."""
        row, place = self.words.indicator(indicator), self.words.area(area)
        start, end = parse_period(first), parse_period(last)
        if start.kind is not end.kind or start.start > end.start:
            raise InvalidError(
                f"A series runs forward over periods of one kind; {first} to {last} does not.",
                code="SERIES_RANGE",
            )
        chosen = await self.release(release)
        found = await self._line(chosen, row.code, place.code, ends_of(start, end), needs.columns)
        return series_of(row.code, start, end, found, self.words), chosen

    async def histories(
        self, indicator: str, area: str, release: str | None = None
    ) -> tuple[dict[PeriodKind, Line], Release]:
        """Line up everything published on one indicator in one area, by kind of period."""
        row, place = self.words.indicator(indicator), self.words.area(area)
        chosen = await self.release(release)
        found = await self._line(chosen, row.code, place.code, None)
        return histories(row.code, found, self.words), chosen

    async def places(self, indicators: Iterable[str], release: Release) -> list[tuple[str, str]]:
        """List the areas and periods for which a release says anything on some indicators."""
        wanted = sorted(indicators)
        return await self._read(lambda reads: rows.places(reads, release.id, wanted), release.id)

    async def returned(self, release: Release) -> list[tuple[str, str, str]]:
        """List the datasets, areas and periods of which a release says anything."""
        return await self._by_name(release, self.words.dataset_indicators)

    async def overviews(self, release: Release) -> list[tuple[str, str, str]]:
        """List the lines, areas and periods that a release has anything for in the overview."""
        return await self._by_name(release, {code: (code,) for code in self.words.overview})

    async def _by_name(
        self, release: Release, groups: Mapping[str, Collection[str]]
    ) -> list[tuple[str, str, str]]:
        return await self._read(lambda reads: rows.returned(reads, release.id, groups), release.id)

    async def changes(self, release: str | None = None) -> tuple[Changes, Release]:
        """Say what a release changed against the one before it.

        Raises:
            NotFoundError: no such release.
        """
        chosen = await self.release(release)
        earlier = [one for one in await self.releases() if one.sequence < chosen.sequence]
        if not earlier:
            return Changes(chosen, None, ()), chosen
        old = earlier[0]
        found = await self._read(
            lambda reads: rows.differences(reads, chosen.id, old.id), chosen.id, old.id
        )
        return Changes(chosen, old, tuple(found)), chosen

    async def overview(
        self,
        areas: Iterable[str],
        period: str,
        comparators: Iterable[Comparator] = ALWAYS,
        release: str | None = None,
    ) -> tuple[Overview, Release]:
        """Lay out the Marac overview of some areas beside what they are compared with.

        Raises:
            InvalidError: too many areas.
        """
        asked = parse_period(period)
        places = [self.words.area(code) for code in dict.fromkeys(areas)]
        columns = columns_of(places, asked, comparators, self.words)
        chosen = await self.release(release)
        wanted = Selection(
            indicators=sorted(overview_terms(self.words)),
            areas=sorted({column.area.code for column in columns}),
            periods=[asked.id],
        )
        cells = await self._selected(chosen, wanted)
        return overview_of(columns, asked, chosen.id, cells, self.words), chosen

    async def performance(
        self, area: str, as_at: str, release: str | None = None
    ) -> tuple[Performance, Release]:
        """Judge the measures of an area as at the end of a period."""
        place, asked = self.words.area(area), parse_period(as_at)
        chosen = await self.release(release)
        cells = await self._cells(chosen, sorted(performance_terms(self.words)), place.code)
        return performance_of(place, asked, chosen.id, cells, self.words), chosen

    async def profile(
        self, dataset: str, area: str, period: str, release: str | None = None
    ) -> tuple[Profile, Release]:
        """Lay out one dataset's tables for an area, with the years before."""
        row, place, asked = self.words.dataset(dataset), self.words.area(area), parse_period(period)
        chosen = await self.release(release)
        wanted = Selection(
            indicators=sorted(profile_terms(row.code, self.words)),
            areas=[place.code],
            periods=[item.id for item in profile_periods(asked)],
        )
        cells = await self._selected(chosen, wanted)
        return profile_of(row, place, asked, chosen.id, cells, self.words), chosen

    async def reconcile(
        self, statements: Sequence[Statement], release: str | None = None
    ) -> tuple[Reconciliation, Release]:
        """Set the figures a report prints against a release.

        Raises:
            InvalidError: too many statements, or the counts of this audience are rounded.
        """
        if self.audience is Audience.PUBLIC:
            message = "The public's counts are rounded: ask as an analyst of the partnership."
            raise InvalidError(message, code="RECONCILE_ROUNDED")
        if len(statements) > MOST:
            raise InvalidError(f"At most {MOST} statements at once.", code="RECONCILE_SIZE")
        needed = cells_needed(statements, self.words)
        chosen = await self.release(release)
        wanted = Selection(
            indicators=sorted({key.indicator for key in needed}),
            areas=sorted({key.area for key in needed}),
            periods=sorted({key.period for key in needed}),
        )
        cells = await self._selected(chosen, wanted) if needed else {}
        return reconcile(statements, chosen.id, cells, self.words), chosen

    async def completeness(
        self, period: str, release: str | None = None
    ) -> tuple[Completeness, Release]:
        """Say who owes what for a period, as far as a release shows it.

        Raises:
            InvalidError: a period of more than a year.
        """
        asked = parse_period(period)
        wanted = Selection(periods=periods_within(asked))
        chosen = await self.release(release)
        found = (await self._selected(chosen, wanted)).values()
        today = self.clock().date()
        return completeness_of(asked, chosen.id, found, today, self.words), chosen

    async def page(
        self,
        wanted: Selection,
        release: Release,
        limit: int,
        after: Position | None,
        needs: Needs = EVERYTHING,
    ) -> Page:
        """Read some observations in their fixed order; 0 stands for a total not needed."""
        shown, id_ = needs.columns, release.id
        if after is None and is_whole(wanted, limit):
            found = await self._together.rows(
                wanted, (id_, shown), lambda all_: self._whole(release, all_, shown)
            )
        else:
            found = await self._read(
                lambda reads: rows.page(
                    reads, id_, wanted, limit=limit, after=after, columns=shown
                ),
                id_,
            )
        total = 0
        if needs.total:
            total = await self._read(lambda reads: rows.count(reads, id_, wanted), id_)
        return Page(found, total, await self._parts(release, found) if needs.parts else {})

    async def _whole(self, release: Release, wanted: Selection, shown: frozenset[str]) -> Rows:
        """Read all of a selection: from memory if it is there."""
        kept = self._stock.page(release.id, wanted, shown) if self._stock else None
        if kept is not None:
            return kept
        return await self.database.read(
            lambda reads: rows.page(reads, release.id, wanted, columns=shown), release.id
        )

    @property
    def _stock(self) -> Stock | None:
        return self.shelf.stock if self.shelf else None

    async def _parts(self, release: Release, shown: Sequence[Row]) -> Cells:
        keys = parts_needed(map(observation_of_row, shown), self.words)
        if not keys:
            return {}
        wanted = Selection(
            indicators=sorted({key.indicator for key in keys}),
            areas=sorted({key.area for key in keys}),
            periods=sorted({key.period for key in keys}),
        )
        return await self._selected(release, wanted)

    async def _cells(self, release: Release, indicators: Sequence[str], area: str) -> Cells:
        return await self._selected(release, Selection(indicators=indicators, areas=[area]))

    async def _near(self, release: Release, area: str, period: Period) -> Rows:
        """Read what may stand for the stages of a journey: periods near the one asked for."""
        periods = near(period, await self._periods(release, area))
        if not periods:
            return rows.NONE
        terms, breakdowns = stage_terms(self.words), stage_breakdowns(self.words)
        return await self._found(release, Selection(terms, [area], periods, breakdowns))

    async def _periods(self, release: Release, area: str) -> tuple[str, ...]:
        kept = self._stock.periods(release.id, area) if self._stock else None
        if kept is not None:
            return kept
        holdings = self.shelf.holdings if self.shelf else Holdings(self.database)
        async with self._together.turn:
            return await holdings.periods(release.id, area)

    async def _line(
        self,
        release: Release,
        indicator: str,
        area: str,
        ends: tuple[str, str] | None,
        columns: frozenset[str] = rows.ALL,
    ) -> Rows:
        """Read an indicator's totals in an area; of every period if no ends are named."""
        stock = self._stock
        kept = stock.line(release.id, indicator, area, ends, columns) if stock else None
        if kept is not None:
            return kept
        return await self._read(
            lambda reads: rows.line(reads, release.id, indicator, area, ends, columns=columns),
            release.id,
        )

    async def _selected(self, release: Release, wanted: Selection) -> Cells:
        found = await self._found(release, wanted)
        return {item.key: item for item in map(observation_of_row, found)}

    async def _found(self, release: Release, wanted: Selection) -> Rows:
        async with self._together.turn:
            return await self._whole(release, wanted, rows.ALL)
