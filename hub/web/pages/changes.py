"""The release notes: what a release changed against the one before, figure by figure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from hub.protected.figures import Figure, FigureStatus
from hub.protected.reader import Difference
from hub.protected.releases import Release
from hub.views.changes import Change, Changes
from hub.vocabulary import Vocabulary, parse_period
from hub.web.pages.frame import Frame, NavLink, render
from hub.web.pages.labels import Labels, labels

MOST = 100
"""Revised figures listed on a page."""


@dataclass(frozen=True, slots=True)
class Revised:
    """A figure that was published as ``before`` and now as ``after``."""

    title: str
    area: str
    period: str
    before: str = field(repr=False)
    after: str = field(repr=False)


def changes_page(
    view: Changes,
    releases: Sequence[Release],
    words: Vocabulary,
    *,
    frame: Frame | None = None,
) -> str:
    """Draw the notes of a release."""
    frame = frame or Frame()
    t = labels(frame.lang)
    tally = view.tally
    known = t.vocabulary(words)
    # A year is held as one of several kinds over the same months; it is told once.
    revised = list(dict.fromkeys(_revised(item, known, t) for item in view.revised))
    return render(
        "changes.html",
        frame,
        view=view,
        others=tuple(_links(view, releases, t)),
        counts=[(t(f"changes.kind.{kind}"), tally[kind]) for kind in Change if tally[kind]],
        methods=tuple(_methods(view, t)),
        revised=revised[:MOST],
        more=max(0, len(revised) - MOST),
    )


def _links(view: Changes, releases: Sequence[Release], t: Labels) -> Iterator[NavLink]:
    for one in releases:
        title = t("changes.one", title=one.sequence, published=t.day(one.published_at))
        yield NavLink(title, f"/changes?release={one.id}", one.id == view.release.id)


def _methods(view: Changes, t: Labels) -> Iterator[tuple[str, str, str]]:
    """What a release was made with: the name, before, and now."""
    old, new = view.before, view.release
    yield t("changes.policy"), old.policy_version if old else "", new.policy_version
    yield t("changes.vocabulary"), old.vocabulary_version if old else "", new.vocabulary_version
    yield t("changes.method"), _method(old, t), _method(new, t)
    yield t("changes.figures"), f"{old.cells:,}" if old else "", f"{new.cells:,}"


def _method(release: Release | None, t: Labels) -> str:
    if release is None:
        return ""
    return t(f"changes.methods.{release.protection.get('method', 'suppression')}")


def _revised(item: Difference, words: Vocabulary, t: Labels) -> Revised:
    known = words.indicators.get(item.key.indicator)
    titles = [
        words.categories[name][code].title
        for name, code in item.key.breakdown
        if code in words.categories.get(name, {})
    ]
    place = words.areas.get(item.key.area)
    decimals, unit = (known.decimals, known.unit) if known else (0, "")
    return Revised(
        ", ".join([known.title if known else item.key.indicator, *titles]),
        place.name if place else item.key.area,
        t.period(parse_period(item.key.period)),
        _display(item.value_before, unit, decimals),
        _display(item.value_after, unit, decimals),
    )


def _display(value: Decimal | None, unit: str, decimals: int) -> str:
    return Figure(FigureStatus.PUBLISHED, unit, value, decimals=decimals).display
