"""In which language a page is spoken: the reader's, where the hub has a catalogue for it.

A page is drawn in one task from its route to its templates, so the language is kept beside the task
(a context variable) and not handed through every function that prints a word.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from importlib.resources import files

ENGLISH = "en"
"""The language that the hub was written in; every other one may be incomplete."""
PSEUDO = "en-x-pseudo"
"""A language for those who work on the pages: every word that has a place in a catalogue stands in
brackets, so that a word outside them is hard-wired."""
PARTIAL = "en-x-partial"
"""The same as a translation half done: every other word is in brackets, the others fall back."""
LONGEST = 200
"""Characters of an ``Accept-Language`` that are read, so that what is kept of them is bounded."""
_spoken: ContextVar[str] = ContextVar("spoken", default=ENGLISH)


@cache
def languages() -> frozenset[str]:
    """Every language that has a catalogue: the files beside this one, and those for testing."""
    found = {item.name[:-5] for item in files(__package__).iterdir() if item.name.endswith(".json")}
    return frozenset(found | {PSEUDO, PARTIAL})


@lru_cache(maxsize=1024)
def chosen(asked: str) -> str:
    """The language to answer an ``Accept-Language`` in: the first of the best liked that is there.

    ``cy-GB`` is answered in ``cy``. What cannot be read counts as not said.
    """
    liked: list[tuple[float, str]] = []
    for part in asked.split(",")[:20]:
        name, _, quality = part.strip().partition(";")
        known = next((lang for lang in (name, name.split("-")[0]) if lang in languages()), None)
        if known is not None:
            liked.append((_quality(quality), known))
    best = max(liked, key=lambda one: one[0], default=(0.0, ENGLISH))
    return best[1] if best[0] > 0 else ENGLISH


def _quality(text: str) -> float:
    name, _, value = text.strip().partition("=")
    try:
        return min(1.0, max(0.0, float(value))) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


def spoken() -> str:
    """The language of the page that is being drawn."""
    return _spoken.get()


@contextmanager
def speaking(asked: str) -> Iterator[None]:
    """Draw pages in the language that an ``Accept-Language`` asks for."""
    token = _spoken.set(chosen(asked[:LONGEST]))
    try:
        yield
    finally:
        _spoken.reset(token)
