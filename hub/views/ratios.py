"""A ratio travels with the two figures it was divided from, whatever their state."""

from collections.abc import Iterable
from dataclasses import replace

from hub.protected.figures import Figure
from hub.protected.observations import Cells, Observation, figure_of
from hub.vocabulary import CellKey, Term, Vocabulary
from hub.vocabulary.rows import Formula


def parts_needed(rows: Iterable[Observation], words: Vocabulary) -> set[CellKey]:
    """Name the cells that the ratios among ``rows`` were divided from."""
    return {
        term.at(row.key.area, row.key.period)
        for row in rows
        for side in _sides(row, words)
        for term in side
    }


def figure_with_parts(row: Observation, cells: Cells, words: Vocabulary) -> Figure:
    """Dress an observation; a ratio gets numerator and denominator as figures.

    A side that is a sum of several terms is left out: nothing is added up at read time.
    """
    figure = figure_of(row, words)
    sides = _sides(row, words)
    if not sides:
        return figure
    above, below = (_side(side, row, cells, words) for side in sides)
    return replace(figure, numerator=above, denominator=below or figure.denominator)


def _sides(row: Observation, words: Vocabulary) -> tuple[tuple[Term, ...], ...]:
    indicator = words.indicator(row.key.indicator)
    if indicator.formula is not Formula.RATIO or row.key.breakdown:
        return ()
    return indicator.numerator, indicator.denominator


def _side(
    terms: tuple[Term, ...], row: Observation, cells: Cells, words: Vocabulary
) -> Figure | None:
    if len(terms) != 1:
        return None
    found = cells.get(terms[0].at(row.key.area, row.key.period))
    return figure_of(found, words) if found else None
