"""Says what is wrong between the rows: words that refer to nothing or contradict each other.

Each problem names file, row and column and, for a misspelt word, the nearest ones.
"""

from hub.vocabulary.files import Problem
from hub.vocabulary.rules import breakdowns, geography, indicators, journey, references
from hub.vocabulary.vocabulary import Vocabulary

_FAMILIES = (references, indicators, breakdowns, geography, journey)


def problems_of(words: Vocabulary) -> list[Problem]:
    """Every reference that leads nowhere and every row that contradicts another."""
    return [problem for family in _FAMILIES for problem in family.check(words)]
