"""The words pages print of their own: one JSON catalogue per language."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from hub.vocabulary import vocabulary


@dataclass(frozen=True)
class Labels:
    """One language's catalogue. ``lang`` is the page's ``lang`` attribute."""

    lang: str
    words: dict[str, Any] = field(repr=False)

    def __call__(self, key: str, **values: object) -> str:
        """Look a dotted key up and fill it in.

        Raises:
            KeyError: the catalogue has no such word; a page with a hole is a fault of ours.
        """
        found = self._find(key)
        if not isinstance(found, str):
            raise KeyError(key)
        return found.format(**values)

    def first(self, *keys: str, **values: object) -> str:
        """The first of the keys that the catalogue has."""
        known = next(key for key in keys if isinstance(self._find(key), str))
        return self(known, **values)

    def unit(self, unit: str, value: Decimal | None = None) -> str:
        """A unit in words: the singular for exactly one, what many are called otherwise."""
        known = vocabulary().units.get(unit)
        return unit if known is None or value == 1 else known.plural

    def listed(self, items: Iterable[str]) -> str:
        """Join as a sentence does: ``a, b and c``. Repeats are dropped."""
        once = list(dict.fromkeys(items))
        comma, last = self("list.comma"), self("list.and")
        return last.join(part for part in (comma.join(once[:-1]), *once[-1:]) if part)

    def _find(self, key: str) -> Any:
        found: Any = self.words
        for step in key.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        return found


@cache
def labels(lang: str = "en") -> Labels:
    """The catalogue of a language, read once."""
    text = files(__name__).joinpath(f"{lang}.json").read_text(encoding="utf-8")
    return Labels(lang, json.loads(text))


def lower_first(title: str) -> str:
    """Begin with a small letter inside a sentence, unless the word is an acronym."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
