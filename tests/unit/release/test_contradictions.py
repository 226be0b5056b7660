"""Totals that disagree with their parts (trap T20), beside small counts: no crash and no leak."""

import random

import pytest

from hub.disclosure import PARTNER
from hub.errors import DisclosureError
from hub.vocabulary import CellKey
from tests.factory import COUNTY, DISTRICT, NEIGHBOUR
from tests.unit.release.releases import Attacker, Published, of_counts, publish, risk

GRADES = ("HIGH", "MEDIUM", "STANDARD")
AREAS = (DISTRICT, NEIGHBOUR, COUNTY)


def cell(area: str, grade: str | None = None) -> CellKey:
    return CellKey("POL_DA_CRIME", area, "CY2017", risk(grade) if grade else ())


def contradictory(dice: random.Random) -> dict[CellKey, int]:
    """Every margin is returned, and about half of them are not the sum of what they hold."""
    counts = {
        cell(area, grade): dice.choice((dice.randint(0, 6), dice.randint(10, 99)))
        for area in (DISTRICT, NEIGHBOUR)
        for grade in GRADES
    }
    for grade in GRADES:
        inside = sum(counts[cell(area, grade)] for area in (DISTRICT, NEIGHBOUR))
        counts[cell(COUNTY, grade)] = max(0, inside + dice.choice((0, 0, -4, 3, 234)))
    for area in AREAS:
        inside = sum(counts[cell(area, grade)] for grade in GRADES)
        counts[cell(area)] = max(0, inside + dice.choice((0, 0, -2, 5)))
    return counts


def leaks(counts: dict[CellKey, int], release: Published) -> list[str]:
    """What an attacker proves who knows by how much each total is wrong."""
    attacker = Attacker()
    for key in counts:
        shown = release.value(key)
        if shown is not None:
            attacker.sees(key, shown)
    margins = [(cell(area), [cell(area, grade) for grade in GRADES]) for area in AREAS]
    for grade in (*GRADES, None):
        margins.append((cell(COUNTY, grade), [cell(a, grade) for a in (DISTRICT, NEIGHBOUR)]))
    for whole, parts in margins:
        off = counts[whole] - sum(counts[part] for part in parts)
        more, less = ("more", whole, str(parts)), ("less", whole, str(parts))
        attacker.sees(more, max(0, -off))
        attacker.sees(less, max(0, off))
        attacker.adds_up(("sum", whole, str(parts)), [*parts, less])
        attacker.adds_up(("sum", whole, str(parts)), [whole, more])
    found = []
    for key, count in counts.items():
        if 0 < count < PARTNER.threshold:
            low, high = attacker.interval(key)
            if low > PARTNER.low or high < PARTNER.high:
                found.append(f"{key} {low} {high}")
    return found


def try_release(seed: int) -> list[str] | None:
    counts = contradictory(random.Random(seed))
    try:
        return leaks(counts, publish([of_counts(counts)]))
    except DisclosureError:
        return None


def test_contradictory_totals_neither_crash_nor_leak() -> None:
    found = [try_release(seed) for seed in range(40)]
    assert [leak for leak in found if leak] == []
    assert sum(leak is not None for leak in found) >= 35, "refusing everything is no protection"


@pytest.mark.long
def test_many_contradictory_totals_neither_crash_nor_leak() -> None:
    assert [leak for leak in map(try_release, range(40, 2_000)) if leak] == []
