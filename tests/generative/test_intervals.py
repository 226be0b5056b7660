"""Two independent ways to the interval left open, beside the slow truth.

Protection says how open a count stays by its *witnesses*: whole-number tables, checked without a
solver. The attack says it by linear programs. Enumeration lists every table there is.
"""

import random
from dataclasses import replace

from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from hub.disclosure import (
    PARTNER,
    CountTable,
    Policy,
    Protection,
    PublishedTable,
    attack,
    check_witnesses,
    protect,
    published_table,
    sensitive_cells,
)
from hub.disclosure.protection import Side, Witness
from hub.errors import DisclosureError
from tests.unit.disclosure.enumeration import tables
from tests.unit.disclosure.families import Axis, Shape, family, tree

ONE: Axis = {"all": []}
LINES: list[Axis] = [tree("T", 2), tree("T", 3), tree("T", 2, 2), tree("T", 1, 2)]
MARACS: Axis = {"F": [], "M.a": ["F.0.0", "F.1.0"], "M.b": ["F.0.1"]}
OVERLAPPING: Axis = {**MARACS, **tree("F", 2, 1)}
SHAPES = [
    *(Shape(line, ONE, ONE) for line in [*LINES, OVERLAPPING]),
    Shape(LINES[0], LINES[0], ONE),
]
ENDLESS = Policy("endless", PARTNER.audience, high=1_000)
"""A promise nothing keeps: the attack then tells how far each count can go at most."""

MOST = 11
"""The largest grand total: all tables below it can be listed."""

few = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
shapes, seeds = st.sampled_from(SHAPES), st.integers(0, 10**6)


def linked(shape: Shape, seed: int) -> CountTable:
    """A small family, parts before their totals. The grand total is known to all, so that there
    are only so many tables."""
    table = family(shape, seed, mean=3)
    assume((table.cells[0].value or 0) <= MOST)
    last = len(table.cells) - 1
    cells = [replace(cell, people=place > 0) for place, cell in enumerate(table.cells)]
    relations = (
        replace(one, terms=tuple((last - place, weight) for place, weight in one.terms))
        for one in table.relations
    )
    return CountTable(tuple(reversed(cells)), tuple(relations))


def possible(protection: Protection) -> list[list[int]]:
    """Every table that agrees with what is published."""
    published, relations = published_table(protection), protection.table.relations
    return list(tables(published, relations, protection.values[-1]))


def protected(table: CountTable) -> Protection:
    """Protection, if there is any: a refusal must be the truth, and is checked here."""
    try:
        return protect(table, PARTNER)
    except DisclosureError:
        total = table.cells[-1].value or 0
        told = tuple((0, None) for _ in table.cells[:-1])
        nothing = PublishedTable(tuple(cell.key for cell in table.cells), (*told, (total, total)))
        truth = list(tables(nothing, table.relations, total))
        small = sensitive_cells(table, PARTNER)
        assert any(max(one[at] for one in truth) < PARTNER.high for at in small)
        reject()


@few
@given(shapes, seeds)
def test_witnesses_programs_and_enumeration_agree(shape: Shape, seed: int) -> None:
    """What the witnesses prove open is possible, and no less than promised; what the linear
    programs allow at most is what is possible, neither more nor less."""
    table = linked(shape, seed)
    protection = protected(table)
    truth = possible(protection)
    assert list(protection.values) in truth
    targets = sensitive_cells(table, PARTNER)
    assert set(protection.intervals()) == set(targets)
    farthest = attack(published_table(protection), table.relations, ENDLESS, targets)
    for place, (low, high) in protection.intervals().items():
        values = {one[place] for one in truth}
        assert min(values) <= low <= PARTNER.low < PARTNER.high <= high <= max(values)
    for finding in farthest.findings:
        values = {one[finding.place] for one in truth}
        assert finding.high == max(values)
        assert finding.low <= min(values)


@few
@given(shapes, seeds)
def test_the_check_takes_just_the_tables_that_are_possible(shape: Shape, seed: int) -> None:
    """Any other table in place of a witness is refused, in whole numbers and without a solver."""
    protection, dice = protected(linked(shape, seed)), random.Random(seed)
    truth = possible(protection)
    for number, witness in enumerate(protection.witnesses[:6]):
        other = list(dice.choice(truth))
        if dice.random() < 0.5:
            other[dice.randrange(len(other))] += dice.choice([-1, 1])
        swapped = _swapped(protection, number, other)
        reaches = _reaches(other[witness.target], witness)
        assert (check_witnesses(protection.table, swapped) == []) == (other in truth and reaches)


def _reaches(count: int, witness: Witness) -> bool:
    return count <= PARTNER.low if witness.side is Side.LOW else count >= PARTNER.high


def _swapped(protection: Protection, number: int, other: list[int]) -> Protection:
    pairs = enumerate(zip(other, protection.values, strict=True))
    changes = tuple((place, new - old) for place, (new, old) in pairs if new != old)
    witnesses = list(protection.witnesses)
    witnesses[number] = replace(witnesses[number], changes=changes)
    return replace(protection, witnesses=tuple(witnesses))
