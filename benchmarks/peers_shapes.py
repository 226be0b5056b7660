"""The eight synthetic families that methods are compared on, with the counts below their cells.

Each is a product of areas, periods and *facets* (what is counted). Every cell is a sum of *atoms*,
counts of one smallest area, month and kind; the peers want to be told which.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.shapes import months
from hub.disclosure import Cell, CountTable, Relation, VirtualKey
from hub.vocabulary import CellKey
from tests.unit.disclosure.families import Axis, leaves_of, tree

Sums = tuple[tuple[str, tuple[str, ...]], ...]
"""Each code that is the sum of others, with those; one code may be the sum in several ways."""


@dataclass(frozen=True)
class Side:
    """One axis: for each code its atoms, and what sums to what."""

    atoms: Mapping[str, Sequence[str]]
    sums: Sums
    tree: Axis | None = None
    """The axis as one hierarchy, if it is one; some peers know nothing else."""
    unprinted: frozenset[str] = frozenset()
    dimension_of: Mapping[str, str] = field(default_factory=dict)
    """Codes that are categories of a dimension; the others are indicators."""


@dataclass(frozen=True)
class Family:
    """A table, and which atoms each of its cells is the sum of."""

    name: str
    table: CountTable
    counts: NDArray[np.int64] = field(repr=False)
    """By atom."""
    atoms_of: tuple[tuple[int, ...], ...]
    """By cell."""
    sides: tuple[Side, Side, Side]
    at: tuple[tuple[str, str, str], ...]
    """By cell, its codes."""


def side(axis: Axis, *, crossing: Axis | None = None, dimension: str = "") -> Side:
    """A hierarchy as an axis; ``crossing`` adds groups of its leaves that overlap the others."""
    whole = {**axis, **(crossing or {})}
    sums = [(code, tuple(parts)) for code, parts in axis.items() if parts]
    sums += [(code, tuple(parts)) for code, parts in (crossing or {}).items()]
    if crossing:
        sums.append((next(iter(axis)), tuple(crossing)))
    categories = dict.fromkeys(list(axis)[1:], dimension) if dimension else {}
    return Side(
        {code: leaves_of(whole, code) for code in whole},
        tuple(sums),
        None if crossing else axis,
        dimension_of=categories,
    )


AREAS = side(tree("F", 3, 3, 3, 3))
YEAR, QUARTERS, YEARS = side(tree("Y", 12)), side(months(1, total=False)), side(months(3))
ONE, FOUR, SIX = (
    side({"X": []}),
    side(tree("X", 3), dimension="C"),
    side(tree("X", 5), dimension="C"),
)
_DISTRICTS = [f"F.{county}.{n}" for county in range(3) for n in range(3)]
CROSSING = side(
    tree("F", 3, 3, 3), crossing={f"M{number}": _DISTRICTS[number::3] for number in range(3)}
)
AGES, SEXES = ("A0", "A1", "A2", "A3", "A4"), ("S0", "S1")
LINKED = Side(
    {
        "X": [age + sex for age in AGES for sex in SEXES],
        **{age: [age + sex for sex in SEXES] for age in AGES},
        **{sex: [age + sex for age in AGES] for sex in SEXES},
    },
    (("X", AGES), ("X", SEXES)),
    dimension_of={**dict.fromkeys(AGES, "AGE"), **dict.fromkeys(SEXES, "SEX")},
)
COMPLEMENT = Side(
    {"ALL": ["police", "other"], "POLICE": ["police"], "ALL - POLICE": ["other"]},
    (("ALL", ("POLICE", "ALL - POLICE")),),
    unprinted=frozenset({"ALL - POLICE"}),
)
FUNNEL = Side(
    {
        "REFERRED": ["supported", "left", "refused"],
        "ENGAGED": ["supported", "left"],
        "SUPPORTED": ["supported"],
        "REFERRED - ENGAGED": ["refused"],
        "ENGAGED - SUPPORTED": ["left"],
    },
    (
        ("REFERRED", ("ENGAGED", "REFERRED - ENGAGED")),
        ("ENGAGED", ("SUPPORTED", "ENGAGED - SUPPORTED")),
    ),
    unprinted=frozenset({"REFERRED - ENGAGED", "ENGAGED - SUPPORTED"}),
)

SHAPES: Mapping[str, tuple[tuple[Side, Side, Side], float, float]] = {
    "plain 221": ((AREAS, YEAR, ONE), 9.0, 0.0),
    "plain 1,326": ((AREAS, YEAR, SIX), 8.0, 0.0),
    "plain 5,304": ((AREAS, YEARS, SIX), 5.0, 0.0),
    "sparse 5,304": ((AREAS, YEARS, SIX), 4.0, 0.5),
    "linked breakdowns 7,072": ((AREAS, YEARS, LINKED), 3.0, 0.0),
    "complements 2,652": ((AREAS, YEARS, COMPLEMENT), 5.0, 0.0),
    "overlapping areas 1,088": ((CROSSING, QUARTERS, FOUR), 6.0, 0.0),
    "funnel 4,420": ((AREAS, YEARS, FUNNEL), 5.0, 0.0),
}
"""Name (with the number of cells), axes, mean count of an atom, and how many are zero besides."""


def family(
    name: str,
    sides: tuple[Side, Side, Side],
    seed: int,
    *,
    mean: float = 9.0,
    sparse: float = 0.0,
) -> Family:
    """Random counts, skewed along each axis as real ones are, and all their sums."""
    dice = np.random.Generator(np.random.PCG64(seed))
    names = [sorted({atom for atoms in axis.atoms.values() for atom in atoms}) for axis in sides]
    expected = np.full([len(found) for found in names], float(mean))
    for number, found in enumerate(names):
        weight = dice.lognormal(0.0, 0.7, len(found))
        expected *= (weight / weight.mean()).reshape([-1 if n == number else 1 for n in range(3)])
    grid = dice.poisson(expected) * (dice.random(expected.shape) >= sparse)
    number_of = np.arange(grid.size).reshape(grid.shape)
    place = [{atom: at for at, atom in enumerate(found)} for found in names]
    areas, periods, facets = (tuple(axis.atoms) for axis in sides)
    codes = list(itertools.product(areas, periods, facets))
    atoms_of = tuple(
        tuple(
            number_of[
                np.ix_(
                    *(
                        [where[atom] for atom in axis.atoms[code]]
                        for where, axis, code in zip(place, sides, at, strict=True)
                    )
                )
            ]
            .ravel()
            .tolist()
        )
        for at in codes
    )
    counts = grid.ravel().astype(np.int64)
    values = [int(counts[list(atoms)].sum()) for atoms in atoms_of]
    cells = tuple(
        Cell(_key(at, sides[2]), value, published=at[2] not in sides[2].unprinted)
        for at, value in zip(codes, values, strict=True)
    )
    table = CountTable(cells, tuple(_relations(codes, sides)))
    return Family(name, table, counts, atoms_of, sides, tuple(codes))


def _key(at: tuple[str, str, str], facets: Side) -> CellKey | VirtualKey:
    area, period, facet = at
    if facet in facets.unprinted:
        return VirtualKey(facet, area, period)
    if facet in facets.dimension_of:
        return CellKey("X", area, period, ((facets.dimension_of[facet], facet),))
    return CellKey(facet, area, period)


def _relations(codes: Sequence[tuple[str, str, str]], sides: Sequence[Side]) -> list[Relation]:
    index = {at: place for place, at in enumerate(codes)}
    found = []
    for number, axis in enumerate(sides):
        for whole, parts in axis.sums:
            for at in codes:
                if at[number] == whole:
                    below = [_moved(at, number, part) for part in parts]
                    terms = ((index[at], -1), *((index[part], 1) for part in below))
                    found.append(Relation(terms, origin="/".join(at)))
    return found


def _moved(at: tuple[str, str, str], number: int, code: str) -> tuple[str, str, str]:
    area, period, facet = (code if n == number else own for n, own in enumerate(at))
    return area, period, facet


def families(only: Sequence[str] = (), *, seed: int = 1) -> list[Family]:
    """The families whose names contain one of ``only`` (all of them if none is given)."""
    return [
        family(name, sides, seed, mean=mean, sparse=sparse)
        for name, (sides, mean, sparse) in SHAPES.items()
        if not only or any(part in name for part in only)
    ]
