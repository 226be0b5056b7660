"""Choosing the figure that stands for a stage: the requested area, the nearest period."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from hub.protected.figures import Figure, FigureStatus, missing
from hub.protected.observations import NOT_RETURNED, Cells, Observation, figure_of
from hub.views.journey import Part, StageView
from hub.vocabulary import Breakdown, CellKey, Period, PeriodKind, Term, Vocabulary, parse_period
from hub.vocabulary.memory import remembered
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


ByTerm = Mapping[tuple[str, Breakdown], Sequence[Observation]]
"""Observations of one area by their indicator and breakdown."""


def by_term(area: str, cells: Cells) -> ByTerm:
    """Gather what there is of each term in an area."""
    found: dict[tuple[str, Breakdown], list[Observation]] = defaultdict(list)
    for key, item in cells.items():
        if key.area == area:
            found[key.indicator, key.breakdown].append(item)
    return found


def stage_views(area: Area, period: Period, cells: Cells, words: Vocabulary) -> list[StageView]:
    """Make one row for each stage that some agency of this area is there to report on.

    Stages counted within another stand below it, too; the first stage that has a figure tells
    whether the others are of the same period.
    """
    held = by_term(area.code, cells)
    chosen: list[_Chosen] = []
    first: Period | None = None
    for stage in _ordered(words):
        item = nearest(stage.term, period, held) if stage.term else None
        agency = _agency(stage, item, area, words)
        if agency is None:
            continue
        shown = parse_period(item.key.period) if item else None
        if first is None and stage.parent is None:
            first = shown
        chosen.append(_Chosen(stage, agency, item, shown))
    making = _Making(area, first, cells, words)
    inner = {one.stage.code: making.view(one) for one in chosen if one.stage.parent is not None}
    within: dict[str, list[StageView]] = defaultdict(list)
    for row in inner.values():
        within[row.parent or ""].append(row)
    return [
        making.view(one, tuple(within[code]))
        if (code := one.stage.code) in within or code not in inner
        else inner[code]
        for one in chosen
    ]


class _Chosen(NamedTuple):
    """A stage with who owns it and what stands for it."""

    stage: Stage
    agency: Agency
    item: Observation | None
    period: Period | None


class _Making(NamedTuple):
    """What the rows of one journey have in common."""

    area: Area
    first: Period | None
    cells: Cells
    words: Vocabulary

    def view(self, chosen: _Chosen, nested: tuple[StageView, ...] = ()) -> StageView:
        """Make the row of a stage."""
        stage, agency, item, shown = chosen
        area, first, cells, words = self
        unit = words.indicator(stage.term.indicator).unit if stage.term else ""
        return StageView(
            code=stage.code,
            title=stage.title,
            band=stage.band,
            unit=unit,
            period=shown,
            area=area,
            agency=agency,
            figure=figure_of(item, words)
            if item
            else missing(FigureStatus.NOT_RETURNED, unit, NOT_RETURNED),
            parts=_parts(stage.parts, area.code, shown, cells, words) if stage.parts else (),
            nested=nested,
            target=_target(stage, area.code, shown, cells, words),
            same_period=shown is not None and first is not None and shown.months == first.months,
            parent=stage.parent,
            note=stage.note,
        )


def _ordered(words: Vocabulary) -> list[Stage]:
    return remembered(
        words, "stages", lambda: sorted(words.stages.values(), key=lambda stage: stage.order)
    )


def nearest(term: Term, period: Period, held: ByTerm) -> Observation | None:
    """Find the observation of ``term`` whose period shares most with ``period``.

    The largest share of common months in the longer of the two wins; then the same period;
    then what an agency returned before a sum of the hub; then a year before a rolling one or a
    year to date over the same months. Less than :data:`NEAREST` is no answer.
    """
    best: tuple[tuple[float, bool, bool, int, str], Observation] | None = None
    for item in held.get((term.indicator, term.breakdown), ()):
        other = parse_period(item.key.period)
        share = _share(period, other)
        if share < NEAREST:
            continue
        plain = -_KINDS.index(other.kind)
        rank = (share, other.id == period.id, not item.derived, plain, other.id)
        if best is None or rank > best[0]:
            best = rank, item
    return best[1] if best else None


def _agency(stage: Stage, item: Observation | None, area: Area, words: Vocabulary) -> Agency | None:
    if item and item.provenance:
        return words.agencies.get(item.provenance[0].agency)
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
