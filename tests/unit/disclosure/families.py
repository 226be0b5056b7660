"""Synthetic linked families for tests and benchmarks: products of small hierarchies."""

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.disclosure.table import Cell, CountTable, Relation
from hub.vocabulary import CellKey

Axis = Mapping[str, Sequence[str]]
"""Each code with the codes it is the exact sum of; a leaf is the sum of nothing."""


@dataclass(frozen=True)
class Shape:
    """The axes of a product table; any of them may overlap itself."""

    areas: Axis
    periods: Axis
    categories: Axis


def tree(total: str, *groups: int) -> dict[str, Sequence[str]]:
    """A total over groups over leaves: ``tree("T", 3, 2)`` has groups of 3 and 2 leaves."""
    if len(groups) == 1:
        leaves = [f"{total}.{n}" for n in range(groups[0])]
        return {total: leaves, **{leaf: [] for leaf in leaves}}
    names = [f"{total}.{n}" for n in range(len(groups))]
    found: dict[str, Sequence[str]] = {total: names}
    for name, size in zip(names, groups, strict=True):
        leaves = [f"{name}.{n}" for n in range(size)]
        found |= {name: leaves, **{leaf: [] for leaf in leaves}}
    return found


def leaves_of(axis: Axis, code: str) -> list[str]:
    parts = axis[code]
    return [leaf for part in parts for leaf in leaves_of(axis, part)] if parts else [code]


def family(shape: Shape, seed: int, *, mean: float = 8.0, sparse: float = 0.0) -> CountTable:
    """Random counts at the leaves, skewed as real ones are, all margins added up."""
    dice = random.Random(seed)
    axes = (shape.areas, shape.periods, shape.categories)
    leaves = [[code for code in axis if not axis[code]] for axis in axes]
    weight = [{code: dice.lognormvariate(0, 0.7) for code in codes} for codes in leaves]
    counts: dict[tuple[str, ...], int] = {}
    for at in itertools.product(*leaves):
        expected = mean
        for axis_weight, code in zip(weight, at, strict=True):
            expected *= axis_weight[code]
        counts[at] = 0 if dice.random() < sparse else _poisson(dice, expected)
    return table_of(axes, counts)


def table_of(axes: Sequence[Axis], counts: Mapping[Any, int]) -> CountTable:
    """The product table over ``axes`` (area, period, category) with these leaf counts."""
    totals = {
        at: sum(
            counts[leaf]
            for leaf in itertools.product(
                *(leaves_of(axis, code) for axis, code in zip(axes, at, strict=True))
            )
        )
        for at in itertools.product(*axes)
    }
    index = {at: place for place, at in enumerate(totals)}
    relations = []
    for at in totals:
        for number, axis in enumerate(axes):
            if axis[at[number]]:
                parts = [(*at[:number], code, *at[number + 1 :]) for code in axis[at[number]]]
                terms = ((index[at], -1), *((index[part], 1) for part in parts))
                relations.append(Relation(terms, origin="/".join(at)))
    cells = tuple(
        Cell(CellKey("X", area, period, (("C", category),)), value)
        for (area, period, category), value in totals.items()
    )
    return CountTable(cells, tuple(relations))


def _poisson(dice: random.Random, mean: float) -> int:
    if mean > 30:
        return max(0, round(dice.gauss(mean, mean**0.5)))
    count, product, limit = 0, dice.random(), 2.718281828459045**-mean
    while product > limit:
        count += 1
        product *= dice.random()
    return count
