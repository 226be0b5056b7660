"""A report as a workbook: a cover, then one table a sheet. Numbers are numbers, text is text.

It follows the Government Analysis Function's guidance on releasing statistics in spreadsheets:
a cover with the contents, each sheet named and with its title in A1, one table a sheet marked as
such, no merged, hidden or coloured-only cell, shorthand such as ``[c]`` where a figure is
withheld. No formula, no link, and no metadata beyond the title: the same content gives the same
bytes. What stands in the tables is the caller's affair; this room never reads anything that is
not published.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from hub.exports.cells import safe


@dataclass(frozen=True, slots=True)
class Shown:
    """A number that is shown with so many decimals; the cell holds all of it."""

    number: int | float
    decimals: int

    @property
    def format(self) -> str:
        """The number format of the cell."""
        return "#,##0" + ("." + "0" * self.decimals if self.decimals else "")


Value = str | int | float | Shown | None

LONGEST_NAME = 31
"""Characters of a sheet's name that spreadsheets take."""
NARROWEST, WIDEST = 10, 60
HEAD = 3
"""The row of the headings, counted from 0: the title, how to read it and the source go before."""
READING = (
    "This sheet holds one table. It starts in row 4. An empty cell means that there is nothing to "
    "say in it, never zero; shorthand such as [c] is explained on the cover."
)
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One table: its title, its headings, and rows as wide as these.

    Raises:
        ValueError: a row is wider or narrower than the headings.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"{self.title}: a row is not as wide as the headings.")


def report_xlsx(
    title: str, notes: Sequence[str], tables: Sequence[ReportTable], source: str = ""
) -> bytes:
    """Write a report: ``title`` and ``notes`` on the cover, each table on a sheet of its own."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        book.set_properties({"created": _CREATED, "title": safe(title)})
        _write_cover(book, title, notes, tables)
        for number, table in enumerate(tables, start=1):
            _write_table(book, number, table, source)
    return out.getvalue()


def _write_cover(
    book: Any, title: str, notes: Sequence[str], tables: Sequence[ReportTable]
) -> None:
    sheet = book.add_worksheet("Cover")
    sheet.set_column(0, 0, 100, book.add_format({"text_wrap": True}))
    sheet.write_string(0, 0, safe(title), book.add_format({"bold": True, "font_size": 14}))
    contents = (f"Sheet {n}: {table.title}" for n, table in enumerate(tables, start=1))
    for row, line in enumerate([*notes, *contents], start=1):
        sheet.write_string(row, 0, safe(line))


def _write_table(book: Any, number: int, table: ReportTable, source: str) -> None:
    sheet = book.add_worksheet(_name(number, table.title))
    sheet.write_string(0, 0, safe(table.title), book.add_format({"bold": True, "font_size": 14}))
    sheet.write_string(1, 0, READING)
    if source:
        sheet.write_string(2, 0, safe(source))
    for column, _ in enumerate(table.columns):
        sheet.set_column(column, column, _width(table, column))
    _write_rows(book, sheet, table)
    _mark(book, sheet, number, table)
    sheet.freeze_panes(HEAD + 1, 0)


def _write_rows(book: Any, sheet: Any, table: ReportTable) -> None:
    formats = {
        text: book.add_format({"num_format": text})
        for text in sorted({v.format for row in table.rows for v in row if isinstance(v, Shown)})
    }
    for row, values in enumerate(table.rows, start=HEAD + 1):
        for column, value in enumerate(values):
            if isinstance(value, Shown):
                sheet.write_number(row, column, value.number, formats[value.format])
            elif isinstance(value, str):
                sheet.write_string(row, column, safe(value))
            elif value is not None:
                sheet.write_number(row, column, value)


def _mark(book: Any, sheet: Any, number: int, table: ReportTable) -> None:
    """Mark the cells as one table, which a screen reader and Power Query find by its name."""
    heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    columns = [{"header": safe(name), "header_format": heading} for name in table.columns]
    last = HEAD + max(len(table.rows), 1)
    options = {
        "name": f"Table_{number}",
        "columns": columns,
        "style": None,
        "autofilter": False,
    }
    sheet.add_table(HEAD, 0, last, len(columns) - 1, options)


def _name(number: int, title: str) -> str:
    """A sheet's name: numbered, so that two long titles never become one."""
    return f"{number} {title.translate(_FORBIDDEN)}"[:LONGEST_NAME].strip(" '")


def _width(table: ReportTable, column: int) -> int:
    longest = max(len(_text(row[column])) for row in (table.columns, *table.rows))
    return min(max(longest + 2, NARROWEST), WIDEST)


def _text(value: Value) -> str:
    return str(value.number if isinstance(value, Shown) else value or "")
