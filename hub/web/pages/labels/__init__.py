"""The words pages print of their own: one JSON catalogue per language."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from hub.vocabulary import Period, vocabulary


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

    def period(self, period: Period) -> str:
        """A period in words: ``Jan to Dec 2017``, ``Apr 2017 to Mar 2018``, ``May 2017``."""
        first, last = period.start, period.end - 1
        ends = {"first": self._month(first), "last": self._month(last)}
        years = {"start": first // 12, "end": last // 12}
        if first == last:
            return self("period.month", month=ends["last"], year=years["end"])
        key = "within" if years["start"] == years["end"] else "across"
        return self(f"period.{key}", **ends, **years)

    def last_month(self, period: Period) -> str:
        """The month a period ends with: ``Mar 2018``."""
        last = period.end - 1
        return self("period.month", month=self._month(last), year=last // 12)

    def day(self, day: date) -> str:
        """A day: ``21 Nov 2026``."""
        month = self._month(day.month - 1)
        return self("period.day", day=day.day, month=month, year=day.year)

    def moment(self, time: datetime) -> str:
        """A day with its time: ``21 Nov 2026, 09:30``."""
        return self("period.moment", day=self.day(time), time=f"{time:%H:%M}")

    def tick(self, period: Period) -> str:
        """The same in a few letters, for an axis: ``Mar 18``."""
        last = period.end - 1
        return self("period.tick", month=self._month(last), year=last // 12 % 100)

    def _month(self, month: int) -> str:
        return self("period.months").split("|")[month % 12]

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


PSEUDO = "en-x-pseudo"
"""A language for those who work on the pages: every word of the catalogue stands in brackets, so
that a word outside them is hard-wired."""


@cache
def labels(lang: str = "en") -> Labels:
    """The catalogue of a language, read once: ``{lang}.json`` in this folder, or the pseudo one."""
    if lang == PSEUDO:
        return Labels(lang, _bracketed(labels().words))
    text = files(__name__).joinpath(f"{lang}.json").read_text(encoding="utf-8")
    return Labels(lang, json.loads(text))


def _bracketed(words: Any) -> Any:
    """Put every text in brackets; the parts of a list such as the months one by one."""
    if isinstance(words, dict):
        return {key: _bracketed(item) for key, item in words.items()}
    return "|".join(f"⟦{part}⟧" for part in words.split("|"))


def lower_first(title: str) -> str:
    """Begin with a small letter inside a sentence, unless the word is an acronym."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
