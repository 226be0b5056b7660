"""Attacks inside one release, each with its guard: held off with it, successful without it.

The attacker (of the tests' own, sharing no code with the hub) knows what was published and the
sums written down here. Which attack is tried where: docs/explanation/attacks.md.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any

import pytest

from hub.disclosure import (
    PARTNER,
    PUBLIC,
    Cell,
    CountTable,
    Protection,
    Relation,
    State,
    protect,
    published,
)
from hub.disclosure.relations import relations as system
from hub.disclosure.table import VirtualKey
from hub.errors import DisclosureError
from hub.protected.figures import FigureStatus
from hub.release import preparation
from hub.release.derivation import derived
from hub.release.protection import table_of, withstand
from hub.vocabulary import CellKey, Vocabulary
from hub.vocabulary.rows import Area, Membership, ZeroRule
from tests.factory import COUNTY, DISTRICT, NEIGHBOUR, indicator, words
from tests.unit.release.releases import Attacker, Published, of_counts, publish

YEAR = "CY2017"
MARAC, SQUARE = "MAR_ONE", "SQUARE_ONE"
Relate = Callable[[Attacker], None]


def at(code: str = "POL_DA_CRIME", area: str = DISTRICT, period: str = YEAR, **cut: str) -> CellKey:
    return CellKey(code, area, period, tuple(sorted(cut.items())))


def overlapping() -> Vocabulary:
    """The district is a Marac too; the county without the district is somebody's patch."""
    plain = words(
        indicator("POL_ZERO", dimensions="RISK", zero=ZeroRule.STRUCTURAL),
        indicator("POL_SECRET_ZERO", dimensions="RISK", zero=ZeroRule.SENSITIVE),
    )
    more = [Area(code=MARAC, name="One", level="LAD"), Area(code=SQUARE, name="Two", level="LAD")]
    inside = [(MARAC, "MARAC", DISTRICT), (SQUARE, "PATCH", NEIGHBOUR)]
    links = tuple(
        Membership(parent=parent, hierarchy=kind, child=child, exhaustive=True)
        for parent, kind, child in inside
    )
    areas = {**plain.areas, **{one.code: one for one in more}}
    return replace(plain, areas=areas, memberships=(*plain.memberships, *links))


WORDS = overlapping()


@dataclass(frozen=True)
class Scenario:
    """What is returned, which sums the attacker knows, and the guard that stands in the way."""

    name: str
    counts: dict[CellKey, int]
    sums: tuple[tuple[object, tuple[object, ...]], ...]
    guard: str
    also: dict[object, int] = field(default_factory=dict)
    """Small counts that nobody returns."""

    @property
    def small(self) -> dict[object, int]:
        found: dict[object, int] = dict(self.also)
        found.update((key, n) for key, n in self.counts.items() if 0 < n < PARTNER.threshold)
        return found


def parts(dimension: str, categories: str, **given: Any) -> tuple[CellKey, ...]:
    return tuple(at(**{**given, dimension: one}) for one in categories.split())


GRADES = parts("RISK", "HIGH MEDIUM STANDARD")


def grades(*counts: int) -> dict[CellKey, int]:
    return {at(): sum(counts)} | dict(zip(GRADES, counts, strict=True))


MEDIUM_SEXES = (at(RISK="MEDIUM", SEX="F"), at(RISK="MEDIUM", SEX="M"))
SUM_OF_GRADES = (at(), GRADES)
TOTAL, INCIDENT, CLIENT = at("POL_DA_TOTAL"), at("POL_DA_INCIDENT"), at("POL_CLIENT")
NOT_CLIENT, NOT_HOUSING, MISSING = "not a client", "not housing", "grade not known"
JAN, NEXT_JAN = at(period="2017-01"), at(period="2018-01")
FIRST, SECOND = at(period="R12-2017-12"), at(period="R12-2018-01")
QUARTER, NEXT_QUARTER = at(period="CY2017-Q1"), at(period="CY2018-Q1")

SCENARIOS = [
    Scenario(
        "complement inside a partition", grades(3, 40, 90), (SUM_OF_GRADES,), "link_breakdowns"
    ),
    Scenario(
        "two sensitive cells alone in a row", grades(2, 2, 100), (SUM_OF_GRADES,), "link_breakdowns"
    ),
    Scenario(
        "suppressed parent with one child",
        grades(3, 20, 0) | {MEDIUM_SEXES[0]: 20, MEDIUM_SEXES[1]: 0},
        (SUM_OF_GRADES, (GRADES[1], MEDIUM_SEXES)),
        "link_breakdowns",
    ),
    Scenario(
        "complement inside an indicator pair",
        {at(): 617, INCIDENT: 3, TOTAL: 620},
        ((TOTAL, (at(), INCIDENT)),),
        "link_identities",
    ),
    Scenario(
        "complement inside a funnel",
        {TOTAL: 100, CLIENT: 97},
        ((TOTAL, (CLIENT, NOT_CLIENT)),),
        "link_identities",
        {NOT_CLIENT: 3},
    ),
    Scenario(
        "differencing over areas",
        {at(): 3, at(area=NEIGHBOUR): 60, at(area=COUNTY): 63},
        ((at(area=COUNTY), (at(), at(area=NEIGHBOUR))),),
        "link_areas",
    ),
    Scenario(
        "overlapping Marac and district, singletons on both sides",
        {at(area=COUNTY): 63, at(): 3, at(area=NEIGHBOUR): 60, at(area=SQUARE): 60},
        (
            (at(area=COUNTY), (at(), at(area=NEIGHBOUR))),
            (at(area=SQUARE), (at(area=NEIGHBOUR),)),
            (at(area=MARAC), (at(),)),
        ),
        "link_areas",
    ),
    Scenario(
        "calendar against financial year",
        {
            at(): 600,
            at(period="FY2017-18"): 640,
            QUARTER: 3,
            NEXT_QUARTER: 43,
        },
        (
            (at(), (QUARTER, "April to December")),
            (at(period="FY2017-18"), (NEXT_QUARTER, "April to December")),
        ),
        "link_periods",
    ),
    Scenario(
        "rolling against months",
        {FIRST: 600, SECOND: 640, JAN: 3, NEXT_JAN: 43},
        ((FIRST, (JAN, "February to December")), (SECOND, (NEXT_JAN, "February to December"))),
        "link_periods",
    ),
    Scenario(
        "multi-select sums",
        {TOTAL: 100, at("POL_DA_TOTAL", NEED="HOUSING"): 97},
        ((TOTAL, (at("POL_DA_TOTAL", NEED="HOUSING"), NOT_HOUSING)),),
        "link_breakdowns",
        {NOT_HOUSING: 3},
    ),
    Scenario(
        "bases that differ by missing",
        {at(): 100, GRADES[0]: 50, GRADES[1]: 47},
        ((at(), (*GRADES[:2], MISSING)),),
        "link_breakdowns",
        {MISSING: 3},
    ),
]


def told(made: Published, scenario: Scenario) -> list[object]:
    """The small counts that can be told more closely than promised."""
    attacker = Attacker()
    for item in made.prepared.cells:
        if item.value is not None:
            attacker.sees(item.key, int(item.value))
    for whole, some in scenario.sums:
        attacker.adds_up(whole, some)
    found = []
    for name in scenario.small:
        low, high = attacker.interval(name)
        if low > PARTNER.low or high < PARTNER.high:
            found.append(name)
    return found


def made_of(counts: dict[CellKey, int]) -> Published:
    return publish([of_counts(counts)], vocabulary=WORDS)


EACH = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)


@EACH
def test_the_attack_is_held_off(scenario: Scenario) -> None:
    assert scenario.small
    assert told(made_of(scenario.counts), scenario) == []


@EACH
def test_without_its_guard_it_succeeds(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    module: ModuleType = system
    monkeypatch.setattr(module, scenario.guard, lambda draft: None)
    assert told(made_of(scenario.counts), scenario) != []


# zeros


def zeros(code: str) -> dict[CellKey, int]:
    counts = {"HIGH": 3, "MEDIUM": 20, "STANDARD": 0}
    cells = {at(code, RISK=grade): n for grade, n in counts.items()}
    return {at(code): 23} | cells


def beside_zeros() -> CountTable:
    """A small count that only two zeros could hide: ``3 + 0 - 0 = 3``, and everybody knows it."""
    cells = [Cell(at("POL_ZERO", RISK=grade), 0, zero=ZeroRule.STRUCTURAL) for grade in ("A", "B")]
    known = Relation(((0, 1), (1, 1), (2, -1)), "=", 3, "known")
    return CountTable((Cell(at(), 3), *cells), (known,))


def test_structural_zeros_are_no_cover() -> None:
    """Everyone knows that they are zero, shown or not."""
    with pytest.raises(DisclosureError, match="POL_DA_CRIME"):
        protect(beside_zeros(), PARTNER)


def test_taken_for_random_zeros_they_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Cell, "is_structural", property(lambda cell: False))
    made = protect(beside_zeros(), PARTNER)
    assert not made.is_published(at("POL_ZERO", RISK="A"))


def test_a_random_zero_is_hidden_where_the_indicator_says_so() -> None:
    made = made_of(zeros("POL_SECRET_ZERO"))
    assert made.hides(at("POL_SECRET_ZERO", RISK="STANDARD"))
    assert not made_of(zeros("POL_ZERO")).hides(at("POL_ZERO", RISK="STANDARD"))


# ratios and shares


def test_a_ratio_over_a_hidden_count_is_withheld() -> None:
    """617 of 620 is 99.5 %: times its base that is the complement's complement."""
    made = made_of({at(): 617, INCIDENT: 3, TOTAL: 620})
    share = at("POL_DA_TOTAL_PC")
    assert made.hides(at()) or made.hides(TOTAL)
    assert made.hides(share)


def test_computed_from_raw_counts_it_would_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard: only published figures are divided."""
    raw = made_of({at(): 617, TOTAL: 620 + 500, INCIDENT: 503})
    real = derived

    def of_raw(cells: Any, vocabulary: Vocabulary) -> Any:
        return real({item.key: item for item in raw.prepared.cells if not item.derived}, vocabulary)

    monkeypatch.setattr(preparation, "derived", of_raw)
    made = made_of({at(): 617, INCIDENT: 3, TOTAL: 620})
    assert not made.hides(at("POL_DA_TOTAL_PC"))


# audiences


def test_the_public_is_not_shown_what_partners_are_not() -> None:
    """Without the partners' release in view, the public one would show it."""
    counts = grades(40, 50, 60)
    partner = made_of(counts)
    cells = tuple(
        replace(item, status=FigureStatus.SUPPRESSED, value=None) if item.key == GRADES[1] else item
        for item in partner.prepared.cells
    )
    less = replace(partner, prepared=replace(partner.prepared, cells=cells))
    of = [of_counts(counts)]
    with_it = publish(of, policy=PUBLIC, partner=less, vocabulary=WORDS)
    without = publish(of, policy=PUBLIC, vocabulary=WORDS)
    assert (with_it.hides(GRADES[1]), without.hides(GRADES[1])) == (True, False)


def test_rounded_public_figures_stand_in_the_attack_as_intervals() -> None:
    """12 - 9 hidden of 21: printed 10 and 20 leave 9 to 12 for the first, and so the second."""
    made = publish([of_counts(grades(9, 12, 0))], policy=PUBLIC, vocabulary=WORDS)
    assert made.hides(GRADES[0])
    assert made.hides(GRADES[1]) or made.hides(at())


def careless() -> Protection:
    """Only the 9 hidden. 10 for the 12 is 10 to 12, 20 for the 21 is 18 to 22, and zero is zero:
    6 to 12 are left."""
    counts = grades(9, 12, 0)
    raw = preparation.raw_of([of_counts(counts)], WORDS)
    table = table_of({key: raw[key] for key in counts}, WORDS)
    shown = [State.PUBLISHED if cell.published else State.VIRTUAL for cell in table.cells]
    shown[table.index[GRADES[0]]] = State.PRIMARY
    values = tuple(cell.value or 0 for cell in table.cells)
    return Protection(table, PUBLIC, tuple(shown), (), values, {})


def test_the_attack_on_rounded_figures_breaks_a_careless_release() -> None:
    with pytest.raises(DisclosureError, match="RISK=HIGH") as caught:
        withstand(careless(), PUBLIC)
    assert "lies between 6 and 12" in caught.value.explanations[0]


def test_were_rounded_figures_taken_to_tell_nothing_it_would_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(published, "told_by", lambda *_: (0, 10**6))
    withstand(careless(), PUBLIC)


def names(keys: Iterable[CellKey | VirtualKey]) -> list[str]:
    return [str(key) for key in keys]


def test_the_steward_is_told_which_relation_forced_a_cell() -> None:
    made = made_of(grades(3, 40, 90))
    lines = [line for line in made.prepared.report if line.role == "SECONDARY"]
    assert names(line.key for line in lines)
    assert all("categories of RISK" in (line.forced_by or "") for line in lines)
