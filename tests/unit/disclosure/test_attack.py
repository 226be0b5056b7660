"""The attack, alone: on what careless releases publish."""

import ast
from collections.abc import Sequence
from pathlib import Path

import pytest

import hub.disclosure
from hub.disclosure import (
    PARTNER,
    AttackReport,
    Policy,
    PublishedTable,
    Relation,
    Verdict,
    VirtualKey,
    attack,
    protect,
    published_table,
    sensitive_cells,
)
from hub.disclosure.published import Told
from hub.errors import DisclosureError
from tests.unit.disclosure.families import Shape, family, tree

HIDDEN: Told = (0, None)


def on(
    told: Sequence[Told | int],
    relations: Sequence[Relation],
    targets: Sequence[int],
    *,
    policy: Policy = PARTNER,
    known: dict[int, int] | None = None,
    whole: bool = True,
) -> AttackReport:
    keys = tuple(VirtualKey(f"cell {place}") for place in range(len(told)))
    intervals = tuple((t, t) if isinstance(t, int) else t for t in told)
    published = PublishedTable(keys, intervals)
    return attack(published, relations, policy, targets, known=known, whole=whole)


def total(whole: int, *parts: int, origin: str = "the total") -> Relation:
    return Relation(((whole, -1), *((part, 1) for part in parts)), origin=origin)


def test_a_lone_gap_is_filled_by_subtraction() -> None:
    report = on([132, HIDDEN, 97, 32], [total(0, 1, 2, 3)], [1])
    (finding,) = report.findings
    assert (finding.verdict, finding.low, finding.high) == (Verdict.BROKEN, 3, 3)
    assert finding.explanation.startswith("(cell 1) is 3 because the total: ")
    assert report.programs == 0


def test_two_hidden_numbers_that_add_to_35_stay_open() -> None:
    assert on([132, HIDDEN, 97, HIDDEN], [total(0, 1, 2, 3)], [1, 3]).is_safe


def test_two_hidden_numbers_that_add_to_4_do_not() -> None:
    report = on([104, HIDDEN, HIDDEN, 100], [total(0, 1, 2, 3)], [1, 2])
    assert [(finding.low, finding.high) for finding in report.broken] == [(0, 4), (0, 4)]


def test_the_explanation_is_kept_from_the_repr() -> None:
    report = on([777_780, HIDDEN, 777_777], [total(0, 1, 2)], [1])
    assert "7777" not in repr(report) and " 3" not in repr(report)


def test_two_cuts_of_one_total_are_read_together() -> None:
    """Each cut alone leaves two gaps, all three leave none: a + b = 10, a + c = 12, b + c = 8."""
    relations = [
        total(3, 0, 1, origin="first"),
        total(4, 0, 2, origin="second"),
        total(5, 1, 2, origin="third"),
    ]
    report = on([HIDDEN, HIDDEN, HIDDEN, 10, 12, 8], relations, [0, 1, 2])
    assert [(f.low, f.high) for f in report.broken] == [(7, 7), (3, 3), (5, 5)]
    assert all(name in report.broken[0].explanation for name in ("first", "second", "third"))


def test_whole_numbers_are_used_where_fractions_would_leave_room() -> None:
    """2a + 2b = 2c + 1 has no whole answer but many fractional ones; 2a = 3b pins multiples."""
    relations = [Relation(((0, 2), (1, -3)), origin="two against three"), total(2, 0, 1)]
    report = on([HIDDEN, HIDDEN, 5], relations, [0, 1])
    assert [(f.low, f.high) for f in report.broken] == [(3, 3), (2, 2)]


def test_whole_numbers_decide_where_the_relaxed_program_does_not() -> None:
    """In c + 3x + 3y = 11 fractions let c be 0; whole counts only 2, 5, 8 or 11."""
    threes = Relation(((0, 1), (1, 3), (2, 3)), "=", 11, "threes")
    (finding,) = on([HIDDEN] * 3, [threes], [0]).broken
    assert (finding.verdict, finding.low, finding.high) == (Verdict.BROKEN, 2, 11)
    assert on([HIDDEN] * 3, [threes], [0], whole=False).is_safe
    tens = Relation(((0, 1), (1, 3), (2, 3)), "=", 10, "tens")
    assert on([HIDDEN] * 3, [tens], [0]).is_safe


def test_inequalities_are_used() -> None:
    at_most = Relation(((0, 1), (1, -1)), "<=", 0, "engaged at most referred")
    assert not on([HIDDEN, 4], [at_most], [0]).is_safe
    assert on([HIDDEN, 5], [at_most], [0]).is_safe


def test_intervals_around_rounded_counts_are_used() -> None:
    relation = total(0, 1, 2)
    report = on([(105, 105), HIDDEN, (103, 103)], [relation], [1])
    assert report.broken[0].high == 2
    report = on([(103, 107), HIDDEN, (98, 102)], [relation], [1])
    assert report.is_safe


def test_an_insider_subtracts_its_own_counts() -> None:
    relation = total(0, 1, 2)
    told: list[Told | int] = [43, HIDDEN, HIDDEN]
    assert on(told, [relation], [1]).is_safe
    report = on(told, [relation], [1], known={2: 40})
    assert (report.broken[0].low, report.broken[0].high) == (3, 3)


def test_contradictions_prove_nothing() -> None:
    with pytest.raises(DisclosureError, match="contradicts"):
        on([10, 11, HIDDEN], [total(0, 1, 2)], [2])


def test_an_unlinked_cell_is_open() -> None:
    assert on([HIDDEN], [], [0]).is_safe
    assert not on([(0, 4)], [], [0]).is_safe


def test_what_was_not_decided_counts_as_broken() -> None:
    """With no time at all nothing is proved, so nothing may be published."""
    shape = Shape(tree("A", 3, 3), tree("P", 4), tree("C", 4))
    protection = protect(family(shape, 1, mean=6), PARTNER)
    table, published = protection.table, published_table(protection)
    targets = sensitive_cells(table, PARTNER)
    report = attack(published, table.knowledge, PARTNER, targets, seconds=0.0)
    assert Verdict.UNDECIDED in {finding.verdict for finding in report.findings}
    assert not report.is_safe
    assert "not shown to be safe" in report.broken[0].explanation


def test_a_start_that_disagrees_with_what_is_published_counts_for_nothing() -> None:
    relation = total(0, 1, 2, 3)
    keys = tuple(VirtualKey(f"cell {place}") for place in range(4))
    published = PublishedTable(keys, ((104, 104), HIDDEN, HIDDEN, (100, 100)))
    for start in ([120, 10, 10, 100], [104, 2, 2, 100], [104, 0, 10, 94]):
        report = attack(published, [relation], PARTNER, [1, 2], start=start)
        assert [finding.verdict for finding in report.findings] == [Verdict.BROKEN] * 2


def test_the_attack_shares_no_code_with_the_protection() -> None:
    folder = Path(hub.disclosure.__file__).parent
    allowed = {"policy", "published", "table", "attack"}
    for file in (folder / "attack").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                "hub.disclosure"
            ):
                assert (node.module or "").split(".")[2] in allowed, f"{file.name}: {node.module}"
