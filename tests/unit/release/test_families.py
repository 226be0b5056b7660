"""Only what a resubmission can touch is decided anew, and the promise is that of a full run."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from hub.disclosure import PARTNER, Observer, PublishedTable, attack_each, told_of
from hub.disclosure.contributors import with_parts
from hub.disclosure.primary import is_sensitive
from hub.errors import DisclosureError
from hub.release import preparation
from hub.release.families import changed_indicators, family_of, only_of
from hub.release.preparation import Vintage, earlier_ones, prepare, raw_of, to_decide
from hub.release.protection import stack_of, table_of
from hub.submissions.revisions import SignedOff
from hub.vocabulary import CellKey
from tests.factory import COUNTY, DISTRICT, NEIGHBOUR
from tests.unit.release.releases import WORDS, Published, of_counts, publish, risk

GRADES = ("HIGH", "MEDIUM", "STANDARD")
YEAR = "CY2017"
Counts = dict[CellKey, int]


def table(code: str, dice: random.Random) -> Counts:
    """Counts of the two districts, some of them small, with the county's."""
    counts = {
        CellKey(code, area, YEAR, risk(grade)): dice.choice((dice.randint(0, 6), 40, 75))
        for area in (DISTRICT, NEIGHBOUR)
        for grade in GRADES
    }
    return counts


def with_sums(counts: Counts) -> Counts:
    found = dict(counts)
    for key, count in counts.items():
        for at in (
            replace(key, area=COUNTY),
            replace(key, breakdown=()),
            replace(key, area=COUNTY, breakdown=()),
        ):
            found[at] = found.get(at, 0) + count
    return found


def revised(counts: Counts, dice: random.Random) -> Counts:
    key = dice.choice(sorted(counts))
    return counts | {key: max(0, counts[key] + dice.choice((-3, -1, 1, 2, 9)))}


def returned(crimes: Counts, yearly: Counts, number: int) -> list[SignedOff]:
    """Two families, each in a return of its own."""
    return [
        of_counts(with_sums(crimes), number, dataset="POLICE_CRIME"),
        of_counts(with_sums(yearly), number, dataset="POLICE_RECORDS"),
    ]


def broken(signed: Sequence[SignedOff], made: Sequence[Published]) -> list[str]:
    """The stacked attack over everything: all families, all releases, nothing left out."""
    past = earlier_ones([one.vintage for one in made[:-1]], WORDS)
    stacked = stack_of(table_of(raw_of(signed, WORDS), WORDS), WORDS, past, PARTNER)
    whole = with_parts(stacked.table)
    last = made[-1]
    told = tuple(
        told_of(cell, PARTNER, shown=cell.published and not last.hides(cell.key))
        if isinstance(cell.key, CellKey)
        else told_of(cell, PARTNER, shown=False)
        for cell in whole.cells
    )
    targets = tuple(at for at, cell in enumerate(whole.cells) if is_sensitive(cell, PARTNER))
    published = PublishedTable(tuple(cell.key for cell in whole.cells), told)
    (report,) = attack_each(published, whole.knowledge, PARTNER, [Observer(targets)])
    return [finding.name for finding in report.broken]


def try_sequence(seed: int) -> tuple[int, list[str]]:
    """Release, then three times revise one count of one family and release again."""
    dice = random.Random(seed)
    crimes, yearly = table("POL_DA_CRIME", dice), table("POL_YEARLY", dice)
    made: list[Published] = []
    leaks: list[str] = []
    for number in range(1, 5):
        signed = returned(crimes, yearly, number)
        try:
            made.append(publish(signed, made))
        except DisclosureError:
            break
        leaks += broken(signed, made)
        leaks += [f"{key} was shown" for key in taken_back(made)]
        if dice.random() < 0.5:
            crimes = revised(crimes, dice)
        else:
            yearly = revised(yearly, dice)
    return len(made), leaks


def taken_back(made: Sequence[Published]) -> list[CellKey]:
    """Cells that the release before showed with the value they still have, and that are gone."""
    if len(made) < 2:
        return []
    before, now = made[-2], made[-1]
    true = raw_of(now.vintage.signed, WORDS)
    return [
        key
        for key in now.cells
        if now.hides(key) and key in before.cells and before.value(key) == true[key].value
    ]


def test_revisions_decided_family_by_family_keep_every_promise() -> None:
    found = [try_sequence(seed) for seed in range(8)]
    assert [leaks for _, leaks in found if leaks] == []
    assert sum(made for made, _ in found) >= 20


@pytest.mark.long
def test_many_revisions_decided_family_by_family_keep_every_promise() -> None:
    assert [leaks for _, leaks in map(try_sequence, range(8, 600)) if leaks] == []


def test_a_family_left_out_by_mistake_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard matters: were no family ever decided anew, revisions would leak."""
    monkeypatch.setattr(preparation, "changed_indicators", lambda *_: frozenset[str]())
    assert any(try_sequence(seed)[1] for seed in range(8))


def cut_to(one: Vintage, anew: frozenset[str]) -> Vintage:
    """A release as the store gives it when only some indicators matter."""
    shown = tuple(item for item in one.shown if item.key.indicator in anew)
    return replace(one, signed=tuple(only_of(one.signed, anew)), shown=shown, report=())


@pytest.mark.parametrize("seed", range(4))
def test_of_all_but_the_last_release_only_the_changed_family_matters(seed: int) -> None:
    """Content and marks are those of a full history, however often both families changed."""
    dice = random.Random(seed)
    crimes, yearly = table("POL_DA_CRIME", dice), table("POL_YEARLY", dice)
    made: list[Published] = []
    marked = 0
    for number in range(1, 6):
        signed = returned(crimes, yearly, number)
        past = [one.vintage for one in made]
        anew = to_decide(signed, WORDS, PARTNER, past)
        if anew is not None:
            cut = [*[cut_to(one, anew) for one in past[:-1]], *past[-1:]]
            whole = prepare(signed, WORDS, PARTNER, past)
            assert prepare(signed, WORDS, PARTNER, cut) == whole
            marked += sum(
                "r" in item.marks for item in whole.cells if item.key.indicator not in anew
            )
        try:
            made.append(publish(signed, made))
        except DisclosureError:
            break
        if number % 2:
            crimes = revised(crimes, dice)
        else:
            yearly = revised(yearly, dice)
    assert len(made) >= 3
    assert marked, "figures of the family left alone were revised before, and stay marked"


def test_only_the_family_of_the_changed_figure_is_decided() -> None:
    dice = random.Random(1)
    crimes, yearly = table("POL_DA_CRIME", dice), table("POL_YEARLY", dice)
    first = publish(returned(crimes, yearly, 1))
    again = returned(crimes, revised(yearly, dice), 2)
    anew = to_decide(again, WORDS, PARTNER, [first.vintage])
    assert anew is not None
    assert "POL_YEARLY" in anew
    assert "POL_DA_CRIME" not in anew


def test_the_same_figures_sent_again_are_no_change() -> None:
    dice = random.Random(2)
    crimes, yearly = table("POL_DA_CRIME", dice), table("POL_YEARLY", dice)
    before, now = returned(crimes, yearly, 1), returned(crimes, yearly, 2)
    assert changed_indicators(now, before, [WORDS]) == frozenset()


def test_another_policy_decides_everything_anew() -> None:
    dice = random.Random(3)
    signed = returned(table("POL_DA_CRIME", dice), table("POL_YEARLY", dice), 1)
    first = publish(signed)
    stricter = replace(PARTNER, version="partner-2", threshold=8, high=0)
    assert to_decide(signed, WORDS, PARTNER, [first.vintage]) == frozenset()
    assert to_decide(signed, WORDS, stricter, [first.vintage]) is None
    assert to_decide(signed, WORDS, PARTNER, []) is None


def test_no_relation_leaves_its_family() -> None:
    """What is decided apart must be apart: every relation stays within one family."""
    dice = random.Random(4)
    counts: Counts = {}
    for code, word in sorted(WORDS.indicators.items()):
        if word.kind.is_count and word.sensitive:
            counts |= {CellKey(code, area, YEAR): dice.randint(20, 90) for area in (DISTRICT,)}
    raw = raw_of([of_counts(counts)], WORDS)
    made = table_of(raw, WORDS)
    assert any(len(relation.terms) > 2 for relation in made.relations)
    for relation in made.relations:
        names = {
            cell.key.indicator
            for cell in (made.cells[at] for at, _ in relation.terms)
            if isinstance(cell.key, CellKey)
        }
        assert names <= family_of(set(sorted(names)[:1]), [WORDS]), relation.origin


def test_what_was_hidden_and_nobody_touched_stays_as_it_was() -> None:
    """A kept cell is not searched for anything cheaper, so readers see a steady pattern."""
    dice = random.Random(5)
    crimes, yearly = table("POL_DA_CRIME", dice), table("POL_YEARLY", dice)
    first = publish(returned(crimes, yearly, 1))
    second = publish(returned(crimes, revised(yearly, dice), 2), [first])
    for key in with_sums(crimes):
        assert first.hides(key) == second.hides(key)
