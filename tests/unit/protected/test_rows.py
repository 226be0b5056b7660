"""Observations by column: the same rows, whichever way they are looked at."""

import random

import pytest

from hub.protected.rows import BETWEEN, NONE, Row, Rows, _read, table_of

FULL = [
    Row(area, "CY2017", "", code, "PUBLISHED", str(number), reason=None, derived=number % 2 == 0)
    for number, (area, code) in enumerate((a, c) for a in "AB" for c in "IJKL")
]


def test_a_table_gives_its_rows() -> None:
    table = table_of(FULL)
    assert list(table) == FULL == [table[place] for place in range(len(table))]
    assert list(table[2:5]) == FULL[2:5]
    assert list(table.column("row.value")) == [row.value for row in FULL]
    assert table.column("row") is table
    assert "5" not in repr(table[5:6])


def test_what_was_not_read_is_what_the_store_has_by_default() -> None:
    table = Rows([["A"], ["CY2017"], [""], ["I"], ["PUBLISHED"], ["5"]])
    assert table[0] == Row("A", "CY2017", "", "I", "PUBLISHED", "5")
    assert table.column("row.provenance") == ["[]"]


@pytest.mark.parametrize("seed", range(20))
def test_parts_are_told_apart_in_order(seed: int) -> None:
    dice = random.Random(seed)
    parts = [dice.sample("IJKLX", dice.randint(0, 4)) for _ in range(4)]
    shuffled = dice.sample(FULL, dice.randint(0, len(FULL)))
    told = table_of(shuffled).by_indicator(parts)
    expected = [[row for row in shuffled if row.indicator in part] for part in parts]
    assert [list(rows) for rows in told] == expected


def test_columns_come_as_texts() -> None:
    columns = [["A", "B"], ["CY2017"] * 2, [""] * 2, ["I"] * 2, ["PUBLISHED", "SUPPRESSED"]]
    columns += [["5", ""], ["p", ""], ["", "EXEMPT"], ["", "7"], ["[]"] * 2, ["true", "false"]]
    found = _read([tuple(BETWEEN.join(column) for column in columns)])
    assert list(found) == [
        Row("A", "CY2017", "", "I", "PUBLISHED", "5", "p", None, None, "[]", True),
        Row("B", "CY2017", "", "I", "SUPPRESSED", None, "", "EXEMPT", "7", "[]", False),
    ]
    assert _read([(None,) * 11]) is NONE
    assert list(NONE) == []


@pytest.mark.parametrize("name", Row._fields)
def test_where_nothing_was_found_every_column_is_empty(name: str) -> None:
    assert list(NONE.column(f"row.{name}")) == []


def test_a_text_that_holds_what_stands_between_is_no_figure_of_another_row() -> None:
    columns = [
        ["A", "B"],
        ["CY2017"] * 2,
        [""] * 2,
        ["I"] * 2,
        ["PUBLISHED"] * 2,
        ["5", f"6{BETWEEN}7"],
    ]
    with pytest.raises(ValueError, match="stands between"):
        _read([tuple(BETWEEN.join(column) for column in columns)])
