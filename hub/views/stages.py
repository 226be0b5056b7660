"""Choosing the figure that stands for a stage: the requested area, the nearest period."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, overload

from hub.protected.figures import Figure, FigureStatus, missing
from hub.protected.observations import NOT_RETURNED, figure_of
from hub.protected.rows import (
    ROW_TELLS,
    STATUSES,
    Row,
    Rows,
    observation_of_row,
    sources_of,
    table_of,
)
from hub.views.journey import MissingView, Part, StageView
from hub.vocabulary import Period, PeriodKind, Term, Vocabulary, breakdown_text, parse_period
from hub.vocabulary.memory import remembered
from hub.vocabulary.rows import Agency, Area, Stage

ABSENT = frozenset(
    {FigureStatus.NOT_AVAILABLE, FigureStatus.NOT_APPLICABLE, FigureStatus.NOT_RETURNED}
)
StoredTerm = tuple[str, str]
"""An indicator and a breakdown as the store has them."""
NEAREST = 0.5
"""A figure stands for the asked period only if it shares this much of the longer of the two."""


_KINDS = tuple(PeriodKind)
"""Of periods over the same months, the plainest kind is shown."""


@lru_cache(maxsize=4096)
def near(period: Period, held: tuple[str, ...]) -> tuple[str, ...]:
    """Choose the periods of which a figure may stand for ``period``."""
    return tuple(text for text in held if _share(period, parse_period(text)) >= NEAREST)


def _share(period: Period, other: Period) -> float:
    """Tell how much of the longer of two periods both cover, 0 to 1."""
    return period.common_months(other) / max(period.length, other.length)


ByTerm = Mapping[tuple[str, str], Sequence[Row]]
"""Published figures of one area by their indicator and breakdown, as it is stored."""


def by_term(area: str, found: Iterable[Row]) -> ByTerm:
    """Gather what there is of each term in an area."""
    held: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in found:
        if row.area == area:
            held[row.indicator, row.breakdown].append(row)
    return held


class Choice(NamedTuple):
    """A stage with who owns it and what stands for it; without a period nobody returned it."""

    stage: Stage
    agency: Agency
    row: Row

    @property
    def is_there(self) -> bool:
        """Whether some period of it was returned."""
        return bool(self.row.period)


class StageViews(Sequence[StageView]):
    """The rows of a journey: what stands for each is chosen, views are made when asked for.

    A row stands for each stage that some agency of this area is there to report on. Stages counted
    within another stand below it, too; the first stage that has a figure tells whether the others
    are of the same period.
    """

    def __init__(self, area: Area, period: Period, found: Iterable[Row], words: Vocabulary) -> None:
        self._area = area
        self._held = by_term(area.code, found)
        self._words = words
        self.choices = tuple(self._chosen(period))

    def _chosen(self, period: Period) -> Iterator[Choice]:
        for stage, term in _ordered(self._words):
            row = nearest(term, period, self._held) if term else None
            agency = _agency(stage, row, self._area, self._words)
            if agency is not None:
                yield Choice(stage, agency, row or _gap(term))

    def __len__(self) -> int:
        return len(self.choices)

    @overload
    def __getitem__(self, place: int) -> StageView: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[StageView]: ...

    def __getitem__(self, place: int | slice) -> StageView | Sequence[StageView]:
        """Give a view, or some."""
        return self._views[place]

    def __iter__(self) -> Iterator[StageView]:
        """Give one view after the other."""
        return iter(self._views)

    tells = frozenset({"code", "title", "band", "note", "agency_code", "period_id"}) | ROW_TELLS
    """What columns there are."""

    def column(self, name: str) -> Sequence[Any]:
        """Give what all rows say of one thing, without making a view."""
        if name in ROW_TELLS:
            return self._table.column(name)
        if name == "agency_code":
            return [one.agency.code for one in self.choices]
        if name == "period_id":
            return [one.row.period or None for one in self.choices]
        return [getattr(one.stage, name) for one in self.choices]

    @property
    def missing(self) -> Iterator[MissingView]:
        """Tell the stages without a figure, named with the agency that owns each."""
        for one in self.choices:
            if STATUSES[one.row.status] in ABSENT:
                figure = self._making.figure(one)
                yield MissingView(one.stage.code, one.stage.title, one.agency, figure)

    @cached_property
    def _table(self) -> Rows:
        return table_of([one.row for one in self.choices])

    @cached_property
    def _making(self) -> "_Making":
        tops = (one for one in self.choices if one.is_there and one.stage.parent is None)
        first = next((parse_period(one.row.period) for one in tops), None)
        return _Making(self._area, first, self._held, self._words)

    @cached_property
    def _views(self) -> tuple[StageView, ...]:
        making, chosen = self._making, self.choices
        inner = {one.stage.code: making.view(one) for one in chosen if one.stage.parent is not None}
        within: dict[str, list[StageView]] = defaultdict(list)
        for row in inner.values():
            within[row.parent or ""].append(row)
        return tuple(
            making.view(one, tuple(within[code]))
            if (code := one.stage.code) in within or code not in inner
            else inner[code]
            for one in chosen
        )


def _gap(term: StoredTerm | None) -> Row:
    status = FigureStatus.NOT_RETURNED.value
    return Row("", "", "", term[0] if term else "", status, None, reason=NOT_RETURNED)


class _Making(NamedTuple):
    """What the rows of one journey have in common."""

    area: Area
    first: Period | None
    held: ByTerm
    words: Vocabulary

    def view(self, chosen: Choice, nested: tuple[StageView, ...] = ()) -> StageView:
        """Make the row of a stage."""
        stage, agency, row = chosen
        shown = parse_period(row.period) if row.period else None
        return StageView(
            code=stage.code,
            title=stage.title,
            band=stage.band,
            unit=self.unit(stage),
            period=shown,
            area=self.area,
            agency=agency,
            figure=self.figure(chosen),
            parts=tuple(self.parts(stage, row.period)) if row.period else (),
            nested=nested,
            target=self.target(stage, row.period) if row.period else None,
            same_period=shown is not None
            and self.first is not None
            and shown.months == self.first.months,
            parent=stage.parent,
            note=stage.note,
            row=row,
        )

    def unit(self, stage: Stage) -> str:
        """What one of a stage is."""
        return self.words.indicator(stage.term.indicator).unit if stage.term else ""

    def figure(self, chosen: Choice) -> Figure:
        """What stands for a stage, or why nothing does."""
        if chosen.is_there:
            return figure_of(observation_of_row(chosen.row), self.words)
        return missing(FigureStatus.NOT_RETURNED, self.unit(chosen.stage), NOT_RETURNED)

    def parts(self, stage: Stage, period: str) -> Iterator[Part]:
        """The counts inside a stage, over the period that stands for it."""
        for term in stage.parts:
            figure = self.at(stored(term), period)
            if figure is not None:
                yield Part(str(term), _term_title(term, self.words), figure)

    def target(self, stage: Stage, period: str) -> Figure | None:
        """The planned level of a stage over that period."""
        return self.at((stage.target, ""), period) if stage.target else None

    def at(self, term: StoredTerm, period: str) -> Figure | None:
        """What was published of a term over a period, if anything was."""
        there = (row for row in self.held.get(term, ()) if row.period == period)
        row = next(there, None)
        return figure_of(observation_of_row(row), self.words) if row else None


def stored(term: Term) -> StoredTerm:
    """Write a term as the store has it."""
    return term.indicator, breakdown_text(term.breakdown)


def _ordered(words: Vocabulary) -> list[tuple[Stage, StoredTerm | None]]:
    return remembered(
        words,
        "stages",
        lambda: [
            (stage, stored(stage.term) if stage.term else None)
            for stage in sorted(words.stages.values(), key=lambda stage: stage.order)
        ],
    )


def nearest(term: StoredTerm, period: Period, held: ByTerm) -> Row | None:
    """Find the figure of ``term`` whose period shares most with ``period``.

    The largest share of common months in the longer of the two wins; then the same period;
    then what an agency returned before a sum of the hub; then a year before a rolling one or a
    year to date over the same months. Less than :data:`NEAREST` is no answer.
    """
    best: tuple[tuple[float, bool, bool, int, str], Row] | None = None
    for row in held.get(term, ()):
        share, is_same, plain = _standing(period.id, row.period)
        if share < NEAREST:
            continue
        rank = (share, is_same, not row.derived, plain, row.period)
        if best is None or rank > best[0]:
            best = rank, row
    return best[1] if best else None


@lru_cache(maxsize=8192)
def _standing(asked: str, period: str) -> tuple[float, bool, int]:
    """Tell how well a period stands for another: its share, whether it is it, how plain it is."""
    other = parse_period(period)
    return _share(parse_period(asked), other), asked == period, -_KINDS.index(other.kind)


def _agency(stage: Stage, row: Row | None, area: Area, words: Vocabulary) -> Agency | None:
    sources = sources_of(row.provenance) if row else ()
    if sources:
        return words.agencies.get(sources[0].agency)
    kind = stage.agency_kind
    return remembered(words, ("agency", kind, area.code), lambda: _fitting(kind, area, words))


def _fitting(kind: str, area: Area, words: Vocabulary) -> Agency | None:
    """Find the agency of a kind that reports on an area."""
    fitting = (
        agency
        for agency in words.agencies.values()
        if agency.kind == kind and words.within(area.code, agency.areas)
    )
    return next(fitting, None)


def _term_title(term: Term, words: Vocabulary) -> str:
    titles = [words.category(dimension, code).title for dimension, code in term.breakdown]
    return ", ".join(titles) or words.indicator(term.indicator).title
