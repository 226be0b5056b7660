"""Families in processes: the same result however many, and a killed one is a clear error."""

import os
import signal
from dataclasses import replace
from functools import partial

import pytest

from hub.disclosure import (
    PARTNER,
    Cell,
    CountTable,
    Observer,
    Relation,
    attack,
    attack_each,
    protect,
    published_table,
    sensitive_cells,
)
from hub.disclosure import processes as module
from hub.disclosure.processes import each
from hub.errors import DisclosureError
from hub.vocabulary import CellKey
from tests.unit.disclosure.families import Shape, family, tree


def two_families() -> CountTable:
    """Two tables that nothing ties together, side by side."""
    cells: list[Cell] = []
    relations: list[Relation] = []
    for number in range(2):
        one = family(Shape(tree("A", 3), tree("P", 4), tree("C", 2)), number, mean=6)
        first = len(cells)
        for cell in one.cells:
            assert isinstance(cell.key, CellKey)
            cells.append(replace(cell, key=replace(cell.key, indicator=f"X{number}")))
        relations += [
            replace(relation, terms=tuple((first + at, weight) for at, weight in relation.terms))
            for relation in one.relations
        ]
    return CountTable(tuple(cells), tuple(relations))


def ends(task: int) -> int:
    """What the operating system does when memory runs out."""
    if task == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def refuses(task: int) -> int:
    raise DisclosureError(f"family {task} cannot be protected")


def test_processes_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    table, steps = two_families(), []
    alone = protect(table, PARTNER)
    monkeypatch.setattr(module, "SMALL", 0)
    monkeypatch.setattr(module, "BUNDLE", 1)
    together = protect(table, PARTNER, processes=2, progress=lambda *step: steps.append(step))
    assert alone == together
    assert steps == [("protect", 1, 2), ("protect", 2, 2)]


def test_a_killed_process_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SMALL", 0)
    monkeypatch.setattr(module, "BUNDLE", 1)
    with pytest.raises(DisclosureError, match="ended before it was done"):
        each(ends, [0, 1], [9, 9], processes=2)


def test_a_refusal_in_a_process_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SMALL", 0)
    with pytest.raises(DisclosureError, match="cannot be protected"):
        each(refuses, [0, 1], [9_000, 9_000], processes=2)


def test_small_work_stays_in_the_process() -> None:
    here = each(partial(_pid), [0, 1], [5, 5], processes=2)
    assert here == [os.getpid()] * 2


def _pid(_: int) -> int:
    return os.getpid()


def test_the_attack_by_families_finds_what_the_attack_on_all_finds() -> None:
    """With one cell of each family shown that should not be."""
    table = two_families()
    protection = protect(table, PARTNER)
    told = list(published_table(protection).told)
    for place, state in enumerate(protection.pattern):
        if state == "secondary" and place % 2:
            told[place] = (protection.values[place], protection.values[place])
    published = replace(published_table(protection), told=tuple(told))
    targets = sensitive_cells(protection.table, PARTNER)
    knowledge = protection.table.knowledge
    known = {targets[0]: protection.values[targets[0]]}
    for own in ({}, known):
        whole = attack(published, knowledge, PARTNER, targets, known=own)
        strangers, mine = attack_each(
            published, knowledge, PARTNER, [Observer(targets), Observer(targets, own)]
        )
        assert [f.place for f in mine.findings] == list(targets)
        assert [f.place for f in mine.broken] == [f.place for f in whole.broken]
        assert whole.broken
        assert {f.place for f in strangers.broken} <= {f.place for f in mine.broken}
