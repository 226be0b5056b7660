"""Stated figures beside counts: what they tell together, over places, releases and kinds.

Each test first shows what each figure alone leaves open, so that it fails if figures are judged
one by one again.
"""

from collections.abc import Iterable
from decimal import Decimal

import pytest

from hub.disclosure import PARTNER, Policy
from hub.release import preparation
from hub.release.collation import RawCell
from hub.release.protection import Protected
from hub.release.shares import behind
from hub.release.stated import may_be_shown, withheld
from hub.returns import Reported
from hub.vocabulary import CellKey
from hub.vocabulary.cells import parse_sum
from hub.vocabulary.rows import Formula, Kind
from tests.factory import COUNTY, DISTRICT, NEIGHBOUR, indicator, reported, words
from tests.unit.release.releases import Published, of_rows, publish

YEAR, BEFORE = "CY2017", "CY2016"
STATED = {"unit": "percent", "stated": True, "time_additive": False, "area_additive": False}
WORDS = words(
    indicator(
        "POL_SHARE",
        kind=Kind.PERCENT,
        decimals=1,
        numerator=parse_sum("POL_DA_CRIME"),
        denominator=parse_sum("POL_DA_TOTAL"),
        **STATED,
    ),
    indicator(
        "POL_CHANGE",
        kind=Kind.PERCENT,
        decimals=1,
        formula=Formula.CHANGE,
        numerator=parse_sum("POL_DA_CRIME"),
        **STATED,
    ),
    indicator(
        "POL_RATE",
        kind=Kind.RATE,
        decimals=2,
        per=1000,
        numerator=parse_sum("POL_DA_CRIME"),
        denominator=parse_sum("POL_POPULATION"),
        **STATED,
    ),
    indicator(
        "POL_MEAN",
        kind=Kind.MEAN,
        decimals=1,
        per=1,
        numerator=parse_sum("POL_DA_CRIME"),
        denominator=parse_sum("POL_CLIENT"),
        **STATED,
    ),
)


def stated(code: str, area: str, value: str, base: int | None = None) -> Reported:
    more = {} if base is None else {"base": base}
    return reported(code, Decimal(value), area=area, **more)


def count(area: str, value: int, code: str = "POL_DA_CRIME", period: str = YEAR) -> Reported:
    return reported(code, value, area=area, period=period)


def made(rows: Iterable[Reported], earlier: Iterable[Published] = ()) -> Published:
    return publish([of_rows(*rows)], list(earlier), vocabulary=WORDS)


def key(code: str, area: str, period: str = YEAR) -> CellKey:
    return CellKey(code, area, period)


# over places: the county's share tells its numerator, the neighbour's count the rest of it

COUNTY_SHARE = (
    count(DISTRICT, 3),
    count(NEIGHBOUR, 40),
    stated("POL_SHARE", COUNTY, "10.8", 400),
)


def without_sums(rows: Iterable[Reported]) -> dict[CellKey, RawCell]:
    return {
        row.key: RawCell(row.key, row.value, base=row.base, parts=(("ONE", row.value),))
        for row in rows
        if row.value is not None
    }


def test_a_share_one_level_up_does_not_narrow_a_hidden_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """10.8 % of 400 is 43; less the neighbour's 40 that is the hidden 3. By itself 43 may go."""
    monkeypatch.setattr(preparation, "rolled_up", lambda raw, *_: dict(raw))
    found = made(COUNTY_SHARE)
    share, small = key("POL_SHARE", COUNTY), key("POL_DA_CRIME", DISTRICT)
    raw = without_sums(COUNTY_SHARE)
    assert share not in withheld(raw, WORDS, PARTNER, {small}), "each by itself may be shown"
    assert found.hides(small)
    assert found.hides(share) or found.hides(key("POL_DA_CRIME", NEIGHBOUR))


def test_without_the_linear_system_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "rolled_up", lambda raw, *_: dict(raw))
    monkeypatch.setattr(Protected, "narrowing", lambda *_: frozenset[CellKey]())
    found = made(COUNTY_SHARE)
    assert not found.hides(key("POL_SHARE", COUNTY))
    assert not found.hides(key("POL_DA_CRIME", NEIGHBOUR))


def test_a_share_shown_before_stays_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shown while nothing was small; next time the counts must do without being told by it."""
    monkeypatch.setattr(preparation, "rolled_up", lambda raw, *_: dict(raw))
    share = stated("POL_SHARE", COUNTY, "10.8", 400)
    first = made([share])
    assert not first.hides(share.key)
    second = made(COUNTY_SHARE, [first])
    assert second.hides(key("POL_DA_CRIME", DISTRICT))
    assert second.hides(key("POL_DA_CRIME", NEIGHBOUR)), "40 and the known 43 would tell 3"


def test_a_share_far_from_small_counts_is_shown() -> None:
    found = made([count(NEIGHBOUR, 40), stated("POL_SHARE", DISTRICT, "10.8", 400)])
    assert not found.hides(key("POL_SHARE", DISTRICT))


# what a figure by itself tells: value, base, may it be shown

ALONE = [
    ("a rate times its population", "POL_RATE", "0.03", 100_000, False),
    ("a large rate", "POL_RATE", "3.00", 100_000, True),
    ("a mean times its base", "POL_MEAN", "0.1", 30, False),
    ("a large mean", "POL_MEAN", "3.1", 30, True),
    ("a change on last year's count", "POL_CHANGE", "-70.0", 10, False),
    ("a change to a large count", "POL_CHANGE", "70.0", 100, True),
    ("one decimal of a printed base", "POL_SHARE", "0.3", 1000, False),
    ("no decimal would leave it open", "POL_SHARE", "50.0", 1000, True),
]


@pytest.mark.parametrize(
    ("code", "value", "base", "shown"), [one[1:] for one in ALONE], ids=[one[0] for one in ALONE]
)
def test_a_figure_times_its_base(code: str, value: str, base: int, shown: bool) -> None:
    word = WORDS.indicator(code)
    assert may_be_shown(word, Decimal(value), Decimal(base), PARTNER) is shown


CHANGES = {
    "to a small count": (
        count(DISTRICT, 10, period=BEFORE),
        stated("POL_CHANGE", DISTRICT, "-70.0"),
    ),
    "from a small count": (count(DISTRICT, 12), stated("POL_CHANGE", DISTRICT, "200.0")),
}
"""10 and a fall of 70 % is 3; 12 after a rise of 200 % was 4."""


def tells(found: Published, rows: Iterable[Reported]) -> bool:
    """Whether both the change and the count beside it are shown."""
    return not any(found.hides(row.key) for row in rows)


@pytest.mark.parametrize("rows", CHANGES.values(), ids=CHANGES)
def test_a_change_is_judged_against_the_printed_count(rows: tuple[Reported, ...]) -> None:
    assert not tells(made(rows), rows)


def test_a_change_between_large_counts_is_shown() -> None:
    rows = (count(DISTRICT, 100, period=BEFORE), stated("POL_CHANGE", DISTRICT, "-70.0"))
    assert tells(made(rows), rows)


@pytest.mark.parametrize("rows", CHANGES.values(), ids=CHANGES)
def test_either_of_two_guards_holds_a_change_back_and_without_both_it_tells(
    rows: tuple[Reported, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each figure is judged by itself, and all of them in the one linear system."""
    with monkeypatch.context() as gone:
        gone.setattr(preparation, "withheld", lambda *_: frozenset())
        assert not tells(made(rows), rows)
        gone.setattr(Protected, "narrowing", lambda *_: frozenset[CellKey]())
        assert tells(made(rows), rows)
    monkeypatch.setattr(Protected, "narrowing", lambda *_: frozenset[CellKey]())
    assert not tells(made(rows), rows)


def test_two_restatements_of_one_count_are_put_together() -> None:
    """Neither tells the count; the share says 5 to 14, the rate 0 to 5."""
    raw = without_sums(
        (
            stated("POL_SHARE", DISTRICT, "0.1", 9_999),
            stated("POL_RATE", DISTRICT, "0.05", 150_000),
        )
    )
    found = behind(raw, WORDS)
    assert len(found.tellings) == 2
    assert len(found.unprinted) == 1
    assert {part for one in found.tellings for part in one.parts} == {key("POL_DA_CRIME", DISTRICT)}


def test_a_figure_that_contradicts_counts_tells_nothing_of_them() -> None:
    raw = without_sums((count(DISTRICT, 90), stated("POL_SHARE", DISTRICT, "10.0", 400)))
    assert behind(raw, WORDS).tellings == ()


def test_no_repr_shows_a_count() -> None:
    raw = without_sums((stated("POL_SHARE", DISTRICT, "10.8", 45_678),))
    assert "4933" not in repr(behind(raw, WORDS))


def test_a_share_does_not_tell_what_nobody_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    """The county's 43 and the neighbour's 40 leave 3 for a district that returned nothing."""
    monkeypatch.setattr(preparation, "rolled_up", lambda raw, *_: dict(raw))
    known = (stated("POL_SHARE", COUNTY, "10.8", 400), count(NEIGHBOUR, 40))
    found = made(known)
    assert found.hides(key("POL_SHARE", COUNTY)) or found.hides(known[1].key)


def test_the_policys_threshold_is_the_one_that_counts() -> None:
    strict = Policy("strict", PARTNER.audience, threshold=20)
    word = WORDS.indicator("POL_SHARE")
    assert may_be_shown(word, Decimal("10.0"), Decimal(100), PARTNER)
    assert not may_be_shown(word, Decimal("10.0"), Decimal(100), strict)
