"""The closed set of words, loaded and looked up.

>>> from hub.vocabulary import vocabulary
>>> words = vocabulary()
>>> words.indicator("POL_DA_CRIME").unit
'crime'
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from hub.errors import VocabularyError
from hub.vocabulary.calendar import Expected
from hub.vocabulary.periods import Period, month_number
from hub.vocabulary.rows import (
    Agency,
    AgencyKind,
    Area,
    Band,
    Category,
    Caveat,
    Dataset,
    Dimension,
    Identity,
    Indicator,
    Level,
    Line,
    Link,
    Measure,
    Membership,
    Reason,
    Schedule,
    Similar,
    Stage,
    Unit,
)
from hub.vocabulary.spelling import hint, nearest

T = TypeVar("T")


class UnknownWordError(VocabularyError):
    """A code outside the closed set; ``nearest`` are the codes it may have been meant as: those
    whose title it is (``meant``), else those that look like it."""

    def __init__(
        self, kind: str, code: str, known: Iterable[str], meant: Iterable[str] = ()
    ) -> None:
        words, named = list(known), tuple(meant)
        self.nearest = named or nearest(code, words)
        said = f" Its code is {' or '.join(named)}." if named else hint(code, words)
        super().__init__(f"{code[:60]!r} is not a known {kind}.{said}", code="UNKNOWN_CODE")


@dataclass(frozen=True, repr=False)
class Vocabulary:
    """Every word the hub knows, by code. Made by :func:`hub.vocabulary.load`; never changed."""

    indicators: Mapping[str, Indicator]
    dimensions: Mapping[str, Dimension]
    categories: Mapping[str, Mapping[str, Category]]
    """By dimension, then category code, in order."""
    areas: Mapping[str, Area]
    levels: Mapping[str, Level]
    memberships: tuple[Membership, ...]
    agency_kinds: Mapping[str, AgencyKind]
    agencies: Mapping[str, Agency]
    datasets: Mapping[str, Dataset]
    identities: tuple[Identity, ...]
    bands: Mapping[str, Band]
    stages: Mapping[str, Stage]
    links: Mapping[str, Link]
    caveats: Mapping[str, Caveat]
    reasons: Mapping[str, Reason]
    units: Mapping[str, Unit] = field(default_factory=dict)
    measures: Mapping[str, Measure] = field(default_factory=dict)
    overview_bands: Mapping[str, Band] = field(default_factory=dict)
    overview: Mapping[str, Line] = field(default_factory=dict)
    """The lines of the Marac overview, by indicator."""
    similar: Mapping[str, Similar] = field(default_factory=dict)
    """The most similar group of a police force, by the force's area."""
    calendar: tuple[Schedule, ...] = ()
    """What single agencies were agreed to return otherwise than their datasets say."""
    version: str = field(default="1")

    def __repr__(self) -> str:
        return f"Vocabulary({len(self.indicators)} indicators)"

    def indicator(self, code: str) -> Indicator:
        """Look an indicator up; :class:`UnknownWordError` names the nearest otherwise."""
        return _look("indicator", code, self.indicators)

    def area(self, code: str) -> Area:
        """Look an area up by GSS or hub code."""
        if code in self.areas:
            return self.areas[code]
        meant = [one.code for one in self.areas.values() if one.name.lower() == code.lower()]
        raise UnknownWordError("area", code, self.areas, meant[:3])

    def agency(self, code: str) -> Agency:
        """Look an agency up."""
        return _look("agency", code, self.agencies)

    def dataset(self, code: str) -> Dataset:
        """Look a dataset up."""
        return _look("dataset", code, self.datasets)

    def category(self, dimension: str, code: str) -> Category:
        """Look a category of a dimension up."""
        return _look(
            f"category of {dimension}", code, _look("dimension", dimension, self.categories)
        )

    def plural(self, unit: str) -> str:
        """What many of a unit are called: one case, two cases."""
        return self.units[unit].plural if unit in self.units else f"{unit}s"

    @cached_property
    def dataset_indicators(self) -> Mapping[str, tuple[str, ...]]:
        """Which indicators each dataset carries, in file order."""
        found: dict[str, list[str]] = defaultdict(list)
        for indicator in self.indicators.values():
            for dataset in indicator.datasets:
                found[dataset].append(indicator.code)
        return {code: tuple(members) for code, members in found.items()}

    @cached_property
    def derived(self) -> tuple[Indicator, ...]:
        """The indicators with a formula, each after those it is computed from."""
        ordered: dict[str, Indicator] = {}

        def visit(code: str, trail: frozenset[str]) -> None:
            word = self.indicators.get(code)
            if word is None or not word.formula or code in ordered or code in trail:
                return
            for term in (*word.numerator, *word.denominator):
                visit(term.indicator, trail | {code})
            ordered[code] = word

        for code in self.indicators:
            visit(code, frozenset())
        return tuple(ordered.values())

    @cached_property
    def expected(self) -> tuple[Expected, ...]:
        """Who returns what how often: the agencies whose part a dataset is, and the calendar's."""
        agreed = {(row.dataset, row.agency): row for row in self.calendar}
        return tuple(
            _expected(dataset, agency, agreed.get((dataset.code, agency.code)))
            for dataset in self.datasets.values()
            for agency in self.agencies.values()
            if (dataset.code, agency.code) in agreed or self._is_part(dataset, agency)
        )

    def _is_part(self, dataset: Dataset, agency: Agency) -> bool:
        """Whether the agency is of the dataset's kind, and has a place that it is counted at."""
        if agency.kind != dataset.agency_kinds[0]:
            return False
        codes = self.dataset_indicators.get(dataset.code, ())
        levels = {level for code in codes for level in self.indicator(code).area_levels}
        # Its own areas first: they nearly always answer, and climbing from every place is slow.
        return any(self.area(code).level in levels for code in agency.areas) or any(
            area.level in levels and self.within(area.code, agency.areas)
            for area in self.areas.values()
        )

    @cached_property
    def _parents(self) -> Mapping[str, tuple[Membership, ...]]:
        return _grouped(self.memberships, "child")

    @cached_property
    def _children(self) -> Mapping[str, tuple[Membership, ...]]:
        return _grouped(self.memberships, "parent")

    def parents(self, area: str, period: Period | None = None) -> tuple[str, ...]:
        """The areas that ``area`` lay in during all of ``period`` (at any time if not given)."""
        return _codes((m for m in self._parents.get(area, ()) if _holds(m, period)), "parent")

    def children(self, area: str, period: Period | None = None) -> tuple[str, ...]:
        """The areas that lay in ``area`` during all of ``period``, over all hierarchies."""
        return _codes((m for m in self._children.get(area, ()) if _holds(m, period)), "child")

    def coverings(self, area: str, period: Period) -> Mapping[str, tuple[str, ...]]:
        """By hierarchy, the areas that together cover ``area`` exactly during ``period``.

        A hierarchy whose children changed within the period covers it with neither the old nor
        the new ones and is left out.
        """
        found: dict[str, list[str]] = defaultdict(list)
        broken: set[str] = set()
        for member in self._children.get(area, ()):
            if member.exhaustive and _holds(member, period):
                found[member.hierarchy].append(member.child)
            elif member.exhaustive and _touches(member, period):
                broken.add(member.hierarchy)
        return {
            hierarchy: tuple(sorted(set(areas)))
            for hierarchy, areas in found.items()
            if hierarchy not in broken
        }

    def within(self, area: str, roots: Iterable[str]) -> bool:
        """Whether ``area`` is one of ``roots`` or lies in one of them, at any date."""
        wanted, seen, front = set(roots), set[str](), {area}
        while front:
            if front & wanted:
                return True
            seen |= front
            front = {parent for code in front for parent in self.parents(code)} - seen
        return False


def _expected(dataset: Dataset, agency: Agency, agreed: Schedule | None) -> Expected:
    """The dataset's own terms, where nothing else was agreed."""
    row = agreed or Schedule(dataset=dataset.code, agency=agency.code)
    return Expected(
        dataset,
        agency,
        row.frequency or dataset.frequency,
        dataset.due_days if row.due_days is None else row.due_days,
        dataset.grace_days if row.grace_days is None else row.grace_days,
        month_number(row.since.year, row.since.month) if row.since else 0,
    )


def _look(kind: str, code: str, known: Mapping[str, T]) -> T:
    try:
        return known[code]
    except KeyError:
        raise UnknownWordError(kind, code, known) from None


def _grouped(rows: Iterable[Membership], column: str) -> dict[str, tuple[Membership, ...]]:
    found: dict[str, list[Membership]] = defaultdict(list)
    for row in rows:
        found[getattr(row, column)].append(row)
    return {code: tuple(members) for code, members in found.items()}


def _codes(rows: Iterable[Membership], column: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(getattr(row, column) for row in rows))


def _holds(member: Membership, period: Period | None) -> bool:
    if period is None:
        return True
    starts_late = member.valid_from is not None and member.valid_from > period.first_day
    year, month = period.last_month
    ends_early = member.valid_to is not None and (member.valid_to.year, member.valid_to.month) < (
        year,
        month,
    )
    return not (starts_late or ends_early)


def _touches(member: Membership, period: Period) -> bool:
    """Whether the membership held during some of the period."""
    starts_after = member.valid_from is not None and (
        (member.valid_from.year, member.valid_from.month) > period.last_month
    )
    ended_before = member.valid_to is not None and member.valid_to < period.first_day
    return not (starts_after or ended_before)
