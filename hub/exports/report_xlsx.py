"""A report as a workbook: a cover, then one table a sheet. Numbers are numbers, text is text.

No formula, no link, no hidden row or sheet, and no metadata beyond the title: the same content
gives the same bytes. What stands in the tables is the caller's affair; this room never reads
anything that is not published.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from hub.exports.journey_csv import safe

Value = str | int | float | None

LONGEST_NAME = 31
"""Characters of a sheet's name that spreadsheets take."""
NARROWEST, WIDEST = 10, 60
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


def report_xlsx(title: str, notes: Sequence[str], tables: Sequence[ReportTable]) -> bytes:
    """Write a report: ``title`` and ``notes`` on the cover, each table on a sheet of its own."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        book.set_properties({"created": _CREATED})
        _write_cover(book, title, notes, tables)
        for number, table in enumerate(tables, start=1):
            _write_table(book, number, table)
    return out.getvalue()


def _write_cover(
    book: Any, title: str, notes: Sequence[str], tables: Sequence[ReportTable]
) -> None:
    sheet = book.add_worksheet("Cover")
    sheet.set_column(0, 0, 100, book.add_format({"text_wrap": True}))
    sheet.write_string(0, 0, safe(title), book.add_format({"bold": True, "font_size": 14}))
    lines = [*notes, "", *(f"Sheet {n}: {table.title}" for n, table in enumerate(tables, start=1))]
    for row, line in enumerate(lines, start=2):
        sheet.write_string(row, 0, safe(line))


def _write_table(book: Any, number: int, table: ReportTable) -> None:
    sheet = book.add_worksheet(_name(number, table.title))
    heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    for column, name in enumerate(table.columns):
        sheet.set_column(column, column, _width(table, column))
        sheet.write_string(0, column, safe(name), heading)
    for row, values in enumerate(table.rows, start=1):
        for column, value in enumerate(values):
            _write(sheet, row, column, value)
    sheet.freeze_panes(1, 0)


def _write(sheet: Any, row: int, column: int, value: Value) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, safe(value))
    elif value is not None:
        sheet.write_number(row, column, value)


def _name(number: int, title: str) -> str:
    """A sheet's name: numbered, so that two long titles never become one."""
    return f"{number} {title.translate(_FORBIDDEN)}"[:LONGEST_NAME].strip(" '")


def _width(table: ReportTable, column: int) -> int:
    longest = max(len(str(row[column] or "")) for row in (table.columns, *table.rows))
    return min(max(longest + 2, NARROWEST), WIDEST)
