"""Stacking releases: what is one count in both, what is two, what must be decided anew."""

from hub.disclosure import Cell, CountTable, Past, Relation
from hub.release.stack import Layer, linked, stack, with_past, work_of
from hub.vocabulary import CellKey

A, B, T, X, Y = (CellKey(f"POL_{name}", "E07000102", "CY2017") for name in "ABTXY")


def table(**counts: int) -> CountTable:
    """``T = A + B`` and, if given, ``X = Y``."""
    keys = {"A": A, "B": B, "T": T, "X": X, "Y": Y}
    cells = [Cell(keys[name], count) for name, count in counts.items()]
    at = {name: place for place, name in enumerate(counts)}
    relations = [Relation(((at["T"], -1), (at["A"], 1), (at["B"], 1)), origin="total")]
    if "X" in at:
        relations.append(Relation(((at["X"], -1), (at["Y"], 1)), origin="same"))
    return CountTable(tuple(cells), tuple(relations))


def on_top(now: CountTable, *layers: Layer) -> CountTable:
    return CountTable(with_past(now.cells, layers), now.relations)


OLD = Layer("R1", table(A=3, B=20, T=23, X=40, Y=40), {T, X, Y})


def test_the_same_value_is_one_cell_and_a_revised_one_two() -> None:
    now = on_top(table(A=3, B=25, T=28, X=40, Y=40), OLD)
    stacked = stack(now, [OLD]).table
    assert stacked.cells[: len(now.cells)] == now.cells
    aged = stacked.cells[len(now.cells) :]
    assert [(str(cell.key), cell.value, cell.published) for cell in aged] == [
        ("(POL_B as of R1) E07000102 CY2017", 20, False),
        ("(POL_T as of R1) E07000102 CY2017", 23, False),
    ]
    assert [cell.past for cell in aged] == [Past.HIDDEN, Past.SHOWN]
    assert len(stacked.relations) == 3


def test_a_count_is_frozen_once_any_release_has_shown_it() -> None:
    later = Layer("R2", table(A=3, B=20, T=23), ())
    now = with_past(table(A=3, B=20, T=24 - 1).cells, [OLD, later])
    assert [cell.past for cell in now] == [Past.HIDDEN, Past.HIDDEN, Past.SHOWN]


def test_a_value_that_comes_back_is_the_same_cell_again() -> None:
    between = Layer("R2", table(A=3, B=21, T=24), {T})
    now = on_top(table(A=3, B=20, T=23), OLD, between)
    stacked = stack(now, [OLD, between]).table
    values = [cell.value for cell in stacked.cells]
    assert sorted(value for value in values if value is not None) == [3, 20, 21, 23, 24, 40, 40]


def test_only_what_is_linked_with_a_change_is_decided_anew() -> None:
    now = on_top(table(A=3, B=25, T=28, X=40, Y=40), OLD)
    work = work_of(stack(now, [OLD]))
    names = {str(cell.key) for cell in work.table.cells}
    assert "POL_A E07000102 CY2017" in names
    assert not {name for name in names if name.startswith(("POL_X", "POL_Y"))}


def test_nothing_changed_is_nothing_to_decide() -> None:
    now = on_top(table(A=3, B=20, T=23, X=40, Y=40), OLD)
    assert work_of(stack(now, [OLD])).table.cells == ()


def test_what_is_gone_is_decided_with_what_stays() -> None:
    """A withdrawn part: its total, still there, was shown beside it."""
    cells = (Cell(A, 3), Cell(T, 23))
    now = CountTable(with_past(cells, [OLD]))
    work = work_of(stack(now, [OLD]))
    assert {cell.value for cell in work.table.cells} >= {3, 20, 23}


def test_without_an_earlier_release_everything_is_decided() -> None:
    now = table(A=3, B=20, T=23)
    assert work_of(stack(now, [])).table == now


def test_linked_groups() -> None:
    assert linked(range(5), [[0, 2], [2, 3]]) == [[0, 2, 3], [1], [4]]
