"""The start page, the messages and the words they use."""

import hashlib
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import hub.web
from hub.web.pages import (
    Frame,
    Option,
    ReleaseNote,
    landing_page,
    message_page,
    not_signed_in_page,
)
from hub.web.pages.labels import labels, lower_first

WEB = Path(hub.web.__file__).parent
STYLE = WEB / "static" / "css"


def test_landing_lists_releases_and_offers_the_journey() -> None:
    html = landing_page(
        releases=[ReleaseNote("r1", "Spring release", "partner", date(2026, 3, 1))],
        areas=[Option("E07000102", "Three Rivers")],
        periods=[Option("CY2017", "Jan to Dec 2017")],
    )
    assert "Spring release" in html
    assert "01 Mar 2026" in html
    assert 'action="/journey" method="get"' in html


def test_landing_without_releases_says_why() -> None:
    assert "There is no release you may read yet." in landing_page()


@pytest.mark.parametrize(
    ("status", "heading"),
    [
        (401, "You are not signed in"),
        (403, "You may not see this page"),
        (404, "Page not found"),
        (418, "Something went wrong"),
    ],
)
def test_message_says_what_to_do_next(status: int, heading: str) -> None:
    html = message_page(status, "No such <area>.")
    assert f'<h1 class="govuk-heading-l">{heading}</h1>' in html
    assert "What you can do" in html
    assert "No such &lt;area&gt;." in html


def test_not_signed_in_leads_to_the_sign_in() -> None:
    assert 'href="/sign-in"' in not_signed_in_page("/sign-in")
    assert 'role="button"' not in not_signed_in_page()
    assert "where it was started" in not_signed_in_page(frame=Frame(demo=True))


def test_every_page_has_language_skip_link_and_footer() -> None:
    for html in (landing_page(), message_page(404), not_signed_in_page()):
        assert '<html lang="en"' in html
        assert 'href="#main-content" class="govuk-skip-link"' in html
        assert html.count('id="main-content"') == 1
        assert 'href="/graphql"' in html.split("<footer")[1]


def test_every_word_of_the_templates_is_in_the_catalogue() -> None:
    words = labels()
    keys = {
        key
        for template in (WEB / "templates").glob("*.html")
        for key in re.findall(r"\bt\('([a-z_.]+[a-z])'[,)]", template.read_text())
    }
    assert len(keys) > 40
    for key in keys:
        assert isinstance(words._find(key), str), key


def test_templates_hold_no_words_of_their_own() -> None:
    """Text between tags comes from the catalogue, so that a second language is one file."""
    for template in (WEB / "templates").glob("*.html"):
        bare = re.sub(
            r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", template.read_text(), flags=re.S
        )
        assert not re.findall(r"[A-Za-z]{3,}", bare), template.name


def test_missing_word_is_an_error() -> None:
    with pytest.raises(KeyError):
        labels()("no.such.word")


def test_units_and_lists_in_words() -> None:
    words = labels()
    assert words.unit("person", Decimal(1)) == "person"
    assert words.unit("person", Decimal(2)) == "people"
    assert words.unit("unheard_of") == "unheard_of"
    assert words.listed(["a", "b", "a", "c"]) == "a, b and c"
    assert words.listed(["a"]) == "a"


def test_acronyms_keep_their_capital() -> None:
    assert lower_first("The abuse stopped") == "the abuse stopped"
    assert lower_first("IDVA referrals") == "IDVA referrals"


def test_vendored_style_is_what_its_record_says() -> None:
    record = json.loads((STYLE / "govuk-frontend.json").read_text())
    css = (STYLE / "govuk-frontend.css").read_bytes()
    assert hashlib.sha256(css).hexdigest() == record["sha256"]
    assert (record["licence"], record["version"]) == ("MIT", "6.6.0")
    assert (STYLE / record["licenceFile"]).read_text().startswith("The MIT License")


def test_style_holds_no_government_branding_and_no_other_file() -> None:
    for sheet in STYLE.glob("*.css"):
        text = sheet.read_text().lower()
        for mark in ("gds transport", "@font-face", "crown", "crest", "url(", "@import"):
            assert mark not in text, (sheet.name, mark)
