"""The workbook: text stays text, numbers stay numbers, nothing else comes along."""

import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from hub.exports.report_xlsx import ReportTable, Value, report_xlsx

NASTY = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "http://elsewhere.example/")


def book_of(content: bytes) -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(io.BytesIO(content))


def one(*rows: tuple[Value, ...]) -> bytes:
    return report_xlsx("Title", ["A note"], [ReportTable("Table: one", ("What", "Cells"), rows)])


def test_cover_then_a_table_a_sheet() -> None:
    book = book_of(one(("shown", 3), ("share", 2.5), ("none", None)))
    assert book.sheet_names == ["Cover", "1 Table  one"]
    cover = [row[0] for row in book.get_sheet_by_index(0).to_python()]
    assert cover[:1] == ["Title"]
    assert "A note" in cover
    assert "Sheet 1: Table: one" in cover
    rows = book.get_sheet_by_index(1).to_python()
    assert rows[0][0] == "Table: one"
    assert rows[3:] == [["What", "Cells"], ["shown", 3.0], ["share", 2.5], ["none", ""]]


@pytest.mark.parametrize("text", NASTY)
def test_no_text_is_a_formula_or_a_link(text: str) -> None:
    content = report_xlsx(text, [text], [ReportTable(text, (text,), ((text,),))])
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        everything = b"".join(parts.read(name) for name in parts.namelist())
        sheets = b"".join(parts.read(name) for name in parts.namelist() if "sheets/" in name)
    assert b"<f>" not in sheets
    assert b"hyperlink" not in everything
    if text[0] in "=+-@\t\r":
        cell = str(book_of(content).get_sheet_by_index(1).to_python()[4][0])
        assert cell.startswith("'")


def test_no_metadata_and_the_same_bytes_again() -> None:
    content = one(("shown", 3))
    assert content == one(("shown", 3))
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        core = parts.read("docProps/core.xml").decode()
    assert "<dc:creator></dc:creator>" in core
    assert "2000-01-01" in core


def test_two_long_titles_get_two_sheets() -> None:
    tables = [ReportTable("x" * 40, ("a",), ()), ReportTable("x" * 40, ("a",), ())]
    names = book_of(report_xlsx("T", [], tables)).sheet_names
    assert len(set(names)) == 3
    assert max(map(len, names)) <= 31


def test_a_row_as_wide_as_the_headings_is_demanded() -> None:
    with pytest.raises(ValueError, match="not as wide"):
        ReportTable("T", ("a", "b"), ((1,),))
