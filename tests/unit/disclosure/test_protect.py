"""Small tables worked by hand: what must be hidden, and that it is."""

import pytest

from hub.disclosure import (
    PARTNER,
    PUBLIC,
    AttackReport,
    Cell,
    CountTable,
    Past,
    Policy,
    Protection,
    Relation,
    State,
    VirtualKey,
    attack,
    check_witnesses,
    known_to,
    protect,
    published_table,
    sensitive_cells,
    share,
)
from hub.errors import DisclosureError
from hub.vocabulary import CellKey
from hub.vocabulary.rows import ZeroRule
from tests.unit.disclosure.families import Shape, family, tree


def cell(name: str, value: int, **more: object) -> Cell:
    return Cell(CellKey("X", name, "2017-05"), value, **more)  # type: ignore[arg-type]


def rest(name: str, value: int) -> Cell:
    return Cell(VirtualKey(name), value, published=False)


def total_of(*cells: Cell, **more: object) -> CountTable:
    """The first cell is the sum of the others."""
    terms = ((0, -1), *((place, 1) for place in range(1, len(cells))))
    return CountTable(cells, (Relation(terms, origin="the total"),))


def attacked(protection: Protection, **more: object) -> AttackReport:
    targets = sensitive_cells(protection.table, protection.policy)
    table = protection.table
    return attack(
        published_table(protection),
        table.knowledge,
        protection.policy,
        targets,
        **more,  # type: ignore[arg-type]
    )


def states(table: CountTable, policy: Policy = PARTNER) -> list[str]:
    protection = protect(table, policy)
    assert check_witnesses(table, protection) == []
    assert attacked(protection).is_safe
    return [state.value[0] for state in protection.pattern]


def test_without_small_counts_everything_is_shown() -> None:
    assert states(total_of(cell("", 12), cell("a", 5), cell("b", 7))) == ["p", "p", "p"]


def test_a_small_count_takes_a_second_cell_with_it() -> None:
    shown = states(total_of(cell("", 132), cell("a", 3), cell("b", 97), cell("c", 32)))
    assert shown == ["p", "p", "p", "s"]


def test_two_hidden_numbers_that_add_to_35() -> None:
    """132 answers with 97 of one kind: 6 and 29 are left. Nothing to hide below 5; below 10 the
    pair must stay hidden together, and 29 leaves room for 6 to be anything from 0 to 35."""
    table = total_of(cell("", 132), cell("a", 6), cell("b", 97), cell("c", 29))
    assert states(table) == ["p", "p", "p", "p"]
    protection = protect(table, PUBLIC)
    hidden = [place for place, state in enumerate(protection.pattern) if state != State.PUBLISHED]
    assert hidden == [1, 3]
    low, high = protection.intervals()[1]
    assert low <= 1 and high >= 10


def test_a_pair_that_adds_to_little_is_not_enough() -> None:
    """Hiding 2 and 2 alone tells that each is at most 4: more than one solution, no promise."""
    table = total_of(cell("", 104), cell("a", 2), cell("b", 2), cell("c", 100))
    assert states(table) == ["p", "p", "p", "s"]


def test_a_pair_of_threes_needs_no_third() -> None:
    """3 and 3 add to 6: each can be anything from 0 to 6."""
    table = total_of(cell("", 106), cell("a", 3), cell("b", 3), cell("c", 100))
    assert states(table) == ["p", "p", "p", "p"]


def test_a_small_total_with_one_child_hides_both() -> None:
    assert states(total_of(cell("", 3), cell("a", 3))) == ["p", "p"]
    assert protect(total_of(cell("", 3), cell("a", 3)), PARTNER).loss.primary == 2


def test_a_total_may_be_hidden_instead_of_all_its_parts() -> None:
    table = total_of(cell("", 4), cell("a", 4), cell("b", 0))
    assert protect(table, PARTNER).loss.primary == 2
    assert attacked(protect(table, PARTNER)).is_safe


def test_structural_zeros_are_shown_and_no_shelter() -> None:
    structural = cell("b", 0, zero=ZeroRule.STRUCTURAL)
    table = total_of(cell("", 23), cell("a", 3), structural, cell("c", 20))
    assert states(table) == ["p", "p", "p", "s"]


def test_a_count_of_no_people_is_never_hidden() -> None:
    table = total_of(cell("", 1003), cell("a", 3), cell("b", 1000, people=False))
    assert states(table) == ["s", "p", "p"]


def test_a_complement_nobody_prints_is_protected() -> None:
    """556 referrals, 553 of them from the police: 3 from others, one subtraction away."""
    table = total_of(cell("", 556), cell("police", 553), rest("others", 3))
    protection = protect(table, PARTNER)
    assert State.SECONDARY in protection.pattern[:2]
    assert attacked(protection).is_safe


def test_singletons_on_both_sides_of_a_relation() -> None:
    cells = (cell("T", 21), cell("a", 1), cell("b", 20), cell("c", 1), cell("d", 20))
    left = Relation(((0, -1), (1, 1), (2, 1)), origin="first cut")
    right = Relation(((0, -1), (3, 1), (4, 1)), origin="second cut")
    protection = protect(CountTable(cells, (left, right)), PARTNER)
    assert attacked(protection).is_safe


def test_two_small_counts_alone_in_a_row_of_a_table() -> None:
    shape = Shape(tree("A", 3), tree("P", 3), {"all": []})
    from tests.unit.disclosure.families import table_of

    counts = dict.fromkeys([(f"A.{a}", f"P.{p}", "all") for a in range(3) for p in range(3)], 30)
    counts["A.0", "P.0", "all"], counts["A.0", "P.1", "all"] = 1, 2
    table = table_of((shape.areas, shape.periods, shape.categories), counts)
    protection = protect(table, PARTNER)
    assert attacked(protection).is_safe
    assert 2 <= protection.loss.secondary <= 4


def test_the_parts_of_a_printed_percentage_hide_with_it() -> None:
    """A stated share of a hidden base bounds both: the attack sees it, so protection must."""
    cells = (cell("", 40), cell("a", 3), cell("b", 37), cell("base", 30))
    total = Relation(((0, -1), (1, 1), (2, 1)), origin="the total")
    from fractions import Fraction

    table = CountTable(cells, (total, *share(1, 3, Fraction(10), 0)))
    protection = protect(table, PARTNER)
    assert attacked(protection).is_safe
    assert protection.pattern[3] is State.SECONDARY


def test_what_was_shown_before_stays_shown() -> None:
    frozen = cell("b", 40, past=Past.SHOWN)
    table = total_of(cell("", 133), cell("a", 3), frozen, cell("c", 90))
    assert protect(table, PARTNER).pattern[2] is State.PUBLISHED
    assert states(table) == ["p", "p", "p", "s"]


def test_what_the_past_gave_away_stops_the_release() -> None:
    cells = [cell(name, value, past=Past.SHOWN) for name, value in (("", 133), ("b", 130))]
    table = total_of(cells[0], cell("secretive", 3), cells[1])
    with pytest.raises(DisclosureError, match="secretive") as caught:
        protect(table, PARTNER)
    assert not any(number in str(caught.value) for number in ("133", "130"))


def test_a_limit_that_everyone_knows_stops_the_release_too() -> None:
    """At most 4 were possible at all: nothing that is hidden makes it 5."""
    table = total_of(cell("", 133), cell("limited", 3, upper=4), cell("b", 130))
    with pytest.raises(DisclosureError, match="may still be hidden protects X/limited"):
        protect(table, PARTNER)


def test_an_earlier_hidden_cell_is_shown_when_that_keeps_the_promise() -> None:
    once = cell("c", 90, past=Past.HIDDEN)
    assert states(total_of(cell("", 130), cell("b", 40), once)) == ["p", "p", "p"]


def test_the_proof_covers_the_true_table_whatever_the_seed() -> None:
    shape = Shape(tree("A", 2, 2), tree("P", 3), tree("C", 2))
    table = family(shape, 5, mean=6)
    first, again = protect(table, PARTNER, seed=1), protect(table, PARTNER, seed=1)
    assert first == again
    assert check_witnesses(table, protect(table, PARTNER, seed=2)) == []


def test_the_sweep_leaves_nothing_that_could_be_shown_alone() -> None:
    """Each complementary cell is needed: showing it alone breaks some promise (small tables)."""
    shape = Shape(tree("A", 3), tree("P", 3), {"all": []})
    for seed in range(6):
        protection = protect(family(shape, seed, mean=9), PARTNER)
        table = protection.table
        assert protection.loss.secondary <= 12, seed
        assert attacked(protection).is_safe
        assert len(table.cells) == 16


def test_progress_is_told() -> None:
    steps: list[tuple[str, int, int]] = []
    table = total_of(cell("", 132), cell("a", 3), cell("b", 97), cell("c", 32))
    protect(table, PARTNER, progress=lambda *step: steps.append(step))
    assert {name for name, _, _ in steps} == {"protect", "sweep"}
    assert steps[-1][1] == steps[-1][2]


def test_the_steward_learns_what_forced_each_cell() -> None:
    protection = protect(
        total_of(cell("", 132), cell("a", 3), cell("b", 97), cell("c", 32)), PARTNER
    )
    assert protection.forced_by == {3: (0,)}
    assert protection.table.knowledge[0].origin == "the total"
    assert (protection.loss.secondary, protection.loss.secondary_sum) == (1, 32)


def shared(small: int, large: int) -> CountTable:
    """Two doors of two agencies and the total of both, as printed."""
    both = cell("both", small + large, parts=(("EAST", small), ("WEST", large)))
    return CountTable((both,))


def test_a_total_over_two_agencies_shows_each_the_others_part() -> None:
    """Nobody outside can split 103, but WEST knows its own 100."""
    protection = protect(shared(3, 100), PARTNER)
    assert protection.pattern[0] is State.SECONDARY
    assert protect(shared(50, 100), PARTNER).pattern[0] is State.PUBLISHED


@pytest.mark.parametrize("insider", ["EAST", "WEST"])
def test_an_insider_learns_no_small_count_of_the_other(insider: str) -> None:
    cells = (
        cell("T", 43, parts=(("EAST", 23), ("WEST", 20))),
        cell("e1", 3, parts=(("EAST", 3),)),
        cell("e2", 20, parts=(("EAST", 20),)),
        cell("w1", 2, parts=(("WEST", 2),)),
        cell("w2", 18, parts=(("WEST", 18),)),
    )
    relation = Relation(((0, -1), (1, 1), (2, 1), (3, 1), (4, 1)), origin="both agencies")
    protection = protect(CountTable(cells, (relation,)), PARTNER)
    table = protection.table
    others = [
        place
        for place in sensitive_cells(table, PARTNER)
        if insider not in dict(table.cells[place].parts)
    ]
    assert others
    report = attack(
        published_table(protection),
        table.knowledge,
        PARTNER,
        others,
        known=known_to(table, insider),
    )
    assert report.is_safe


def test_a_table_of_unknown_stretches_is_protected() -> None:
    """Two overlapping years share an unknown stretch; the month inside both is small."""
    unknown = [Cell(VirtualKey("X", "A", f"stretch {n}"), None, published=False) for n in range(3)]
    cells = (cell("CY", 90), cell("FY", 80), cell("May", 3), *unknown)
    table = CountTable(
        cells,
        (
            Relation(((0, -1), (2, 1), (3, 1), (4, 1)), origin="calendar"),
            Relation(((1, -1), (2, 1), (4, 1), (5, 1)), origin="financial"),
        ),
    )
    protection = protect(table, PARTNER)
    assert [state.value[0] for state in protection.pattern[:3]] == ["p", "p", "p"]
    assert attacked(protection).is_safe
