"""Random linked families: protection, attack and the slow truth must agree."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.disclosure import (
    PARTNER,
    PUBLIC,
    Cell,
    CountTable,
    Policy,
    PublishedTable,
    Relation,
    VirtualKey,
    attack,
    check_witnesses,
    known_to,
    protect,
    published_table,
    sensitive_cells,
)
from hub.disclosure.witness import observers
from hub.vocabulary import CellKey
from tests.unit.disclosure.enumeration import provable
from tests.unit.disclosure.families import Axis, Shape, family, tree

ONE: Axis = {"all": []}
OVERLAPPING: Axis = {
    **tree("F", 2, 2),
    "M.a": ["F.0.0", "F.1.0"],
    "M.b": ["F.0.1", "F.1.1"],
}
AXES: list[Axis] = [ONE, tree("T", 2), tree("T", 3), tree("T", 2, 2), tree("T", 1, 2), OVERLAPPING]

shapes = st.builds(
    Shape, st.sampled_from(AXES), st.sampled_from(AXES[:5]), st.sampled_from(AXES[:3])
)
narrow = st.builds(Shape, st.sampled_from(AXES), st.sampled_from(AXES[:2]), st.just(ONE))
means = st.sampled_from([1.5, 4.0, 9.0, 30.0])
policies = st.sampled_from([PARTNER, PUBLIC])


def holds(table: CountTable, policy: Policy) -> None:
    """Protect, then check the proof and attack as a reader and as every agency."""
    protection = protect(table, policy)
    assert check_witnesses(table, protection) == []
    table = protection.table
    published = published_table(protection)
    targets = sensitive_cells(table, policy)
    report = attack(published, table.knowledge, policy, targets)
    assert report.is_safe, [finding.explanation for finding in report.broken]
    report = attack(published, table.knowledge, policy, targets, start=protection.values)
    assert report.is_safe, [finding.explanation for finding in report.broken]
    for agency in observers(table):
        others = [
            place for place in targets if agency not in {who for who, _ in table.cells[place].parts}
        ]
        known = known_to(table, agency)
        report = attack(published, table.knowledge, policy, others, known=known)
        assert report.is_safe, (agency, [finding.explanation for finding in report.broken])


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(shapes, st.integers(0, 10**6), means, policies)
def test_every_family_keeps_its_promise(
    shape: Shape, seed: int, mean: float, policy: Policy
) -> None:
    holds(family(shape, seed, mean=mean), policy)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(narrow, st.integers(0, 10**6), means, policies)
def test_every_narrow_family_keeps_its_promise(
    shape: Shape, seed: int, mean: float, policy: Policy
) -> None:
    """With the others above and below these make 200 releases."""
    holds(family(shape, seed, mean=mean), policy)


@settings(max_examples=45, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**6), policies)
def test_every_tangle_keeps_its_promise(seed: int, policy: Policy) -> None:
    holds(tangle(seed), policy)


@settings(max_examples=45, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**6))
def test_protection_attack_and_enumeration_agree(seed: int) -> None:
    """Whatever is hidden (by protection, or badly at random), the attack finds the truth."""
    dice = random.Random(seed)
    table = tangle(seed, cells=4, largest=6, deep=False)
    protection = protect(table, PARTNER)
    published = published_table(protection)
    if dice.random() < 0.7:
        published = carelessly(table, dice)
    targets = [place for place, told in enumerate(published.told) if told[1] is None]
    truth = provable(published, table.knowledge)
    report = attack(published, table.knowledge, PARTNER, targets)
    for finding in report.findings:
        low, high = truth[finding.place]
        assert finding.is_safe == (low <= 1 and high >= 5), (finding.name, low, high)
        if not finding.is_safe:
            assert finding.low <= low
            assert finding.high is None or finding.high >= high


def carelessly(table: CountTable, dice: random.Random) -> PublishedTable:
    """Small counts hidden, and now and then another one: what a naive release would do."""
    told = [
        (0, None)
        if not cell.published or 0 < (cell.value or 0) < 5 or dice.random() < 0.2
        else (cell.value or 0, cell.value)
        for cell in table.cells
    ]
    return PublishedTable(tuple(cell.key for cell in table.cells), tuple(told))


def tangle(seed: int, *, cells: int = 7, largest: int = 14, deep: bool = True) -> CountTable:
    """Counts with sums of random subsets, sums of sums (if ``deep``), and sums nobody prints."""
    dice = random.Random(seed)
    agencies = dice.choice([["EAST"], ["EAST", "WEST"], ["EAST", "WEST", "NORTH"]])
    counts = [dice.choice([0, 1, 2, 3, dice.randint(0, largest)]) for _ in range(cells)]
    who = [dice.choice(agencies) for _ in counts]
    found = [
        Cell(CellKey("X", f"A{n}", "2017-05"), value, parts=((agency, value),))
        for n, (value, agency) in enumerate(zip(counts, who, strict=True))
    ]
    relations = []
    for number in range(dice.randint(1, 3)):
        parts = dice.sample(range(len(found) if deep else cells), dice.randint(2, 3))
        total = sum(found[part].value or 0 for part in parts)
        split: dict[str, int] = {}
        for part in parts:
            for agency, value in found[part].parts:
                split[agency] = split.get(agency, 0) + value
        virtual = dice.random() < 0.2
        key = VirtualKey(f"S{number}") if virtual else CellKey("X", f"S{number}", "2017-05")
        terms = ((len(found), -1), *((part, 1) for part in parts))
        found.append(Cell(key, total, published=not virtual, parts=tuple(sorted(split.items()))))
        relations.append(Relation(terms, origin=f"S{number}"))
    return CountTable(tuple(found), tuple(relations))


def random_release(seed: int) -> tuple[CountTable, Policy]:
    """One of ten is a whole product of three axes, as large as the ones above; four are narrow
    ones, and five are tangles: the same code, many more shapes in the same time."""
    dice = random.Random(seed)
    policy, kind = dice.choice([PARTNER, PUBLIC]), seed % 10
    if kind < 5:
        return tangle(seed, cells=dice.randint(4, 12)), policy
    whole = kind == 9
    periods, categories = (AXES[:5], AXES[:3]) if whole else (AXES[:2], AXES[:1])
    shape = Shape(dice.choice(AXES), dice.choice(periods), dice.choice(categories))
    return family(shape, seed, mean=dice.choice([1.5, 4, 9, 30])), policy


@pytest.mark.long
@pytest.mark.parametrize("thousand", range(10))
def test_ten_thousand_random_releases(thousand: int) -> None:
    """In thousands, so that a run cut short says how far it came."""
    for seed in range(1_000 * thousand, 1_000 * (thousand + 1)):
        table, policy = random_release(seed)
        try:
            holds(table, policy)
        except Exception as error:
            error.add_note(f"random_release({seed})")
            raise
