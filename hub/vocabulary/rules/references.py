"""Every word a row names must exist: no reference leads nowhere."""

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Any

from hub.vocabulary.cells import Term
from hub.vocabulary.files import Problem
from hub.vocabulary.rows import Row
from hub.vocabulary.spelling import hint
from hub.vocabulary.vocabulary import Vocabulary

_COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("indicators", "unit", "units"),
    ("indicators", "owner", "agency_kinds"),
    ("indicators", "datasets", "datasets"),
    ("indicators", "dimensions", "dimensions"),
    ("indicators", "area_levels", "levels"),
    ("indicators", "target_of", "indicators"),
    ("categories", "dimension", "dimensions"),
    ("areas", "level", "levels"),
    ("areas", "successor", "areas"),
    ("memberships", "parent", "areas"),
    ("memberships", "child", "areas"),
    ("calendar", "dataset", "datasets"),
    ("calendar", "agency", "agencies"),
    ("agencies", "kind", "agency_kinds"),
    ("agencies", "areas", "areas"),
    ("datasets", "agency_kinds", "agency_kinds"),
    ("stages", "band", "bands"),
    ("stages", "agency_kind", "agency_kinds"),
    ("stages", "parent", "stages"),
    ("stages", "target", "indicators"),
    ("links", "source", "stages"),
    ("links", "target", "stages"),
    ("links", "caveats", "caveats"),
    ("measures", "indicator", "indicators"),
    ("measures", "target", "indicators"),
    ("overview", "code", "indicators"),
    ("overview", "band", "overview_bands"),
    ("overview", "recommended", "indicators"),
    ("similar", "code", "areas"),
    ("similar", "group", "areas"),
)
"""Which column of which table names a word of which table."""

_TERMS: tuple[tuple[str, str], ...] = (
    ("indicators", "numerator"),
    ("indicators", "denominator"),
    ("identities", "left"),
    ("identities", "right"),
    ("stages", "term"),
    ("stages", "parts"),
)
"""Which columns hold terms such as ``MAR_REF[REFERRAL_SOURCE=POLICE]``."""


def rows_of(words: Vocabulary, table: str) -> Sequence[Row]:
    """All rows of a table, whether it is kept by code, by dimension or in order."""
    if table == "categories":
        return [row for members in words.categories.values() for row in members.values()]
    held = getattr(words, table)
    return list(held.values()) if hasattr(held, "values") else list(held)


def check(words: Vocabulary) -> Iterator[Problem]:
    """Find every code and every term that names a word which does not exist."""
    for table, column, target in _COLUMNS:
        known = getattr(words, target)
        for row in rows_of(words, table):
            yield from _codes(row, column, target, known)
    for table, column in _TERMS:
        for row in rows_of(words, table):
            for term in _listed(getattr(row, column)):
                yield from _term(row, column, term, words)


def _codes(row: Row, column: str, target: str, known: Iterable[str]) -> Iterator[Problem]:
    for code in _listed(getattr(row, column)):
        if code not in _container(known):
            message = f"{code!r} is not in {target}.{hint(code, known)}"
            yield Problem(*row.place, column, message)


def _term(row: Row, column: str, term: Term, words: Vocabulary) -> Iterator[Problem]:
    indicator = words.indicators.get(term.indicator)
    if indicator is None:
        near = hint(term.indicator, words.indicators)
        yield Problem(*row.place, column, f"{term.indicator!r} is not in indicators.{near}")
        return
    for dimension, category in term.breakdown:
        known = words.categories.get(dimension, {})
        if dimension not in indicator.dimensions:
            near = hint(dimension, indicator.dimensions)
            message = f"{term.indicator} has no dimension {dimension!r}.{near}"
            yield Problem(*row.place, column, message)
        elif category not in known:
            near = hint(category, known)
            message = f"{category!r} is not a category of {dimension}.{near}"
            yield Problem(*row.place, column, message)


def _listed(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def _container(known: Iterable[str]) -> Container[str]:
    return known if isinstance(known, Container) else tuple(known)
