"""Finding the word that was meant."""

import difflib
from collections.abc import Iterable


def nearest(code: str, known: Iterable[str]) -> tuple[str, ...]:
    """Name up to three known codes that look like ``code`` in any case, the likeliest first."""
    by_upper = {word.upper(): word for word in known}
    found = difflib.get_close_matches(code.upper(), list(by_upper), n=3, cutoff=0.6)
    return tuple(by_upper[word] for word in found)


def hint(code: str, known: Iterable[str]) -> str:
    """Write :func:`nearest` as the end of a message; empty when nothing is near."""
    found = nearest(code, known)
    return f" Nearest: {', '.join(found)}." if found else ""
