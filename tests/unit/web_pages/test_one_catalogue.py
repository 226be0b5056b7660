"""Every word of a page's own comes from the catalogue, so that a second language is one file.

Each page is drawn in the pseudo language, whose every word stands in brackets. What is left outside
them must be data: words of the vocabulary, numbers, ids, names of formats and languages, and the
sentences that travel with a figure wherever it goes (``TRAVELS``), in files and GraphQL as well.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from html import unescape
from typing import Any

import pytest

from hub.vocabulary import vocabulary
from hub.web.pages import (
    Frame,
    Option,
    ReleaseNote,
    journey_page,
    landing_page,
    message_page,
    not_signed_in_page,
)
from hub.web.pages.labels import PSEUDO, labels
from hub.web.pages.method import Rule, accessibility_page, method_page
from hub.web.pages.signing import sign_out_page, stranger_page
from tests.unit.web_pages.reports import PAGES as REPORTS
from tests.unit.web_pages.reports import copied
from tests.unit.web_pages.three_rivers import three_rivers_journey

FRAME = Frame(lang=PSEUDO)
AREAS = (Option("E07000102", "Three Rivers"),)
RULES = (Rule("partner", 5, 1, "1"), Rule("public", 10, 5, "2", "controlled_rounding"))
PAGES: dict[str, Callable[[], str]] = {
    "/journey": lambda: journey_page(
        three_rivers_journey(), copy=copied(), areas=AREAS, periods=AREAS, frame=FRAME
    ),
    "/": lambda: landing_page(
        releases=[ReleaseNote("1", "1", "partner")], areas=AREAS, periods=AREAS, frame=FRAME
    ),
    "404": lambda: message_page(404, frame=FRAME),
    "sign in": lambda: not_signed_in_page("/sign-in", frame=FRAME),
    "sign out": lambda: sign_out_page(signed_in=True, elsewhere="/out", frame=FRAME),
    "stranger": lambda: stranger_page("1", frame=FRAME),
    "/method": lambda: method_page(RULES, frame=FRAME),
    "/accessibility": lambda: accessibility_page(frame=FRAME),
    **{path: lambda path=path: REPORTS[path](FRAME) for path in REPORTS},  # type: ignore[misc]
}
NAMES = ("CSV", "JSON", "Power Query", "Python", "curl", "partner-1", "partner-2")
MADE_UP = ("RECOMMENDED", "SIMILAR", "REGION", "Corrected after the agency sent a revision.")
"""Options and a release's note as the tests invent them."""
TRAVELS = (
    r"The two counts cover different months: \d+ of \d+ are the same\.",
    r"The two counts are of different things \([^)]*\), so the ratio is no share of people\.",
    r"The count takes in every source, not only what came from the stage it is divided by "
    r"\(.*?\)\.",
    r"SafeLives recommends no level of this\.",
    r"Monitoring only(?:: there is no target(?:, to \w+ \d+)?\.)?",
    r"Not judged(?:: no figure has been published for the year to date\.)?",
    r"Some concerns(?:: short of the level planned to date, within 15 per cent of it, .*?\.)?",
    r"Nobody has returned a figure for this region\.",
    r"A group of fewer than 3 members is not shown\.",
    r"(?:Jan|Apr)(?: \d+)? to \w+ \d+",
    r"^\s*All\s*$",
)
"""A caveat with its numbers, the reason for a standing or a missing figure, a column's title."""


def said(html: str) -> str:
    """What a reader meets outside brackets, attributes that are read aloud included."""
    bare = re.sub(r"<pre.*?</pre>", " ", html, flags=re.DOTALL)
    aloud = " \n ".join(re.findall(r'(?:title|aria-label|alt)="([^"]*)"', bare))
    text = unescape(re.sub(r"<[^>]+>", " \n ", bare) + " \n " + aloud)
    while (less := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = less
    return text


@cache
def known() -> tuple[str, ...]:
    """Every text of the vocabulary, longest first, and either half of a title with a colon."""
    found = {text.lower() for text in _texts(vocabulary()) if re.search("[A-Za-z]{3}", text)}
    found |= {half for text in found for half in text.split(": ") if len(half) > 2}
    return tuple(sorted(found, key=len, reverse=True))


@cache
def without_vocabulary(line: str) -> str:
    """What is left of a line without the vocabulary's texts, the longest taken out first."""
    left = line.lower()
    for text in known():
        if not re.search("[a-z]{3}", left):
            break
        left = left.replace(text, " ")
    return left


def _texts(item: Any) -> Iterator[str]:
    if isinstance(item, str):
        yield item
    elif hasattr(item, "model_dump"):
        yield from _texts(item.model_dump())
    elif hasattr(item, "values"):
        for inner in item.values():
            yield from _texts(inner)
    elif isinstance(item, tuple | list | set | frozenset):
        for inner in item:
            yield from _texts(inner)
    elif item is vocabulary():
        for name in vars(item):
            yield from _texts(getattr(item, name))


def hard_wired(html: str) -> list[str]:
    """The lines with a word that comes from nowhere."""
    found = []
    for line in said(html).splitlines():
        left = line
        for pattern in TRAVELS:
            left = re.sub(pattern, " ", left, flags=re.IGNORECASE)
        for name in (*NAMES, *MADE_UP):
            left = left.replace(name, " ")
        if re.search("[a-z]{3}", without_vocabulary(left)):
            found.append(line.strip())
    return found


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_a_word_of_its_own(path: str) -> None:
    html = PAGES[path]()
    assert "⟦" in html
    assert f'<html lang="{PSEUDO}"' in html
    assert hard_wired(html) == []


def test_a_hard_wired_word_would_be_found() -> None:
    html = PAGES["/"]().replace("</main>", "<p>Figures for boards</p></main>")
    assert hard_wired(html) == ["Figures for boards"]


def test_the_pseudo_catalogue_has_every_word_and_its_places() -> None:
    """The keys are those of English, and every place that is filled in stays."""
    english, pseudo = (dict(_leaves(labels(lang).words)) for lang in ("en", PSEUDO))
    assert english.keys() == pseudo.keys()
    for key, text in english.items():
        assert re.findall(r"{\w+[^}]*}", text) == re.findall(r"{\w+[^}]*}", pseudo[key])
        assert pseudo[key].startswith("⟦")


def _leaves(words: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, item in words.items():
        if isinstance(item, dict):
            yield from _leaves(item, f"{path}{key}.")
        else:
            yield f"{path}{key}", item
