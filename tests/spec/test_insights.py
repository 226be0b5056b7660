"""Every count and per cent pair of the outreach report, against the profile of the release.

``insights_printed.csv`` holds the pairs of 2020-21 that survive in the report's text. A share that
is suppressed is recomputed from what was returned, so that every pair is checked.
"""

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from hub.protected.figures import FigureStatus
from hub.statistics.formulas import ratio, round_half_up
from hub.views.profile import Profile, ProfileCell
from hub.views.tables import profile_of
from hub.vocabulary import Breakdown, breakdown_of, parse_period
from hub.web.pages.labels import labels
from hub.web.pages.profile import titles_of
from tests.spec.acceptance_insights import POOL, YEAR
from tests.spec.demo_release import FOLDER, release, returned

DATASETS = tuple(sorted(path.parent.name for path in FOLDER.glob("OUTREACH_POOL/*/*.json")))

MIXED_BASE = ("INS_AGENCY_DIFFERENCE", (("INS_AGENCY", "MISSING"),))
"""F-34: printed over all exits, the other options of its table over those who answered."""

UNPRINTED_BASE = "INS_RELATION_CHANGE"
"""Its two bases, partners at intake among the exits, are nowhere in the report."""

Place = tuple[str, Breakdown]


@dataclass(frozen=True)
class Pair:
    """A printed count with its printed percentage."""

    count: int
    percent: str

    def is_share(self, share: Decimal) -> bool:
        """Whether a share rounds to what is printed."""
        digits = len(self.percent.partition(".")[2])
        return round_half_up(share, digits) == Decimal(self.percent)


@cache
def printed() -> dict[Place, Pair]:
    with (Path(__file__).parent / "insights_printed.csv").open(encoding="utf-8") as lines:
        return {
            (row["indicator"], _breakdown(row["breakdown"])): Pair(
                int(row["count"]), row["percent"]
            )
            for row in csv.DictReader(lines)
        }


def _breakdown(text: str) -> Breakdown:
    pairs = (item.partition("=") for item in text.split(";") if item)
    return breakdown_of({name: code for name, _, code in pairs})


@cache
def counts() -> dict[Place, Decimal]:
    """What was returned."""
    returns = (returned(FOLDER / "OUTREACH_POOL" / name / f"{YEAR}.json") for name in DATASETS)
    return {
        (item.key.indicator, item.key.breakdown): item.value
        for found in returns
        for item in found.observations
        if item.value is not None
    }


@cache
def views() -> list[Profile]:
    """The profile of each return of the report."""
    words, cells = release().words, release().cells
    return [
        profile_of(words.datasets[name], words.area(POOL), parse_period(YEAR), "", cells, words)
        for name in DATASETS
    ]


@cache
def profiles() -> dict[Place, ProfileCell]:
    """Every cell of every table of the profile."""
    return {
        (table.indicator.code, row.breakdown): row.cells[0]
        for view in views()
        for table in view.tables
        for row in table.rows
    }


def test_the_report_is_returned_as_printed() -> None:
    assert len(printed()) > 1300
    assert {place: counts()[place] for place in printed()} == {
        place: pair.count for place, pair in printed().items()
    }


def test_every_published_share_is_the_printed_one() -> None:
    shares = {place: profiles()[place].share for place in printed()}
    published = {
        place: share.value for place, share in shares.items() if share and share.value is not None
    }
    wrong = [place for place, share in published.items() if not printed()[place].is_share(share)]
    assert wrong == [MIXED_BASE], wrong
    assert len(published) > 1100
    hidden = {share.status for place, share in shares.items() if share and place not in published}
    assert hidden == {FigureStatus.SUPPRESSED, FigureStatus.NOT_RETURNED}


def test_every_suppressed_share_was_the_printed_one() -> None:
    """From the counts as returned, which is what the report's authors divided."""
    checked = 0
    for place, pair in printed().items():
        share = profiles()[place].share
        if share is not None and share.status is FigureStatus.SUPPRESSED:
            base = next(b for b in bases(place) if b in counts())
            found = ratio(counts()[place], counts()[base], Decimal(100))
            assert found is not None, place
            assert pair.is_share(found), place
            checked += 1
    assert checked > 150


def bases(place: Place) -> list[Place]:
    """Where the base of a share may stand, by the vocabulary alone."""
    code, breakdown = place
    words = release().words
    terms = words.indicator(code).denominator
    chained = [
        (code, breakdown_of({**dict(breakdown), name: of}))
        for name, category in breakdown
        if (of := words.category(name, category).of)
    ]
    declared = [(terms[0].indicator, terms[0].breakdown)] if len(terms) == 1 else []
    partial = [(code, tuple(p for p in breakdown if p[0] != name)) for name, _ in breakdown]
    return [*chained, *declared, (code, ()), *partial]


def test_what_has_no_printed_base_is_no_share() -> None:
    unbased = [
        place
        for place in printed()
        if (share := profiles()[place].share) and share.status is FigureStatus.NOT_RETURNED
    ]
    assert {code for code, _ in unbased} == {UNPRINTED_BASE}
    assert len(unbased) == 2


def test_every_table_of_a_return_has_a_name_of_its_own() -> None:
    """A reader finds a table by its name: the total is told from its breakdown."""
    for view in views():
        names = titles_of(view.tables, labels())
        assert len(names) == len(set(names)), view.dataset.code


def test_a_wrong_pair_would_be_noticed() -> None:
    assert not Pair(803, "26").is_share(Decimal("25.008"))
    assert Pair(803, "25").is_share(Decimal("25.008"))
