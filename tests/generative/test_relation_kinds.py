"""Each kind of relation in turn: witnesses, linear programs and a list of all tables agree.

The relations are those that the vocabulary gives (:func:`relations_of`), not the test's own, with
the cells that nobody prints. What stands at the top of each family is known to all, so that there
are only so many tables.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from hub.disclosure import (
    PARTNER,
    Cell,
    CountTable,
    PublishedTable,
    Relation,
    attack,
    check_witnesses,
    protect,
    published_table,
    relations_of,
    sensitive_cells,
    share,
)
from hub.errors import DisclosureError
from hub.vocabulary import CellKey
from hub.vocabulary.rows import Kind
from tests.generative.test_intervals import ENDLESS
from tests.unit.disclosure.enumeration import every_table
from tests.unit.disclosure.wording import count, indicator, member, words

Dice = random.Random
MOST = 11
"""No count is larger."""


def parts(dice: Dice, number: int) -> list[int]:
    """Counts of at most ``MOST`` in all, small ones among them."""
    while True:
        found = [dice.choice([0, 1, 2, 3, 4, 5, 6]) for _ in range(number)]
        if 5 <= sum(found) <= MOST and any(0 < n < 5 for n in found):
            return found


def known(cell: Cell) -> Cell:
    """A count that everybody knows."""
    return replace(cell, people=False)


AREAS = words(
    members=[
        *(member("R", child) for child in "AB"),
        *(member("R", child, hierarchy="MARAC") for child in "MN"),
        *(member(parent, f"{parent}{n}") for parent in "AB" for n in (1, 2)),
        *(member("M", child, hierarchy="MARAC") for child in ("A1", "B1")),
        *(member("N", child, hierarchy="MARAC") for child in ("A2", "B2")),
    ]
)


def areas(dice: Dice) -> CountTable:
    """Two geographies over the same four places; now and then a place did not report."""
    a1, a2, b1, b2 = parts(dice, 4)
    counts = {"A": a1 + a2, "B": b1 + b2, "M": a1 + b1, "N": a2 + b2}
    counts |= {"A1": a1, "A2": a2, "B1": b1, "B2": b2}
    if dice.random() < 0.3:
        counts.pop(dice.choice(sorted(counts)))
    cells = [count(AREAS, n, area=area) for area, n in counts.items()]
    return relations_of(AREAS, [known(count(AREAS, sum((a1, a2, b1, b2)), area="R")), *cells])


PLAIN = words()


def periods(dice: Dice) -> CountTable:
    """A calendar and a financial year that share nine months, with the quarters at their ends."""
    first, shared, last = parts(dice, 3)
    whole = {"CY2017": first + shared, "FY2017-18": shared + last}
    if max(whole.values()) > MOST:
        return periods(dice)
    inside = {"CY2017-Q1": first, "CY2018-Q1": last, "2017-04/2017-12": shared}
    inside.pop(dice.choice([*inside, "CY2019"]), None)
    cells = [known(count(PLAIN, n, period=at)) for at, n in whole.items()]
    return relations_of(PLAIN, [*cells, *(count(PLAIN, n, period=at) for at, n in inside.items())])


def rolling(dice: Dice) -> CountTable:
    """Two rolling years and the months that tell them apart."""
    first, middle, last = parts(dice, 3)
    years = {"R12-2017-12": first + middle, "R12-2018-01": middle + last}
    if max(years.values()) > MOST:
        return rolling(dice)
    cells = [known(count(PLAIN, n, period=at)) for at, n in years.items()]
    months = {"2017-01": first, "2018-01": last}
    return relations_of(PLAIN, [*cells, *(count(PLAIN, n, period=at) for at, n in months.items())])


DISTINCT = words(indicators=[indicator("D", kind=Kind.DISTINCT, adds=False)])


def distinct(dice: Dice) -> CountTable:
    """People counted once a period: a year is at least each quarter and at most their sum."""
    quarters = parts(dice, 4)
    year = dice.randint(max(quarters), sum(quarters))
    cells = [count(DISTINCT, n, "D", period=f"FY2017-18-Q{q}") for q, n in enumerate(quarters, 1)]
    whole = known(count(DISTINCT, year, "D", period="FY2017-18"))
    return relations_of(DISTINCT, [whole, *cells])


CUT = words(
    dimensions={"AGE": ["C", "D"], "SEX": ["F", "M"], "TICK": ["P", "Q"]}, multiple=["TICK"]
)


def partitions(dice: Dice) -> CountTable:
    """Two margins and their cross; now and then a category that nobody returned."""
    cross = dict(zip([(a, s) for a in "CD" for s in "FM"], parts(dice, 4), strict=True))
    cells = [count(CUT, n, AGE=age, SEX=sex) for (age, sex), n in cross.items()]
    cells += [count(CUT, cross[a, "F"] + cross[a, "M"], AGE=a) for a in "CD"]
    cells += [count(CUT, cross["C", s] + cross["D", s], SEX=s) for s in "FM"]
    if dice.random() < 0.4:
        cells.pop(dice.randrange(len(cells)))
    return relations_of(CUT, [known(count(CUT, sum(cross.values()))), *cells])


def ticked(dice: Dice) -> CountTable:
    """Several answers may be ticked: what did not tick one is a cell."""
    base = dice.randint(6, MOST)
    cells = [count(CUT, dice.randint(0, base), TICK=one) for one in "PQ"]
    return relations_of(CUT, [known(count(CUT, base)), *cells])


IDENTITIES = words(
    indicators=[indicator("Z"), indicator("W"), indicator("V")],
    identities=["Y + Z = X", "W <= Y", "V <= Z"],
)


def identities(dice: Dice) -> CountTable:
    """A sum, often with a term that nobody returned, and a funnel below each of its terms."""
    y, z = parts(dice, 2)
    counts = {"Y": y, "Z": z, "W": dice.randint(0, y), "V": dice.randint(0, z)}
    if dice.random() < 0.5:
        counts.pop(dice.choice("YZ"))
    cells = [count(IDENTITIES, n, code) for code, n in counts.items()]
    return relations_of(IDENTITIES, [known(count(IDENTITIES, y + z)), *cells])


def derived(dice: Dice) -> CountTable:
    """A percentage without decimals, printed over a base that is itself a sum."""
    first, second, third = parts(dice, 3)
    if not first + second:
        return derived(dice)
    names = ("all", "first", "second", "third", "base")
    values = (first + second + third, first, second, third, first + second)
    cells = [Cell(CellKey("X", at, "2017-05"), n) for at, n in zip(names, values, strict=True)]
    total = Relation(((0, -1), (1, 1), (2, 1), (3, 1)), origin="all")
    base = Relation(((4, -1), (1, 1), (2, 1)), origin="base")
    printed = Fraction((200 * first + values[4]) // (2 * values[4]))
    return CountTable((known(cells[0]), *cells[1:]), (total, base, *share(1, 4, printed, 0)))


KINDS: list[Callable[[Dice], CountTable]] = [
    areas, periods, rolling, distinct, partitions, ticked, identities, derived,
]  # fmt: skip


def refused_rightly(table: CountTable) -> bool:
    """Whether some small count is told too closely though nothing but the known is shown."""
    told = tuple(
        (cell.value, cell.value) if cell.is_known and cell.value is not None else (0, None)
        for cell in table.cells
    )
    nothing = PublishedTable(tuple(cell.key for cell in table.cells), told)
    truth = every_table(nothing, table.knowledge, MOST)
    small = sensitive_cells(table, PARTNER)
    return any(
        max(one[at] for one in truth) < PARTNER.high or min(one[at] for one in truth) > PARTNER.low
        for at in small
    )


def agree(table: CountTable) -> bool:
    """Compare the three ways; whether there was anything to protect and it could be done."""
    try:
        protection = protect(table, PARTNER)
    except DisclosureError:
        assert refused_rightly(table)
        return False
    assert check_witnesses(table, protection) == []
    table = protection.table
    truth = every_table(published_table(protection), table.knowledge, MOST)
    assert list(protection.values) in truth
    targets = sensitive_cells(table, PARTNER)
    assert set(protection.intervals()) == set(targets)
    for place, (low, high) in protection.intervals().items():
        values = {one[place] for one in truth}
        assert min(values) <= low <= PARTNER.low < PARTNER.high <= high <= max(values)
    farthest = attack(published_table(protection), table.knowledge, ENDLESS, targets)
    for finding in farthest.findings:
        values = {one[finding.place] for one in truth}
        assert finding.high is not None
        assert min(finding.high, MOST) == max(values), "what nothing limits goes on for ever"
        assert finding.low <= min(values)
    return bool(targets)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_witnesses_programs_and_enumeration_agree_on_every_kind(
    kind: Callable[[Dice], CountTable],
) -> None:
    done = [agree(kind(random.Random(seed))) for seed in range(5)]
    assert sum(done) >= 1, "refusing everything, or nothing small, is no test"


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_they_agree_on_many(kind: Callable[[Dice], CountTable]) -> None:
    for seed in range(5, 400):
        agree(kind(random.Random(seed)))


def careless(table: CountTable) -> Sequence[int]:
    """Places of small counts that can be told when they alone are hidden."""
    told = tuple(
        (0, None)
        if not cell.published or (cell.people and 0 < (cell.value or 0) < PARTNER.threshold)
        else (cell.value or 0, cell.value)
        for cell in table.cells
    )
    truth = every_table(
        PublishedTable(tuple(c.key for c in table.cells), told), table.knowledge, MOST
    )
    return [
        at
        for at in sensitive_cells(table, PARTNER)
        if max(one[at] for one in truth) < PARTNER.high
        or min(one[at] for one in truth) > PARTNER.low
    ]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_kind_tells_small_counts_where_only_they_are_hidden(
    kind: Callable[[Dice], CountTable],
) -> None:
    assert any(careless(kind(random.Random(seed))) for seed in range(12))
