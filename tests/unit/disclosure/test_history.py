"""Releases over time: each is safe by itself, and so are all of them together."""

import random
from dataclasses import replace

from hub.disclosure import (
    PARTNER,
    Cell,
    CountTable,
    Relation,
    State,
    Vintage,
    attack,
    check_witnesses,
    protect,
    published_table,
    sensitive_cells,
    stack,
)
from hub.vocabulary import CellKey
from tests.unit.disclosure.families import Shape, family, table_of, tree


def total_of(*counts: int) -> CountTable:
    cells = tuple(Cell(CellKey("X", f"A{n}", "2017-05"), value) for n, value in enumerate(counts))
    terms = ((0, -1), *((place, 1) for place in range(1, len(cells))))
    return CountTable(cells, (Relation(terms, origin="the total"),))


def release(table: CountTable, *earlier: Vintage) -> tuple[set[int], Vintage, bool]:
    """Protect on top of earlier releases. Gives the hidden places, the new vintage, and whether
    the attack on everything together finds the promise kept."""
    stacked = stack(table, earlier)
    protection = protect(stacked, PARTNER)
    assert check_witnesses(stacked, protection) == []
    whole = protection.table
    report = attack(
        published_table(protection), whole.knowledge, PARTNER, sensitive_cells(whole, PARTNER)
    )
    size = len(table.cells)
    shown = frozenset(at for at in range(size) if protection.pattern[at] is State.PUBLISHED)
    name = f"release {len(earlier) + 1}"
    return set(range(size)) - shown, Vintage(name, table, shown), report.is_safe


def test_what_was_shown_is_not_hidden_again() -> None:
    table = total_of(132, 3, 97, 32)
    first = Vintage("release 1", table, frozenset({0, 3}))
    hidden, _, safe = release(table, first)
    assert safe and hidden == {1, 2}


def test_each_vintage_by_itself_would_leak() -> None:
    """The total is revised by a correction of one district. Hiding 32 first and 97 later would
    give both away by difference; stacked, the same companion stays hidden."""
    old = total_of(132, 3, 97, 32)
    hidden, first, _ = release(old)
    assert hidden == {1, 3}
    naive = protect(total_of(138, 3, 103, 32), PARTNER)
    assert naive.pattern[3] is State.SECONDARY
    new = total_of(118, 3, 83, 32)
    hidden, _, safe = release(new, first)
    assert safe and 3 in hidden and 1 in hidden


def test_a_hidden_companion_that_is_shown_later_needs_another() -> None:
    """Everything is the same but the release wants 32 shown: the old total tells 3 at once."""
    table = total_of(132, 3, 97, 32)
    _, first, _ = release(table)
    careless = published_table(protect(stack(table, [first]), PARTNER))
    told = list(careless.told)
    told[3] = (32, 32)
    report = attack(replace(careless, told=tuple(told)), table.knowledge, PARTNER, [1])
    assert not report.is_safe


def test_a_revised_small_count_is_protected_then_and_now() -> None:
    old, new = total_of(132, 3, 97, 32), total_of(133, 4, 97, 32)
    _, first, _ = release(old)
    hidden, _, safe = release(new, first)
    assert safe and 1 in hidden
    stacked = stack(new, [first])
    assert len(stacked.cells) > len(new.cells)
    assert len(sensitive_cells(stacked, PARTNER)) == 2


def test_sequences_of_revisions_keep_every_earlier_promise() -> None:
    dice = random.Random(3)
    shape = Shape(tree("A", 2, 2), tree("P", 3), {"all": []})
    axes = (shape.areas, shape.periods, shape.categories)
    for seed in range(5):
        table = family(shape, seed, mean=7)
        counts = {
            (cell.key.area, cell.key.period, "all"): cell.value or 0
            for cell in table.cells
            if not shape.areas[cell.key.area] and not shape.periods[cell.key.period]
        }
        vintages: list[Vintage] = []
        for _ in range(3):
            _, vintage, safe = release(table_of(axes, counts), *vintages)
            assert safe
            vintages.append(vintage)
            at = dice.choice(sorted(counts))
            counts[at] = max(0, counts[at] + dice.choice([-2, -1, 1, 3]))
