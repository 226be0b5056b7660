"""Which sums the hub refuses when asked for them, and why.

:mod:`hub.statistics.rollup` adds what may be added without being asked. This module answers a
person who asks for another sum: 48 + 27 + 30 + 51 people of four quarters are not 156 people of
the year (T9), and referrals to four services are not so many people referred (T11).
"""

from collections.abc import Sequence

from hub.vocabulary import CellKey, Term, Vocabulary

DIFFERENT = (
    "They are counts of different things, and one person can be counted in each: the sum would "
    "be a number of nobody."
)
OVER_TIME = "People are counted once in each period, so periods must not be added."
OVER_AREAS = "The same people or cases can be counted in several areas, so areas must not be added."


def why_not_added(cells: Sequence[CellKey], words: Vocabulary) -> str | None:
    """Say why these cells must not be added, or nothing when they may."""
    if len({cell.indicator for cell in cells}) > 1:
        return None if _is_identity(cells, words) else DIFFERENT
    for indicator in (words.indicator(cell.indicator) for cell in cells):
        if len({cell.period for cell in cells}) > 1 and not indicator.time_additive:
            return OVER_TIME
        if len({cell.area for cell in cells}) > 1 and not indicator.area_additive:
            return OVER_AREAS
    return None


def _is_identity(cells: Sequence[CellKey], words: Vocabulary) -> bool:
    """Whether one place's cells are the parts of a declared identity (crimes + incidents)."""
    if len({(cell.area, cell.period) for cell in cells}) > 1:
        return False
    terms = {Term(cell.indicator, cell.breakdown) for cell in cells}
    rules = (rule for rule in words.identities if rule.relation == "=")
    return any(terms in (set(rule.left), set(rule.right)) for rule in rules)
