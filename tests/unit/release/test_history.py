"""Releases one after the other: what was published stays known, and together they tell nothing."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from hub.disclosure import PARTNER
from hub.errors import DisclosureError
from hub.release import preparation
from hub.release.preparation import Vintage
from hub.release.protection import Earlier
from hub.vocabulary import CellKey
from tests.factory import COUNTY, DISTRICT, NEIGHBOUR
from tests.unit.release.releases import Attacker, Published, of_counts, publish, risk

GRADES = ("HIGH", "MEDIUM", "STANDARD")
CODE, YEAR = "POL_DA_CRIME", "CY2017"
Leaves = dict[CellKey, int]


def cell(area: str, grade: str | None = None) -> CellKey:
    return CellKey(CODE, area, YEAR, risk(grade) if grade else ())


def leaves(*counts: int) -> Leaves:
    """Counts of the two districts by grade: three each."""
    keys = [cell(area, grade) for area in (DISTRICT, NEIGHBOUR) for grade in GRADES]
    return dict(zip(keys, counts, strict=True))


def whole(counts: Leaves) -> dict[CellKey, int]:
    """All counts, totals and the county included, as one return."""
    found = dict(counts)
    for grade in GRADES:
        found[cell(COUNTY, grade)] = sum(counts[cell(a, grade)] for a in (DISTRICT, NEIGHBOUR))
    for area in (DISTRICT, NEIGHBOUR, COUNTY):
        found[cell(area)] = sum(found[cell(area, grade)] for grade in GRADES)
    return found


def story(*vintages: Leaves) -> list[Published]:
    """Publish one after the other."""
    made: list[Published] = []
    for number, counts in enumerate(vintages, start=1):
        made.append(publish([of_counts(whole(counts), number)], made))
    return made


def attacker_of(vintages: Sequence[Leaves], made: Sequence[Published]) -> Attacker:
    """A reader of all releases, who also knows which counts were not revised."""
    attacker = Attacker()
    for counts, release in zip(vintages, made, strict=True):
        every = whole(counts)

        def name(key: CellKey, every: Mapping[CellKey, int] = every) -> object:
            return key, every[key]

        for key in every:
            shown = release.value(key)
            if shown is not None:
                attacker.sees(name(key), shown)
        for area in (DISTRICT, NEIGHBOUR, COUNTY):
            attacker.adds_up(name(cell(area)), [name(cell(area, grade)) for grade in GRADES])
        for grade in (*GRADES, None):
            parts = [name(cell(area, grade)) for area in (DISTRICT, NEIGHBOUR)]
            attacker.adds_up(name(cell(COUNTY, grade)), parts)
    return attacker


def broken(vintages: Sequence[Leaves], made: Sequence[Published]) -> list[object]:
    """The small counts of any release that can be told more closely than promised."""
    attacker = attacker_of(vintages, made)
    found: list[object] = []
    for counts in vintages:
        for key, count in whole(counts).items():
            if 0 < count < PARTNER.threshold:
                low, high = attacker.interval((key, count))
                if low > PARTNER.low or high < PARTNER.high:
                    found.append((str(key), low, high))
    return found


FIRST = leaves(3, 40, 90, 60, 70, 80)


def test_what_was_shown_stays_shown() -> None:
    """Nothing is hidden later as if it had never been seen."""
    revised = FIRST | {cell(NEIGHBOUR, "STANDARD"): 81}
    first, second = story(FIRST, revised)
    before, after = whole(FIRST), whole(revised)
    same = [key for key in before if before[key] == after[key] and not first.hides(key)]
    assert same
    assert not [str(key) for key in same if second.hides(key)]


def test_an_unchanged_release_hides_the_same_and_marks_nothing() -> None:
    first, second = story(FIRST, FIRST)
    strip = [replace(item, provenance=()) for item in first.prepared.cells]
    assert strip == [replace(item, provenance=()) for item in second.prepared.cells]
    assert first.prepared.report == second.prepared.report
    assert first.prepared.report


def test_a_small_count_that_grew_does_not_tell_what_it_was() -> None:
    """3 becomes 13 while its hidden neighbours stay: shown now, they would tell the 3."""
    revised = FIRST | {cell(DISTRICT, "HIGH"): 13}
    made = story(FIRST, revised)
    assert broken([FIRST, revised], made) == []
    alone = publish([of_counts(whole(revised), 2)])
    assert not alone.hides(cell(DISTRICT, "HIGH"))
    assert broken([FIRST, revised], [made[0], alone]) != []


def test_every_earlier_release_counts_not_only_the_last() -> None:
    """Shown in the first, hidden for its new value in the second, back to the old value."""
    second = FIRST | {cell(NEIGHBOUR, "HIGH"): 2}
    made = story(FIRST, second, FIRST)
    shown = [key for key in whole(FIRST) if not made[0].hides(key)]
    assert not [str(key) for key in shown if made[2].hides(key)]
    assert broken([FIRST, second, FIRST], made) == []


def test_the_revision_mark_is_on_published_figures_only() -> None:
    revised = FIRST | {cell(DISTRICT, "HIGH"): 4, cell(NEIGHBOUR, "STANDARD"): 95}
    first, second = story(FIRST, revised)
    for key, item in second.cells.items():
        before, now = first.value(key), second.value(key)
        changed = before is not None and now is not None and before != now
        assert ("r" in item.marks) == changed, str(key)
    assert any("r" in item.marks for item in second.prepared.cells)


def random_leaves(dice: random.Random) -> Leaves:
    return leaves(*(dice.choice((0, dice.randint(1, 9), dice.randint(5, 99))) for _ in range(6)))


def revise(counts: Leaves, dice: random.Random) -> Leaves:
    key = dice.choice(sorted(counts))
    return counts | {key: max(0, counts[key] + dice.choice((-7, -2, -1, 1, 2, 9)))}


def try_story(seed: int) -> tuple[bool, list[object]]:
    """Publish, revise one count, publish, revise, publish; a refused release is not published."""
    dice = random.Random(seed)
    vintages = [random_leaves(dice)]
    made: list[Published] = []
    kept: list[Leaves] = []
    for number in range(3):
        try:
            made.append(publish([of_counts(whole(vintages[-1]), number + 1)], made))
            kept.append(vintages[-1])
        except DisclosureError:
            pass
        vintages.append(revise(vintages[-1], dice))
    return len(made) == 3, broken(kept, made)


def test_random_revisions_keep_every_promise() -> None:
    found = [try_story(seed) for seed in range(20)]
    assert [leak for _, leak in found if leak] == []
    assert sum(whole for whole, _ in found) >= 15


@pytest.mark.long
def test_many_random_revisions_keep_every_promise() -> None:
    found = [try_story(seed) for seed in range(20, 1_000)]
    assert [leak for _, leak in found if leak] == []


def test_without_history_random_revisions_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard matters: protecting each release by itself tells small counts."""

    def forget(history: Sequence[Vintage], *_: object) -> list[Earlier]:
        return [Earlier("none", "", "", {}, {})] * len(history)

    monkeypatch.setattr(preparation, "earlier_ones", forget)
    assert any(try_story(seed)[1] for seed in range(20))


def test_only_what_is_linked_is_decided_anew() -> None:
    """Another indicator's part of the release stays as it was, with its report."""
    other = {CellKey("POL_YEARLY", area, YEAR): n for area, n in ((DISTRICT, 3), (NEIGHBOUR, 20))}
    other[CellKey("POL_YEARLY", COUNTY, YEAR)] = 23
    revised = FIRST | {cell(NEIGHBOUR, "STANDARD"): 95}
    first = publish([of_counts(whole(FIRST) | other)])
    second = publish([of_counts(whole(revised) | other, 2)], [first])
    for key in other:
        assert second.hides(key) == first.hides(key)
    lines = [
        {line.key: line for line in one.prepared.report if line.key in other}
        for one in (first, second)
    ]
    assert lines[0] == lines[1]
    assert lines[0]
