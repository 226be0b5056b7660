"""Putting the journey together from published observations."""

from collections.abc import Iterator
from dataclasses import replace

from hub.protected.figures import FigureStatus
from hub.protected.observations import Cells
from hub.views.journey import Journey, MissingView, StageView
from hub.views.links import link_views
from hub.views.stages import stage_views
from hub.vocabulary import Breakdown, Period, Term, Vocabulary
from hub.vocabulary.rows import Area

ABSENT = frozenset(
    {FigureStatus.NOT_AVAILABLE, FigureStatus.NOT_APPLICABLE, FigureStatus.NOT_RETURNED}
)


def journey_of(
    area: Area,
    period: Period,
    release: str,
    audience: str,
    cells: Cells,
    words: Vocabulary,
    *,
    allow_unlike: bool = False,
) -> Journey:
    """Assemble the journey of ``area`` around ``period``.

    ``cells`` holds the release's observations of that area. A stage whose agency is not here is
    left out; one whose agency returned nothing is named in ``missing``. ``allow_unlike`` computes
    ratios that grade D forbids.
    """
    rows = stage_views(area, period, cells, words)
    first = next((row.period for row in rows if row.period and row.parent is None), None)
    rows = [_placed(row, first) for row in rows]
    by_code = {row.code: row for row in rows}
    return Journey(
        area=area,
        period=period,
        release=release,
        audience=audience,
        bands=tuple(sorted(words.bands.values(), key=lambda band: band.order)),
        stages=tuple(_nested(row, rows) for row in rows),
        links=tuple(link_views(by_code, words, allow_unlike=allow_unlike)),
        missing=tuple(_missing(row) for row in rows if row.figure.status in ABSENT),
    )


def stage_terms(words: Vocabulary) -> set[str]:
    """Name every indicator a journey may need, so that one query fetches them all."""
    targets = {stage.target for stage in words.stages.values() if stage.target}
    return {term.indicator for term in _terms(words)} | targets


def stage_breakdowns(words: Vocabulary) -> list[Breakdown]:
    """Name every breakdown a journey may need, that of the totals among them."""
    return sorted({term.breakdown for term in _terms(words)} | {()})


def _terms(words: Vocabulary) -> Iterator[Term]:
    for stage in words.stages.values():
        if stage.term:
            yield stage.term
        yield from stage.parts


def _placed(row: StageView, first: Period | None) -> StageView:
    same = row.period is not None and first is not None and row.period.months == first.months
    return replace(row, same_period=same)


def _nested(row: StageView, rows: list[StageView]) -> StageView:
    return replace(row, nested=tuple(other for other in rows if other.parent == row.code))


def _missing(row: StageView) -> MissingView:
    return MissingView(row.code, row.title, row.agency, row.figure)
