"""A small vocabulary of the tests' own, so that no shipped word decides them."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from hub.disclosure import Cell, cell_of
from hub.vocabulary import CellKey, PeriodKind, Vocabulary, breakdown_of
from hub.vocabulary.cells import parse_sum
from hub.vocabulary.rows import (
    Category,
    Dimension,
    Identity,
    Indicator,
    Kind,
    Membership,
    ZeroRule,
)


def indicator(
    code: str,
    *,
    kind: Kind = Kind.EVENTS,
    adds: bool = True,
    sensitive: bool = True,
    zero: ZeroRule = ZeroRule.SHOWN,
) -> Indicator:
    return Indicator(
        code=code,
        title=code,
        description="",
        unit="case",
        kind=kind,
        owner="POLICE",
        period_kinds=tuple(PeriodKind),
        area_levels=("LAD",),
        time_additive=adds,
        area_additive=adds,
        sensitive=sensitive,
        zero=zero,
    )


def identity(text: str) -> Identity:
    relation = "<=" if "<=" in text else "="
    left, right = text.split(f" {relation} ")
    return Identity(
        code=re.sub(r"\W+", "_", text),
        left=parse_sum(left),
        relation=relation,
        right=parse_sum(right),
    )


def member(
    parent: str,
    child: str,
    *,
    hierarchy: str = "ADMIN",
    exhaustive: bool = True,
    start: date | None = None,
    end: date | None = None,
) -> Membership:
    return Membership(
        parent=parent,
        hierarchy=hierarchy,
        child=child,
        exhaustive=exhaustive,
        valid_from=start,
        valid_to=end,
    )


def words(
    *,
    indicators: Iterable[Indicator] = (),
    dimensions: Mapping[str, Iterable[str]] | None = None,
    multiple: Iterable[str] = (),
    members: Iterable[Membership] = (),
    identities: Iterable[str] = (),
) -> Vocabulary:
    """``dimensions`` are codes with their categories; those named ``multiple`` are no partition."""
    dimensions, multiple = dimensions or {}, set(multiple)
    return Vocabulary(
        indicators={word.code: word for word in (*indicators, indicator("X"), indicator("Y"))},
        dimensions={
            code: Dimension(code=code, title=code, partition=code not in multiple)
            for code in dimensions
        },
        categories={
            code: {
                category: Category(dimension=code, code=category, title=category, order=order)
                for order, category in enumerate(categories)
            }
            for code, categories in dimensions.items()
        },
        areas={},
        levels={},
        memberships=tuple(members),
        agency_kinds={},
        agencies={},
        datasets={},
        identities=tuple(map(identity, identities)),
        bands={},
        stages={},
        links={},
        caveats={},
        reasons={},
    )


def count(
    vocabulary: Vocabulary,
    value: int,
    code: str = "X",
    area: str = "A",
    period: str = "2017-05",
    **categories: str,
) -> Cell:
    return cell_of(vocabulary, CellKey(code, area, period, breakdown_of(categories)), value)
