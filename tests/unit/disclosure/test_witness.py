"""The proof check must notice every way in which a proof can be wrong."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from hub.disclosure import (
    PARTNER,
    Cell,
    CountTable,
    Past,
    Protection,
    Relation,
    Side,
    State,
    Witness,
    check_witnesses,
    protect,
)
from hub.vocabulary import CellKey

SHOWN, PRIMARY, SECONDARY = State.PUBLISHED, State.PRIMARY, State.SECONDARY


def cell(name: str, value: int, **more: object) -> Cell:
    return Cell(CellKey("X", name, "2017-05"), value, **more)  # type: ignore[arg-type]


def table() -> CountTable:
    cells = (
        cell("T", 152),
        cell("a", 3),
        cell("b", 97),
        cell("c", 32),
        cell("z", 20, past=Past.SHOWN),
    )
    terms = ((0, -1), (1, 1), (2, 1), (3, 1), (4, 1))
    return CountTable(cells, (Relation(terms, origin="the total"),))


def good() -> Protection:
    return protect(table(), PARTNER)


def witnesses(*changes: dict[int, int], observer: str | None = None) -> tuple[Witness, ...]:
    return tuple(
        Witness(1, side, observer, tuple(change.items()))
        for side, change in zip((Side.HIGH, Side.LOW), changes, strict=True)
    )


def test_a_good_proof_has_no_problems() -> None:
    assert check_witnesses(table(), good()) == []


UP, DOWN = {1: 2, 3: -2}, {1: -2, 3: 2}


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda p: replace(p, witnesses=p.witnesses[:1]), "no low witness"),
        (lambda p: replace(p, witnesses=()), "no high witness"),
        (lambda p: replace(p, witnesses=witnesses({1: 1, 3: -1}, DOWN)), "does not reach"),
        (lambda p: replace(p, witnesses=witnesses(UP, {1: -1, 3: 1})), "does not reach"),
        (lambda p: replace(p, witnesses=witnesses({1: 2, 2: -2}, DOWN)), "count that is shown"),
        (lambda p: replace(p, witnesses=witnesses({1: 2, 4: -2}, DOWN)), "count that is shown"),
        (lambda p: replace(p, witnesses=witnesses({1: 2, 3: -1}, DOWN)), "breaks a relation"),
        (lambda p: replace(p, witnesses=witnesses(UP, {1: -4, 3: 4})), "impossible count"),
        (lambda p: replace(p, pattern=(SHOWN,) * 5), "a sensitive count is shown"),
        (
            lambda p: replace(p, pattern=(SHOWN, PRIMARY, SHOWN, SECONDARY, SECONDARY)),
            "hides what everyone already knows",
        ),
        (
            lambda p: replace(p, pattern=(State.VIRTUAL, *p.pattern[1:])),
            "printed one called virtual",
        ),
        (lambda p: replace(p, values=(152, 3, 96, 33, 20)), "is not the true one"),
        (lambda p: replace(p, table=CountTable(p.table.cells)), "another table"),
        (lambda p: replace(p, table=CountTable(p.table.cells[1:])), "another table"),
    ],
)
def test_a_spoiled_proof_is_noticed(
    spoil: Callable[[Protection], Protection], expected: str
) -> None:
    problems = check_witnesses(table(), spoil(good()))
    assert any(expected in problem for problem in problems), problems
    assert not any(number in " ".join(problems) for number in ("152", "97", "32"))


def test_a_witness_must_hold_against_the_agency_it_names() -> None:
    cells = (
        cell("T", 152, parts=(("EAST", 3), ("WEST", 149))),
        cell("a", 3, parts=(("EAST", 3),)),
        cell("w", 149, parts=(("WEST", 149),)),
    )
    shared = CountTable(cells, (Relation(((0, -1), (1, 1), (2, 1)), origin="the total"),))
    protection = protect(shared, PARTNER)
    assert check_witnesses(shared, protection) == []
    against_readers = tuple(w for w in protection.witnesses if w.observer is None)
    moved = tuple(
        replace(
            w,
            changes=((1, 2 if w.side is Side.HIGH else -2), (2, -2 if w.side is Side.HIGH else 2)),
        )
        for w in against_readers
    )
    weaker = replace(protection, witnesses=moved, pattern=(SHOWN, PRIMARY, SECONDARY))
    problems = check_witnesses(shared, weaker)
    assert any("against agency WEST" in problem for problem in problems)
    pretending = tuple(replace(w, observer="WEST") for w in moved)
    problems = check_witnesses(shared, replace(weaker, witnesses=(*moved, *pretending)))
    assert any("its observer knows" in problem for problem in problems)
