"""All relations of a release as one sparse system, kind by kind."""

from collections.abc import Iterable

from hub.disclosure.relations.areas import link_areas
from hub.disclosure.relations.breakdowns import link_breakdowns
from hub.disclosure.relations.draft import Draft
from hub.disclosure.relations.identities import link_identities
from hub.disclosure.relations.periods import link_periods
from hub.disclosure.table import Cell, CountTable, Past
from hub.vocabulary import CellKey, Vocabulary


def cell_of(
    words: Vocabulary,
    key: CellKey,
    value: int,
    *,
    parts: tuple[tuple[str, int], ...] = (),
    past: Past = Past.NEW,
) -> Cell:
    """A cell with what the vocabulary says of its indicator: sensitive or not, zeros shown or not.

    Raises:
        UnknownWordError: the indicator is not in the vocabulary.
    """
    word = words.indicator(key.indicator)
    people = word.sensitive and word.kind.is_count
    return Cell(key, value, people=people, zero=word.zero, parts=parts, past=past)


def relations_of(words: Vocabulary, cells: Iterable[Cell]) -> CountTable:
    """The table of all reported and rolled-up counts, with every relation that links them.

    Adds the counts that nobody prints but anyone can reach (virtual cells): what is left of a
    total, complements of every "at most", the months between two overlapping years. Cells given
    keep their places; virtual ones follow.
    """
    draft = Draft(words, cells)
    link_breakdowns(draft)
    link_identities(draft)
    link_areas(draft)
    link_periods(draft)
    return draft.finish()
