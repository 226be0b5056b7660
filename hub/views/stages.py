"""Choosing the figure that stands for a stage: the requested area, the nearest period."""

from collections.abc import Iterable
from functools import lru_cache

from hub.protected.figures import Figure, FigureStatus, missing
from hub.protected.observations import NOT_RETURNED, Cells, Observation, figure_of
from hub.views.journey import Part, StageView
from hub.vocabulary import CellKey, Period, PeriodKind, Term, Vocabulary, parse_period
from hub.vocabulary.rows import Agency, Area, Stage

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


def stage_views(area: Area, period: Period, cells: Cells, words: Vocabulary) -> list[StageView]:
    """Make one row for each stage that some agency of this area is there to report on."""
    stages = sorted(words.stages.values(), key=lambda stage: stage.order)
    found = [_stage(stage, area, period, cells, words) for stage in stages]
    return [view for view in found if view.agency is not None]


def _stage(stage: Stage, area: Area, period: Period, cells: Cells, words: Vocabulary) -> StageView:
    item = nearest(stage.term, area.code, period, cells) if stage.term else None
    unit = words.indicator(stage.term.indicator).unit if stage.term else ""
    shown = parse_period(item.key.period) if item else None
    figure = (
        figure_of(item, words) if item else missing(FigureStatus.NOT_RETURNED, unit, NOT_RETURNED)
    )
    return StageView(
        code=stage.code,
        title=stage.title,
        band=stage.band,
        unit=unit,
        period=shown,
        area=area,
        agency=_agency(stage, item, area, words),
        figure=figure,
        parts=_parts(stage.parts, area.code, shown, cells, words),
        target=_target(stage, area.code, shown, cells, words),
        parent=stage.parent,
        note=stage.note,
    )


def nearest(term: Term, area: str, period: Period, cells: Cells) -> Observation | None:
    """Find the observation of ``term`` whose period shares most with ``period``.

    The largest share of common months in the longer of the two wins; then the same period;
    then what an agency returned before a sum of the hub; then a year before a rolling one or a
    year to date over the same months. Less than :data:`NEAREST` is no answer.
    """
    wanted = (term.indicator, area, term.breakdown)
    best: tuple[tuple[float, bool, bool, int, str], Observation] | None = None
    for key, item in cells.items():
        if (key.indicator, key.area, key.breakdown) != wanted:
            continue
        other = parse_period(key.period)
        share = _share(period, other)
        plain = -_KINDS.index(other.kind)
        rank = (share, other.id == period.id, not item.derived, plain, other.id)
        if share >= NEAREST and (best is None or rank > best[0]):
            best = rank, item
    return best[1] if best else None


def _agency(stage: Stage, item: Observation | None, area: Area, words: Vocabulary) -> Agency | None:
    if item and item.provenance:
        return words.agencies.get(item.provenance[0].agency)
    fitting = (
        agency
        for agency in words.agencies.values()
        if agency.kind == stage.agency_kind and words.within(area.code, agency.areas)
    )
    return next(fitting, None)


def _parts(
    terms: Iterable[Term], area: str, period: Period | None, cells: Cells, words: Vocabulary
) -> tuple[Part, ...]:
    if period is None:
        return ()
    found = ((term, cells.get(term.at(area, period.id))) for term in terms)
    return tuple(
        Part(str(term), _term_title(term, words), figure_of(item, words))
        for term, item in found
        if item is not None
    )


def _term_title(term: Term, words: Vocabulary) -> str:
    titles = [words.category(dimension, code).title for dimension, code in term.breakdown]
    return ", ".join(titles) or words.indicator(term.indicator).title


def _target(
    stage: Stage, area: str, period: Period | None, cells: Cells, words: Vocabulary
) -> Figure | None:
    if stage.target is None or period is None:
        return None
    item = cells.get(CellKey(stage.target, area, period.id))
    return figure_of(item, words) if item else None
