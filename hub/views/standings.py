"""How the figures of a journey stand: judged by a measure's rule, and against a year before.

Everything is computed from published figures of the same area; what is withheld has no standing.
"""

from dataclasses import dataclass

from hub.errors import PeriodError
from hub.protected.observations import Cells
from hub.views.comparison import Comparison, compare, figure_at
from hub.views.journey import Journey, StageView
from hub.views.performance import MeasureView, measure_of
from hub.vocabulary import CellKey, Period, Vocabulary
from hub.vocabulary.rows import Area


@dataclass(frozen=True, slots=True)
class StageStanding:
    """A stage's figure against its plan, if a measure is about it, and against a year before.

    ``before`` are the same months of the year before.
    """

    stage: StageView
    measure: MeasureView | None
    before: Period
    last_year: Comparison


def standings_of(journey: Journey, cells: Cells, words: Vocabulary) -> dict[str, StageStanding]:
    """Say how each stage with a published figure stands, by the stage's code."""
    found = (_standing(stage, cells, words) for stage in journey.stages)
    return {one.stage.code: one for one in found if one is not None}


def _standing(stage: StageView, cells: Cells, words: Vocabulary) -> StageStanding | None:
    term = words.stages[stage.code].term
    if term is None or term.breakdown or stage.period is None or stage.figure.value is None:
        return None
    try:
        before = stage.period.year_before()
    except PeriodError:
        return None  # The hub's calendar begins with it.
    other = figure_at(CellKey(term.indicator, stage.area.code, before.id), cells, words)
    measure = _judged(term.indicator, stage.area, stage.period, cells, words)
    return StageStanding(stage, measure, before, compare(stage.figure, other))


def _judged(
    indicator: str, area: Area, period: Period, cells: Cells, words: Vocabulary
) -> MeasureView | None:
    """The measure about an indicator, if its year to date is over exactly these months."""
    for rule in words.measures.values():
        if rule.indicator == indicator:
            found = measure_of(rule, area, period, cells, words)
            if found.period is not None and found.period.months == period.months:
                return found
    return None
