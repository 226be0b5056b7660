"""The officers' pages: what is due, a return with its check, its differences and its acts."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hub.loaders.agencies import Transcript, shipped, shipped_names
from hub.loaders.agencies.placed import Placed
from hub.returns import Finding, Reported, Severity
from hub.submissions.changes import Change, Counts
from hub.submissions.owing import Due
from hub.submissions.revisions import Revision, etag_of
from hub.submissions.states import APPROVED, OPEN, State
from hub.vocabulary import CellKey, Vocabulary, breakdown_of, breakdown_text, parse_period
from hub.vocabulary.calendar import Owing
from hub.web.pages.frame import Frame, Option, render
from hub.web.pages.labels import Labels, labels

_CODE = re.compile(r"[A-Z][A-Z0-9_]{2,}")
MOST = 200
"""Rows of a table on a page; the API and the annotated file have all of them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one agency stands with all that is due about now."""

    agency: str
    title: str
    owing: Counter[Owing]


@dataclass(frozen=True, slots=True)
class Sight:
    """A return's address in words, and what this viewer may do to it."""

    dataset: str
    agency: str
    period: str
    title: str
    agency_title: str
    period_title: str
    may_submit: bool = False
    may_sign_off: bool = False
    is_submitter: bool = False
    """Whether the viewer sent the current revision, and so is not the second person."""
    due: Due | None = None

    @property
    def href(self) -> str:
        """Where the return's page is."""
        return f"/returns/{self.dataset}/{self.agency}/{self.period}"


@dataclass(frozen=True, slots=True)
class Stored:
    """What the hub has of a return."""

    current: Revision
    history: tuple[Revision, ...]
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...] = field(repr=False)
    observations: tuple[Reported, ...] = field(repr=False)

    @property
    def etag(self) -> str:
        """What a form names that may replace this revision and no other."""
        return etag_of(self.current.number, self.current.content_hash)

    @property
    def is_open(self) -> bool:
        """Whether it waits for its sign-off."""
        return self.current.state in OPEN

    @property
    def is_signed_off(self) -> bool:
        """Whether a second person signed it off."""
        return self.current.state in APPROVED

    @property
    def is_withdrawn(self) -> bool:
        """Whether the agency took it back."""
        return self.current.state is State.WITHDRAWN

    @property
    def queries(self) -> int:
        """How many findings ask for a note."""
        return sum(item.severity is Severity.QUERY for item in self.findings)


@dataclass(frozen=True, slots=True)
class Checked:
    """A dry run: what the hub would say, with the file so that it can be sent on."""

    kind: str
    content: str = field(repr=False)
    findings: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = field(default=(), repr=False)
    counts: Counts | None = None
    etag: str = ""
    note: str = field(default="", repr=False)
    received: int = 0
    expected: int = 0
    layout: str = ""
    """The layout it was read by; empty for the hub's own form."""
    mapping: str = field(default="", repr=False)
    """The text of the agency's own mapping, where it was read by one."""
    transcript: Transcript | None = field(default=None, repr=False)
    """What that layout made of each cell."""

    @property
    def is_valid(self) -> bool:
        """Whether it would be stored."""
        return self.counts is not None

    @property
    def is_unchanged(self) -> bool:
        """Whether the hub has exactly this already."""
        return bool(self.etag) and self.is_valid and not self.changes

    def count(self, severity: str) -> int:
        """How many findings of a severity there are."""
        return sum(str(item.severity) == severity for item in self.findings)


def returns_page(
    *,
    agency: str | None,
    due: Sequence[Due],
    sent: Sequence[Revision],
    partners: Iterable[Standing],
    datasets: Sequence[Option],
    words: Vocabulary,
    error: str = "",
    frame: Frame,
) -> str:
    """Draw the calendar; ``agency`` is the viewer's own, if it has one."""
    words = labels(frame.lang).vocabulary(words)
    return render(
        "returns.html",
        frame,
        agency=words.agency(agency) if agency else None,
        owed=[one for one in due if not one.is_signed_off and one.state is not Owing.EXEMPT],
        done=[one for one in due if one.is_signed_off or one.state is Owing.EXEMPT],
        sent=sent,
        titled=lambda period: labels(frame.lang).period(parse_period(period)),
        dataset_title=lambda code: words.dataset(code).title,
        agency_title=lambda code: words.agency(code).title,
        partners=tuple(partners),
        states=tuple(Owing),
        datasets=datasets,
        error=error,
    )


def return_page(
    sight: Sight, stored: Stored | None, words: Vocabulary, *, error: str = "", frame: Frame
) -> str:
    """Draw one return: where it stands, what it holds, and the act it waits for."""
    t = labels(frame.lang)
    words = t.vocabulary(words)
    return render(
        "return.html",
        frame,
        sight=sight,
        stored=stored,
        most=MOST,
        named=lambda key: _named(key, words, labels(frame.lang)),
        meant=lambda text: _meant(text, words),
        shown=_shown,
        layouts=[Option(name, t.english(shipped(name).title)) for name in shipped_names()],
        error=error,
    )


def check_page(sight: Sight, checked: Checked, words: Vocabulary, *, frame: Frame) -> str:
    """Draw the result of a dry run, with what can be done next."""
    words = labels(frame.lang).vocabulary(words)
    placed = checked.transcript.placed if checked.transcript else ()
    return render(
        "return_check.html",
        frame,
        sight=sight,
        checked=checked,
        most=MOST,
        named=lambda key: _named(key, words, labels(frame.lang)),
        meant=lambda text: _meant(text, words),
        shown=_shown,
        read=[_read(checked.transcript, item) for item in placed[:MOST]],
        figures=len(placed),
    )


def _read(transcript: Transcript | None, item: Placed) -> tuple[Placed, CellKey, bool]:
    """A figure of an agency's own layout, what it is taken for, and whether for this return."""
    frame = transcript.frame.period if transcript else ""
    period = item.period.id if item.period else frame
    key = CellKey(item.indicator, item.area, period, breakdown_of(dict(item.breakdown)))
    return item, key, transcript is not None and transcript.holds(item)


def _meant(text: str, words: Vocabulary) -> list[tuple[str, str]]:
    """The indicators that a finding speaks of by their codes, each with its title."""
    codes = dict.fromkeys(_CODE.findall(text))
    return [(code, words.indicators[code].title) for code in codes if code in words.indicators]


def _named(key: CellKey, words: Vocabulary, t: Labels) -> tuple[str, str]:
    """A cell in words: what is counted, then where, when and for whom."""
    indicator, area = words.indicators.get(key.indicator), words.areas.get(key.area)
    place = area.name if area else key.area
    whom = f", {breakdown_text(key.breakdown)}" if key.breakdown else ""
    what = indicator.title if indicator else key.indicator
    return what, f"{place}, {t.period(parse_period(key.period))}{whom}"


def _shown(item: Reported | None) -> str:
    """What a cell holds, as its agency wrote it."""
    if item is None:
        return "–"
    if item.value is None:
        return f"[{item.status}] {item.reason or ''}".strip()
    return f"{item.value.normalize():f}"
