"""Who knows what besides: the public beside partners, an agency beside its own counts."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from hub.disclosure import PARTNER, PUBLIC, Past
from hub.errors import ConflictError, DisclosureError
from hub.protected.figures import FigureStatus
from hub.release import preparation, protection
from hub.release.collation import collate
from hub.release.preparation import Vintage
from hub.release.protection import Earlier
from hub.returns import Return
from hub.vocabulary import CellKey
from tests.factory import COUNTY, DISTRICT, NEIGHBOUR, reported, return_of
from tests.unit.release.releases import (
    WORDS,
    Attacker,
    Published,
    of_counts,
    of_rows,
    publish,
    risk,
    signed,
)

GRADES = ("HIGH", "MEDIUM", "STANDARD")
CODE, YEAR = "POL_DA_CRIME", "CY2017"


def cell(area: str, grade: str | None = None) -> CellKey:
    return CellKey(CODE, area, YEAR, risk(grade) if grade else ())


def district(area: str, counts: tuple[int, int, int]) -> dict[CellKey, int]:
    """One district by grade, with its total."""
    found = {cell(area, grade): n for grade, n in zip(GRADES, counts, strict=True)}
    return found | {cell(area): sum(counts)}


def draw(dice: random.Random) -> tuple[int, int, int]:
    first, second, third = (
        dice.choice((0, dice.randint(1, 12), dice.randint(9, 99))) for _ in "abc"
    )
    return first, second, third


# the public


def nested(counts: dict[CellKey, int]) -> tuple[Published, Published]:
    partner = publish([of_counts(counts)])
    public = publish([of_counts(counts)], policy=PUBLIC, partner=partner)
    return partner, public


@pytest.mark.parametrize("seed", range(15))
def test_the_public_sees_no_more_than_partners_and_rounded(seed: int) -> None:
    dice = random.Random(seed)
    partner, public = nested(district(DISTRICT, draw(dice)) | district(NEIGHBOUR, draw(dice)))
    for key, item in public.cells.items():
        if item.value is None:
            continue
        exact = partner.cells[key].value
        assert exact is not None, str(key)
        assert item.value % 5 == 0
        assert abs(item.value - exact) <= 2
        assert not 0 < exact < PUBLIC.threshold


def test_public_ratios_are_made_of_rounded_counts() -> None:
    counts = {
        CellKey("POL_DA_CRIME", DISTRICT, YEAR): 617,
        CellKey("POL_DA_INCIDENT", DISTRICT, YEAR): 651,
        CellKey("POL_DA_TOTAL", DISTRICT, YEAR): 1268,
    }
    partner, public = nested(counts)
    share = CellKey("POL_DA_TOTAL_PC", DISTRICT, YEAR)
    exact, rounded = partner.cells[share].value, public.cells[share].value
    assert exact is not None
    assert rounded is not None
    assert float(exact) == pytest.approx(100 * 617 / 1268)
    assert float(rounded) == pytest.approx(100 * 615 / 1270)


def test_what_partners_may_not_see_stays_hidden_and_says_so_to_the_steward() -> None:
    """Large enough for the public by itself; the partners' release hides it all the same."""
    counts = district(DISTRICT, (40, 50, 60)) | district(NEIGHBOUR, (70, 80, 90))
    key = cell(DISTRICT, "MEDIUM")
    partner = publish([of_counts(counts)])
    assert not partner.hides(key)
    cells = tuple(
        replace(item, status=FigureStatus.SUPPRESSED, value=None) if item.key == key else item
        for item in partner.prepared.cells
    )
    less = replace(partner, prepared=replace(partner.prepared, cells=cells))
    public = publish([of_counts(counts)], policy=PUBLIC, partner=less)
    assert public.hides(key)
    lines = [(line.key, line.role, line.rule) for line in public.prepared.report]
    assert lines == [(key, "SECONDARY", "HIDDEN_FROM_PARTNERS")]


Returned = dict[CellKey, int]


def told_to_the_public(made: Iterable[tuple[Returned, Published]]) -> Attacker:
    """A reader of the public's releases, who knows the rounding, and which counts stayed."""
    attacker = Attacker()
    for now, release in made:
        for key, count in now.items():
            attacker.variable((key, count))
            if not release.hides(key):
                shown = release.value(key) or 0
                high = shown + 2 if shown else 0
                attacker.sees((key, count), max(shown - 2, PUBLIC.threshold if shown else 0), high)
        for area in {key.area for key in now}:
            parts = [(cell(area, grade), now[cell(area, grade)]) for grade in GRADES]
            attacker.adds_up((cell(area), now[cell(area)]), parts)
    return attacker


def small_and_told(made: Sequence[tuple[Returned, Published]]) -> list[str]:
    """The counts, small for the public, that its releases together tell too closely."""
    attacker, found = told_to_the_public(made), []
    for key, count in {pair for now, _ in made for pair in now.items()}:
        if 0 < count < PUBLIC.threshold:
            low, high = attacker.interval((key, count))
            if low > PUBLIC.low or high < PUBLIC.high:
                found.append(f"{key} {low} {high}")
    return found


def revisions(*vintages: Returned) -> list[tuple[Returned, Published]]:
    """One after the other, each for partners and then for the public, until one is refused."""
    partners: list[Published] = []
    publics: list[Published] = []
    for number, now in enumerate(vintages, start=1):
        try:
            partners.append(publish([of_counts(now, number)], partners))
            publics.append(
                publish([of_counts(now, number)], publics, policy=PUBLIC, partner=partners[-1])
            )
        except DisclosureError:
            break
    return list(zip(vintages, publics, strict=False))


GREW = [district(DISTRICT, (8, 12, 0)), district(DISTRICT, (28, 12, 0))]
"""8 becomes 28 beside a hidden 12: with the 12 shown at last, 20 - 12 tells of the 8."""


def test_the_public_keeps_its_promise_over_revisions() -> None:
    made = revisions(*GREW)
    assert made
    assert small_and_told(made) == []
    for seed in range(6):
        dice = random.Random(seed)
        counts = district(DISTRICT, draw(dice)) | district(NEIGHBOUR, draw(dice))
        assert small_and_told(revisions(counts, counts | district(DISTRICT, draw(dice)))) == []


def test_without_the_publics_own_history_it_would_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Partners' releases are protected over time; that is not enough for the public's."""
    real = preparation.earlier_ones

    def forgetful(history: Sequence[Vintage], *more: Any) -> list[Earlier]:
        if history and history[0].policy_version == PUBLIC.version:
            return [Earlier("none", "", "", {}, {})]
        return real(history, *more)

    monkeypatch.setattr(preparation, "earlier_ones", forgetful)
    made = revisions(*GREW)
    assert len(made) == 2
    assert small_and_told(made)


# agencies


def of_agency(agency: str, counts: dict[CellKey, int], number: int = 1) -> Return:
    rows = [
        reported(key.indicator, n, area=key.area, breakdown=dict(key.breakdown))
        for key, n in counts.items()
    ]
    return return_of(*rows, agency=agency)


def insider(agency: str, made: Published, parts: dict[str, dict[CellKey, int]]) -> list[str]:
    """What an agency proves of the others' small counts."""
    attacker = Attacker()
    for owner, counts in parts.items():
        for key, count in counts.items():
            if owner == agency or not made.hides(key):
                attacker.sees((owner, key), count)
    for area in (DISTRICT, NEIGHBOUR):
        attacker.adds_up(cell(area), [cell(area, grade) for grade in GRADES])
    for grade in (None, *GRADES):
        attacker.adds_up(cell(COUNTY, grade), [cell(DISTRICT, grade), cell(NEIGHBOUR, grade)])
        shown = made.value(cell(COUNTY, grade))
        if shown is not None:
            attacker.sees(cell(COUNTY, grade), shown)
    for owner, counts in parts.items():
        for key in counts:
            attacker.adds_up(key, [(owner, key)])
    found = []
    for owner, counts in parts.items():
        for key, count in counts.items():
            if owner != agency and 0 < count < PARTNER.threshold:
                low, high = attacker.interval((owner, key))
                if low > PARTNER.low or high < PARTNER.high:
                    found.append(f"{owner} {key}")
    return found


def two_agencies(seed: int) -> dict[str, dict[CellKey, int]]:
    dice = random.Random(seed)
    return {
        "ONE": district(DISTRICT, draw(dice)),
        "OTHER": district(NEIGHBOUR, draw(dice)),
    }


def test_no_agency_learns_the_others_small_counts() -> None:
    for seed in range(20):
        parts = two_agencies(seed)
        made = publish([signed(of_agency(agency, counts)) for agency, counts in parts.items()])
        for agency in parts:
            assert insider(agency, made, parts) == []


def test_without_knowing_the_contributors_agencies_do_learn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The guard matters: a county's sum shows each of its two agencies the other's part."""
    cell_of = protection._cell

    def nobody(*given: object) -> object:
        found = cell_of(*given)  # type: ignore[arg-type]
        return type(found)(
            found.key, found.value, found.published, found.people, found.zero, (), Past.NEW
        )

    monkeypatch.setattr(protection, "_cell", nobody)
    leaks = []
    for seed in range(20):
        parts = two_agencies(seed)
        made = publish([signed(of_agency(agency, counts)) for agency, counts in parts.items()])
        leaks += [insider(agency, made, parts) for agency in parts]
    assert any(leaks)


def test_the_parts_of_a_shared_count_are_kept() -> None:
    shares = [of_rows(reported(value=n), agency=who) for who, n in (("ONE", 50), ("OTHER", 3))]
    raw = collate(shares, WORDS)[cell(DISTRICT)]
    assert raw.value == 53
    assert [agency for agency, _ in raw.parts] == ["ONE", "OTHER"]
    assert publish(shares).hides(cell(DISTRICT))


# conflicts


def test_one_agency_saying_two_things_is_a_conflict_without_the_numbers() -> None:
    month = "2017-05"
    twice = [
        of_rows(reported(value=n, period=month), period=period)
        for n, period in ((51_234, month), (51_235, YEAR))
    ]
    with pytest.raises(ConflictError, match="POL_DA_CRIME E07000102 2017-05") as refused:
        collate(twice, WORDS)
    assert refused.value.code == "TWO_VALUES"
    assert "5123" not in str(refused.value)


def test_saying_the_same_twice_counts_once() -> None:
    month = "2017-05"
    twice = [of_rows(reported(value=51, period=month), period=period) for period in (month, YEAR)]
    (found,) = collate(twice, WORDS).values()
    assert found.value == 51
    assert len(found.sources) == 1


def test_distinct_people_of_two_agencies_are_not_added() -> None:
    shares = [
        of_rows(reported("POL_CLIENT", n), agency=who) for who, n in (("ONE", 54_321), ("TWO", 61))
    ]
    with pytest.raises(ConflictError, match="ONE, TWO") as refused:
        collate(shares, WORDS)
    assert refused.value.code == "NOT_ADDITIVE"
    assert "54321" not in str(refused.value)


def test_the_same_events_told_in_two_kinds_of_return_are_not_added() -> None:
    """A Marac's own return and the portal's, or the police's and the partnership's."""
    told = [
        of_rows(reported(value=54_321), agency=who, dataset=dataset)
        for who, dataset in (("ONE", "POLICE_RECORDS"), ("TWO", "OTHER_RECORDS"))
    ]
    with pytest.raises(ConflictError, match="OTHER_RECORDS and POLICE_RECORDS") as refused:
        collate(told, WORDS)
    assert refused.value.code == "TOLD_TWICE"
    assert "54321" not in str(refused.value)


def test_no_repr_of_the_room_shows_a_count() -> None:
    made = publish([of_counts(district(DISTRICT, (3, 45_678, 56_789)))])
    raw = collate([of_counts(district(DISTRICT, (3, 45_678, 56_789)))], WORDS)
    text = repr(made.prepared.report) + repr(raw) + repr(made.prepared) + repr(made.vintage)
    assert not [number for number in ("45678", "56789", "102470") if number in text]
