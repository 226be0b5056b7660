"""The closed set of words: indicators, areas, periods, breakdowns, agencies, datasets, stages.

Data files below ``data/`` hold the words; this room reads, checks and looks them up. A new
indicator, area, dataset or stage is a new row, not code.
"""

from hub.vocabulary.cells import (
    Breakdown,
    CellKey,
    Term,
    breakdown_of,
    breakdown_text,
    parse_breakdown,
)
from hub.vocabulary.periods import Period, PeriodKind, parse_period, period_of
from hub.vocabulary.reading import load, vocabulary
from hub.vocabulary.vocabulary import UnknownWordError, Vocabulary

__all__ = [
    "Breakdown",
    "CellKey",
    "Period",
    "PeriodKind",
    "Term",
    "UnknownWordError",
    "Vocabulary",
    "breakdown_of",
    "breakdown_text",
    "load",
    "parse_breakdown",
    "parse_period",
    "period_of",
    "vocabulary",
]
