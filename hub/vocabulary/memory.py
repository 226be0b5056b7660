"""What follows from a vocabulary alone, made once for each: it never changes."""

import weakref
from collections.abc import Callable, Hashable
from typing import TypeVar

from hub.vocabulary.vocabulary import Vocabulary

T = TypeVar("T")

_kept: dict[int, dict[Hashable, object]] = {}


def remembered(words: Vocabulary, name: Hashable, make: Callable[[], T]) -> T:
    """Give what ``make`` made for this vocabulary the first time; forgotten with the vocabulary.

    Keyed by the vocabulary's identity: comparing two of them takes longer than making anything.
    """
    found = _kept.get(id(words))
    if found is None:
        found = _kept[id(words)] = {}
        weakref.finalize(words, _kept.pop, id(words), None)
    if name not in found:
        found[name] = make()
    made: T = found[name]  # type: ignore[assignment]
    return made
