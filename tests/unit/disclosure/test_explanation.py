"""Why a cell is broken, in words that can be checked with pencil and paper: the test reads them."""

import math
import random
import re
from collections.abc import Sequence

import pytest

from hub.disclosure import PARTNER, AttackReport, PublishedTable, Relation, VirtualKey, attack
from hub.disclosure.attack.report import Finding
from hub.disclosure.published import Told
from tests.generative.test_disclosure_promise import carelessly, tangle
from tests.unit.release.releases import MOST, Attacker

HIDDEN: Told = (0, None)
CLAIM = re.compile(
    r"^(?P<name>.*?) (?:is (?P<is>\d+)|is at least (?P<least>\d+)"
    r"|lies between (?P<low>\d+) and (?P<high>\d+)) because (?P<why>.*)\.$"
)
TERM = re.compile(
    r"^(?:(?P<times>\d+) x )?(?P<name>.*?)"
    r"(?: \((?P<low>\d+)(?: to (?P<high>\d+|any number))?(?P<own>, its own)?\))?$"
)


def on(
    told: Sequence[Told | int],
    relations: Sequence[Relation],
    targets: Sequence[int],
    known: dict[int, int] | None = None,
) -> AttackReport:
    keys = tuple(VirtualKey(f"cell {place}") for place in range(len(told)))
    intervals = tuple((t, t) if isinstance(t, int) else t for t in told)
    published = PublishedTable(keys, intervals)
    return attack(published, relations, PARTNER, targets, known=known)


def total(whole: int, *parts: int, origin: str = "the total") -> Relation:
    return Relation(((whole, -1), *((part, 1) for part in parts)), origin=origin)


def said(told: Sequence[Told | int], relations: Sequence[Relation], **more: dict[int, int]) -> str:
    """The explanation of cell 1."""
    (finding,) = on(told, relations, [1], **more).broken
    return finding.explanation


def test_a_gap_is_explained_by_its_sum() -> None:
    assert said([132, HIDDEN, 97, 32], [total(0, 1, 2, 3)]) == (
        "(cell 1) is 3 because the total: "
        "(cell 0) (132) = (cell 1) + (cell 2) (97) + (cell 3) (32)."
    )


def test_what_must_be_worked_out_first_is_said_too() -> None:
    """No relation holds both the hidden cell and what is printed of its neighbour."""
    relations = [
        total(0, 1, 2, origin="areas"),
        total(3, 2, 4, origin="months"),
        total(5, 6, 7, origin="elsewhere"),
    ]
    text = said([43, HIDDEN, HIDDEN, 90, 50, HIDDEN, HIDDEN, HIDDEN], relations)
    assert text == (
        "(cell 1) is 3 because areas: (cell 0) (43) = (cell 1) + (cell 2); "
        "months: (cell 3) (90) = (cell 2) + (cell 4) (50)."
    )


def test_relations_that_are_not_needed_are_left_out() -> None:
    needed, idle = total(0, 1, 2, origin="needed"), total(3, 1, 4, origin="idle")
    assert "idle" not in said([43, HIDDEN, 40, 300, HIDDEN], [idle, needed])


def test_of_two_ways_one_is_told() -> None:
    both = [total(0, 1, 2, origin="first"), total(3, 1, 4, origin="second")]
    text = said([43, HIDDEN, 40, 23, 20], both)
    assert ("first" in text) != ("second" in text)


def test_an_interval_an_inequality_and_a_constant() -> None:
    at_most = Relation(((1, 1), (0, -1)), "<=", 0, "engaged at most referred")
    assert said([4, HIDDEN], [at_most]) == (
        "(cell 1) lies between 0 and 4 because "
        "engaged at most referred: (cell 1) is at most (cell 0) (4)."
    )
    rounded = total(0, 1, 2, origin="rounded")
    assert "(cell 2) (98 to 100)" in said([(98, 102), HIDDEN, (98, 100)], [rounded])
    off = Relation(((0, -1), (1, 1), (2, 1)), "=", -5, "off by five")
    assert "(cell 0) (45) = (cell 1) + (cell 2) (37) + 5" in said([45, HIDDEN, 37], [off])


def test_what_an_agency_knows_is_called_its_own() -> None:
    text = said([43, HIDDEN, HIDDEN], [total(0, 1, 2)], known={2: 40})
    assert text.endswith("(cell 2) (40, its own).")


def test_a_limit_on_one_side_only() -> None:
    text = said([7, HIDDEN], [Relation(((0, 1), (1, -1)), "<=", 0, "at most")])
    assert text == "(cell 1) is at least 7 because at most: (cell 0) (7) is at most (cell 1)."


def test_so_many_cells_are_thinned_out_and_the_others_named() -> None:
    """A careless release breaks hundreds; the later ones name what the attack met on the way."""
    at_most = Relation(((2, 1), (3, -1)), "<=", 0, "met first, and not needed")
    relations = [at_most, total(3, 2, 4, origin="months"), total(0, 1, 2, origin="areas")]
    told = ((43, 43), HIDDEN, HIDDEN, (90, 90), (50, 50))
    published = PublishedTable(tuple(VirtualKey(f"cell {n}") for n in range(5)), told)
    for explained, grounds in ((1, (1, 2)), (0, (0, 1, 2))):
        report = attack(published, relations, PARTNER, [1], explained=explained)
        assert report.broken[0].grounds == grounds


# the words alone are enough


def side(text: str, weight: int, attacker: Attacker) -> tuple[list[tuple[object, int]], int]:
    """One side of an equation: cells with weights, and the numbers that stand alone."""
    terms: list[tuple[object, int]] = []
    constant = 0
    for part in text.split(" + "):
        if part.isdigit():
            constant += int(part)
            continue
        found = TERM.match(part)
        assert found, part
        terms.append((found["name"], weight * int(found["times"] or 1)))
        if found["low"]:
            high = found["high"] or found["low"]
            most = math.inf if high == "any number" else int(high)
            attacker.sees(found["name"], int(found["low"]), most)
    return terms, constant


def retold(why: Sequence[str]) -> Attacker:
    """Somebody who has read the sentences, and nothing else."""
    attacker = Attacker()
    for sentence in why:
        equation = sentence.split(": ", 1)[1]
        is_equal = " = " in equation
        first, second = equation.split(" = " if is_equal else " is at most ")
        left, one = side(first, -1, attacker)
        right, other = side(second, 1, attacker)
        # Equal: right - left = one - other. At most: left <= right.
        attacker.relates([*left, *right], one - other, one - other if is_equal else math.inf)
    return attacker


def claimed(finding: Finding) -> tuple[int, int]:
    found = CLAIM.match(finding.explanation)
    assert found, finding.explanation
    if found["is"]:
        return int(found["is"]), int(found["is"])
    if found["least"]:
        return int(found["least"]), int(MOST)
    return int(found["low"]), int(found["high"])


@pytest.mark.parametrize("seed", range(25))
def test_the_words_prove_what_they_claim_and_hold_none_in_vain(seed: int) -> None:
    """On careless releases: reading the sentences again gives the same limits, and no sentence
    can be left out."""
    dice = random.Random(seed)
    table = tangle(seed, cells=5)
    published = carelessly(table, dice)
    targets = [place for place, told in enumerate(published.told) if told[1] is None]
    for finding in attack(published, table.knowledge, PARTNER, targets).broken[:5]:
        low, high = claimed(finding)
        assert (low, high) == (finding.low, MOST if finding.high is None else finding.high)
        found = CLAIM.match(finding.explanation)
        assert found and found["name"] == finding.name
        why = found["why"].split("; ")
        assert retold(why).interval(finding.name) == (low, high)
        for number in range(len(why)):
            fewer = retold([*why[:number], *why[number + 1 :]]).interval(finding.name)
            assert fewer != (low, high), why[number]


def test_some_of_these_releases_are_broken_through_several_relations() -> None:
    most = 0
    for seed in range(25):
        table = tangle(seed, cells=5)
        published = carelessly(table, random.Random(seed))
        targets = [place for place, told in enumerate(published.told) if told[1] is None]
        found = attack(published, table.knowledge, PARTNER, targets).broken
        most = max([most, *(len(one.grounds) for one in found)])
    assert most >= 2
