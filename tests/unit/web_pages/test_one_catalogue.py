"""Every word of every page comes from a catalogue, so that a second language is one file.

Each page is drawn in the pseudo language, whose every word stands in brackets: the pages' own words
and the vocabulary's. What is left must be marked as English (what programs are told too: findings,
refusals, relations) or be no word: numbers, ids, names of formats, what people typed. In the
partial language every other word is lacking, and is English with its ``lang``.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from html import unescape
from typing import Any

import pytest

from hub.errors import ConflictError, DisclosureError
from hub.protected.observations import NOT_RETURNED, SUPPRESSED
from hub.release.drafts import DraftState
from hub.statistics.targets import WORDS as STANDINGS
from hub.views import comparison, lacking, links, outlook, overview, performance
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
from hub.web.pages.labels import ENGLISH, PARTIAL, PSEUDO, labels
from hub.web.pages.labels.fallback import as_english, told
from hub.web.pages.labels.language import chosen, speaking
from hub.web.pages.method import Rule, accessibility_page, method_page
from hub.web.pages.releases import alternatives_page, release_page, releases_page
from hub.web.pages.signing import consent_page, sign_out_page, stranger_page
from tests.unit.web_pages.officers import PAGES as OFFICERS
from tests.unit.web_pages.reports import PAGES as REPORTS
from tests.unit.web_pages.reports import copied, words
from tests.unit.web_pages.stewards import ALTERNATIVES, demo, report_of, row_of
from tests.unit.web_pages.three_rivers import three_rivers_journey

RULES = (Rule("partner", 5, 1, "1"), Rule("public", 10, 5, "2", "controlled_rounding"))
REFUSED = DisclosureError("Nothing protects it.", explanations=("It lies between 0 and 7.",))


def areas() -> tuple[Option, ...]:
    return (Option("E07000102", words().area("E07000102").name),)


def journey() -> str:
    some = areas()
    return journey_page(three_rivers_journey(), copy=copied(), areas=some, periods=some)


PAGES: dict[str, Callable[[], str]] = {
    "/": lambda: landing_page(
        releases=[ReleaseNote("1", "1", "partner")], areas=areas(), periods=areas()
    ),
    "/journey": journey,
    **{path: lambda path=path: REPORTS[path](None) for path in REPORTS},  # type: ignore[misc]
    "/method": lambda: method_page(RULES),
    "/accessibility": accessibility_page,
    "404": lambda: message_page(404, "There is no such release."),
    "sign in": lambda: not_signed_in_page("/sign-in"),
    "sign out": lambda: sign_out_page(signed_in=True, elsewhere="/out", frame=Frame()),
    "stranger": lambda: stranger_page("1", frame=Frame()),
    "consent": lambda: consent_page("1", "2", ["published:read"], {}, "3", frame=Frame()),
    **OFFICERS,
    "/releases": lambda: releases_page(
        [row_of(demo(), state) for state in DraftState], error=REFUSED, frame=Frame()
    ),
    "/releases/one": lambda: release_page(
        row_of(demo()), report_of(demo()), vocabulary(), error=ConflictError("No."), frame=Frame()
    ),
    "/releases/alternatives": lambda: alternatives_page(
        row_of(demo()), ALTERNATIVES, frame=Frame()
    ),
}
NAMES = ("CSV", "JSON", "Power Query", "Python", "curl", "partner-1", "partner-2", "demo-1")
TYPED = (
    *("RECOMMENDED", "SIMILAR", "REGION", "Corrected after the agency sent a revision."),
    *("2026-11-21-partner-1", "A note", "A&nbsp;note", "calendar/REFUGE_HERTS.ics", "Plymouth"),
    *("Three Rivers", "Police: Three Rivers, Jan to Dec 2017", "Apr 2023 to Mar 2024"),
)
"""Options, notes and ids as the tests made them up, and addresses."""


def drawn(path: str, lang: str) -> str:
    with speaking(lang):
        return PAGES[path]()


def said(html: str) -> str:
    """What a reader meets outside brackets and not told to be English, attributes included."""
    bare = re.sub(r"<pre.*?</pre>|<code>.*?</code>|<time[^>]*>|&nbsp;", " ", html, flags=re.DOTALL)
    bare = re.sub(r'<(\w+)[^>]* lang="en"[^>]*>.*?</\1>', " ", bare, flags=re.DOTALL)
    aloud = " \n ".join(re.findall(r'(?:title|aria-label|alt)="([^"]*)"', bare))
    text = unescape(re.sub(r"<[^>]+>", " \n ", bare) + " \n " + aloud)
    while (less := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = less
    return text


def hard_wired(html: str) -> list[str]:
    """The lines with a word that comes from nowhere."""
    found = []
    for line in said(html).splitlines():
        left = line
        for name in sorted((*TYPED, *NAMES), key=len, reverse=True):
            left = left.replace(name, " ")
        if re.search("[a-z]{3}", left):
            found.append(line.strip())
    return found


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_a_word_of_its_own(path: str) -> None:
    html = drawn(path, PSEUDO)
    assert "⟦" in html
    assert f'<html lang="{PSEUDO}"' in html
    assert hard_wired(html) == []


def test_a_hard_wired_word_would_be_found() -> None:
    html = drawn("/", PSEUDO).replace("</main>", "<p>Figures for boards</p></main>")
    assert hard_wired(html) == ["Figures for boards"]


@pytest.mark.parametrize("path", PAGES)
def test_what_a_language_lacks_is_english_and_said_to_be(path: str) -> None:
    """Nothing unmarked, no mark left in the page, none within an attribute or a drawing."""
    html = drawn(path, PARTIAL)
    assert ' lang="en">' in html
    assert "⟦" in html
    assert not re.search("[\ue000\ue001]|&lt;span", html)
    assert not re.search(r'"[^"<>]*<span', html)
    assert not re.search(r"<(title|option|svg|textarea)[^>]*>[^/]*<span", html)


@pytest.mark.parametrize("path", PAGES)
def test_english_pages_have_neither_marks_nor_brackets(path: str) -> None:
    html = drawn(path, ENGLISH).replace('<html lang="en"', "")
    assert not re.search('[\ue000\ue001⟦⟧]| lang="en"', html)


def test_the_pseudo_catalogue_has_every_word_and_its_places() -> None:
    """The keys are those of English, and every place that is filled in stays."""
    english, pseudo = (dict(_leaves(labels(lang).words)) for lang in ("en", PSEUDO))
    assert english.keys() == pseudo.keys()
    for key, text in english.items():
        assert re.findall(r"{\w+[^}]*}", text) == re.findall(r"{\w+[^}]*}", pseudo[key])
        assert pseudo[key].startswith("⟦")


def _leaves(words: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, item in words.items():
        if isinstance(item, dict):
            yield from _leaves(item, f"{path}{key}.")
        else:
            yield f"{path}{key}", item


CONSTANTS = (
    *(NOT_RETURNED, SUPPRESSED, comparison.NO_ZERO, links.NOT_COMPARABLE),
    *(overview.NO_REGION, overview.NO_LEVEL, "A group of fewer than 3 members is not shown."),
    *(outlook.NO_TARGET, outlook.NO_LEVEL, outlook.NOT_YET, *STANDINGS.values()),
    *(lacking.NO_PART.format(parts="“x”"), lacking.NO_YEAR_BEFORE.format(parts="“x”")),
    f"Not judged: {performance.HIDDEN}.",
)


@pytest.mark.parametrize("text", CONSTANTS)
def test_sentences_of_the_views_are_in_the_catalogue(text: str) -> None:
    assert labels(PSEUDO).travelling(text) == f"⟦{text}⟧".replace(": ", "⟧: ⟦") or "⟦" in text
    assert labels(PSEUDO).travelling(text) != text


def test_a_month_within_a_sentence_is_said_as_the_language_says_it() -> None:
    text = "Monitoring only: there is no target, to Jun 2015."
    assert "⟦⟦Jun⟧ 2015⟧" in labels(PSEUDO).travelling(text)


def test_the_vocabulary_is_said_by_code() -> None:
    """Two words alike in English may differ elsewhere; codes, units and rules stay."""
    pseudo = labels(PSEUDO).vocabulary()
    assert pseudo.indicator("MAR_CASE").title == "⟦Cases discussed at Marac⟧"
    assert pseudo.indicator("MAR_CASE").unit == "case"
    assert pseudo.caveats["PERIOD"].text.format(common=9, longest=12).startswith("⟦The two counts")
    assert labels(PSEUDO).unit("case", None) == "⟦cases⟧"
    assert labels().vocabulary() is vocabulary()


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("", "en"),
        ("cy-GB, cy;q=0.9, en;q=0.8", "en"),
        (f"fr, {PSEUDO};q=0.5, en;q=0.4", PSEUDO),
        (f"en, {PSEUDO};q=0.5", "en"),
        (f"{PSEUDO};q=0", "en"),
        (f"{PSEUDO};q=much", "en"),
        (";;;,,q=1", "en"),
    ],
)
def test_a_page_speaks_the_best_liked_language_that_there_is(asked: str, spoken: str) -> None:
    assert chosen(asked) == spoken


@pytest.mark.parametrize(
    ("made", "page"),
    [
        (f"<p>{as_english('a')} 1</p>", '<p><span lang="en">a</span> 1</p>'),
        (f'<p title="{as_english("a")}">b</p>', '<p title="a">b</p>'),
        (f"<option>{as_english('a')}</option>", '<option lang="en">a</option>'),
        (f"<svg><text>{as_english('a')}</text></svg>", "<svg><text>a</text></svg>"),
        (f"<p>{as_english('a: b').partition(': ')[2]}</p>", '<p><span lang="en">b</span></p>'),
        (f"<p>{as_english('long text')[:5]}</p>", '<p><span lang="en">long</span></p>'),
        (as_english("{n} – {m}"), "{n} – {m}"),
    ],
)
def test_english_within_another_language_is_told(made: str, page: str) -> None:
    assert told(made) == page
