"""Why a computed figure is not there: which of the figures it is computed from nobody returned."""

from hub.protected.observations import Cells
from hub.vocabulary import CellKey, Vocabulary
from hub.vocabulary.rows import Formula

NO_PART = "Computed from {parts}: nobody has returned that for these months."
NO_YEAR_BEFORE = "Computed from {parts}: nobody has returned that for the year before."


def why_not(key: CellKey, cells: Cells, words: Vocabulary) -> str | None:
    """Say why the release has no figure at ``key``; nothing where no formula makes it.

    ``cells`` must hold whatever the release says of the formula's parts at that place and time. A
    rate is of its own period's population only, never of another year's (the vintage would differ).
    """
    word = words.indicator(key.indicator)
    if word.formula is Formula.RETURNED:
        return None
    terms = (*word.numerator, *word.denominator)
    gone = [term for term in terms if term.at(key.area, key.period) not in cells]
    if not gone and word.formula is not Formula.CHANGE:
        return None
    titles = dict.fromkeys(words.indicator(term.indicator).title for term in gone or terms)
    said = NO_PART if gone else NO_YEAR_BEFORE
    return said.format(parts=" + ".join(f"“{title}”" for title in titles))
