"""The words that pages print: one JSON catalogue per language, which may be incomplete.

What a catalogue lacks is said in English and marked as such (:mod:`.fallback`). English has the
pages' own words; those of the vocabulary stand in its own files, and another language has both.
"""

import json
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from hub.vocabulary import Period, Vocabulary, vocabulary
from hub.web.pages.labels.fallback import as_english
from hub.web.pages.labels.language import ENGLISH, PARTIAL, PSEUDO, spoken
from hub.web.pages.labels.wording import Say, reworded, singular

__all__ = ["ENGLISH", "PARTIAL", "PSEUDO", "Labels", "labels", "lower_first"]


@dataclass(frozen=True)
class Labels:
    """One language's catalogue. ``lang`` is the page's ``lang`` attribute; ``words`` is English
    where the language has no word, marked. ``own`` is what the language itself has."""

    lang: str
    words: Mapping[str, Any] = field(repr=False)
    own: Mapping[str, Any] = field(default_factory=dict, repr=False)

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
        known = self.vocabulary().units.get(unit)
        if known is None:
            return unit
        return singular(known, self.say) if value == 1 else known.plural

    def vocabulary(self, words: Vocabulary | None = None) -> Vocabulary:
        """The vocabulary in this language; in English ``words``, or the shipped one."""
        return (words or vocabulary()) if self.lang == ENGLISH else _vocabulary_in(self.lang)

    def say(self, path: str, english: str) -> str:
        """A word of the vocabulary: as the catalogue has it at ``path``, else in English."""
        if self.lang == ENGLISH:
            return english
        if self.lang in _TRIAL:
            return _trial(self.lang, path, english)
        found = _at(self.own, path)
        return found if isinstance(found, str) else as_english(english)

    def english(self, text: str) -> str:
        """A text that the hub has in English only, such as a finding, which programs get too."""
        return text if self.lang == ENGLISH or not text else as_english(text)

    def travelling(self, text: str) -> str:
        """A sentence that a view made and that travels with a figure into files too.

        The catalogue knows them by the English pattern (``travels``); others, such as an agency's
        own reason, stay as they are.
        """
        if self.lang == ENGLISH or not text:
            return text
        for key, pattern in _travels().items():
            if found := pattern.fullmatch(text):
                return self(f"travels.{key}", **self._places(found.groupdict()))
        return text

    def _places(self, found: Mapping[str, str]) -> dict[str, str]:
        """What fills a sentence: a month (``Jun 2015``) is said as the language says it."""
        name, _, year = found.get("month", "").partition(" ")
        months = _labels(ENGLISH)("period.months").split("|")
        if name not in months:
            return dict(found)
        return {
            **found,
            "month": self("period.month", month=self._month(months.index(name)), year=year),
        }

    def period(self, period: Period) -> str:
        """A period in words: ``Jan to Dec 2017``, ``Apr 2017 to Mar 2018``, ``May 2017``."""
        first, last = period.start, period.end - 1
        ends = {"first": self._month(first), "last": self._month(last)}
        years = {"start": first // 12, "end": last // 12}
        if first == last:
            return self("period.month", month=ends["last"], year=years["end"])
        key = "within" if years["start"] == years["end"] else "across"
        return self(f"period.{key}", **ends, **years)

    def year(self, period: Period) -> str:
        """The same, but a calendar year by its number: ``2016``."""
        whole = period.start % 12 == 0 and period.length == 12
        return str(period.start // 12) if whole else self.period(period)

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
        return _at(self.words, key)


def labels(lang: str | None = None) -> Labels:
    """The catalogue of a language, by default of the page being drawn (:mod:`.language`)."""
    return _labels(lang or spoken())


@cache
def _labels(lang: str) -> Labels:
    """Read once: ``{lang}.json`` in this folder, or a trial language made out of English."""
    if lang == ENGLISH:
        return Labels(lang, _read(lang))
    english = _labels(ENGLISH).words
    if lang in _TRIAL:
        return Labels(lang, _filled(english, lambda path, text: _trial(lang, path, text)))
    own = _read(lang)
    return Labels(lang, _filled(english, lambda path, text: _own(own, path, text)), own)


def _read(lang: str) -> dict[str, Any]:
    text = files(__name__).joinpath(f"{lang}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def _at(words: Mapping[str, Any], key: str) -> Any:
    found: Any = words
    for step in key.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _filled(words: Any, say: Say, path: str = "") -> Any:
    """The same catalogue with every text as ``say`` says it."""
    if isinstance(words, dict):
        return {key: _filled(item, say, f"{path}.{key}".lstrip(".")) for key, item in words.items()}
    return say(path, words)


def _own(own: Mapping[str, Any], path: str, english: str) -> str:
    found = _at(own, path)
    return found if isinstance(found, str) else as_english(english)


_TRIAL = (PSEUDO, PARTIAL)


def _trial(lang: str, path: str, text: str) -> str:
    """The word in brackets: either half of a title with a colon, the items of a list one by one.

    In the partial language every other word is lacking.
    """
    if lang == PARTIAL and zlib.crc32(path.encode()) % 2:
        return as_english(text)
    halves = (item.split(": ") for item in text.split("|"))
    return "|".join(": ".join(f"⟦{half}⟧" for half in item) for item in halves)


@cache
def _vocabulary_in(lang: str) -> Vocabulary:
    return reworded(vocabulary(), _labels(lang).say)


@cache
def _travels() -> Mapping[str, re.Pattern[str]]:
    """The sentences of the views: ``{place}`` in the catalogue stands for anything."""
    found = _labels(ENGLISH).words["travels"]
    return {
        key: re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(text)))
        for key, text in found.items()
    }


def lower_first(title: str) -> str:
    """Begin with a small letter inside a sentence, unless the word is an acronym."""
    mark = title[:1] if title[:1] in _MARKS else ""
    rest = title[len(mark) :]
    return title if rest[1:2].isupper() else f"{mark}{rest[:1].lower()}{rest[1:]}"


_MARKS = ("⟦", as_english("x")[0])
"""What may stand before a word of another language's page."""
