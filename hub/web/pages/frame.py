"""What stands around every page: header, banner, navigation, footer."""

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hub.web.pages.labels import ENGLISH, labels, lower_first
from hub.web.pages.labels.fallback import told
from hub.web.pages.labels.language import spoken

_TEMPLATES = Path(__file__).parent.parent / "templates"


@dataclass(frozen=True, slots=True)
class NavLink:
    """A link with its words; ``current`` marks the page the reader is on."""

    text: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a form: what is sent, and what is read."""

    value: str
    text: str


@dataclass(frozen=True, slots=True)
class ReleaseNote:
    """A release as a page names it; ``published`` is unset before publication."""

    id: str
    title: str
    audience: str = ""
    published: date | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page is told about its surroundings.

    ``viewer`` is the name of the account (never a person's: agency and role), ``account`` the
    link to sign in or out, ``demo`` shows the banner of a demonstration.
    """

    navigation: tuple[NavLink, ...] = ()
    viewer: str | None = None
    account: NavLink | None = None
    demo: bool = False
    lang: str = field(default_factory=spoken)
    method_href: str = "/method"
    accessibility_href: str = "/accessibility"


@cache
def _environment() -> Environment:
    # StrictUndefined: a misspelt name is an error, not an empty place in a table of figures.
    found = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["lower_first"] = lower_first
    return found


def render(template: str, frame: Frame, **values: Any) -> str:
    """Fill a template; every value is escaped."""
    words = labels(frame.lang)
    html = _environment().get_template(template).render(frame=frame, t=words, **values)
    return html if frame.lang == ENGLISH else told(html)
