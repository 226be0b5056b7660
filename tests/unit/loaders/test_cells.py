"""One strict grammar for numbers, codes, notes and statuses."""

from decimal import Decimal

import pytest

from hub.loaders.cells import read_code, read_note, read_number, read_status
from hub.loaders.findings import CellError, LoaderCode


@pytest.mark.parametrize("text", ["0", "5", "10", "617", "999999999", "49.6", "0.5", "77.3125"])
def test_plain_numbers_are_read(text: str) -> None:
    assert read_number(text) == Decimal(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("1e3", "scientific"),
        ("1E3", "scientific"),
        ("007", "leading zeros"),
        ("00", "leading zeros"),
        ("NaN", "word"),
        ("Infinity", "word"),
        ("null", "word"),
        ("n/a", "word"),
        ("true", "yes or no"),
        (" 5", "space"),
        ("5 ", "space"),
        ("1,270", "thousands"),
        ("1 270", "thousands"),
        ("12,5", "comma"),
        ("-3", "negative"),
        ("-0", "negative"),
        ("+3", "plus"),
        ("49%", "percent sign"),
        ("<5", "suppression"),
        ("[c]", "suppression"),
        ("*", "suppression"),
        ("1234567890", "9 digits"),
        ("0.12345", "4 decimals"),
        ("5.", "not a number"),
        (".5", "not a number"),
        ("0x1F", "not a number"),
        ("1_000", "not a number"),
        ("٣", "not a number"),
        ("５", "not a number"),
        ("five", "not a number"),
    ],
)
def test_anything_else_is_refused_with_a_hint_and_without_the_value(text: str, hint: str) -> None:
    with pytest.raises(CellError) as caught:
        read_number(text)
    assert caught.value.code is LoaderCode.NUMBER_FORMAT
    assert hint in caught.value.message
    assert caught.value.allowed


@pytest.mark.parametrize("text", [" A", "A ", "A\u200b", "A\u202eB", "A\tB", "A\x00", "A" * 61])
def test_codes_hold_nothing_that_does_not_show(text: str) -> None:
    with pytest.raises(CellError) as caught:
        read_code(text)
    assert caught.value.code is LoaderCode.TEXT_FORMAT


@pytest.mark.parametrize("text", ["=1+1", "+A", "-2", "@SUM(A1)", " =1", "\n=1"])
def test_a_note_cannot_start_a_formula(text: str) -> None:
    with pytest.raises(CellError) as caught:
        read_note(text)
    assert caught.value.code is LoaderCode.NOTE_FORMULA


def test_a_note_may_have_lines_but_no_hidden_characters() -> None:
    assert read_note("Late data.\r\nSecond line = fine") == "Late data.\nSecond line = fine"
    with pytest.raises(CellError):
        read_note("ring\x07")
    with pytest.raises(CellError):
        read_note("x" * 2_001)


def test_statuses_are_x_and_z_only() -> None:
    assert [read_status(text) for text in "xz"] == ["x", "z"]
    for text in ("c", "X", "p", "x:NOT_SHARED", "suppressed"):
        with pytest.raises(CellError):
            read_status(text)
