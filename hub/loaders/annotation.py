"""The uploaded table given back with its findings in it: made in memory, kept nowhere.

A column ``findings`` is added at the right; a workbook has a comment on each cell besides, and the
cell is coloured. The annotated file can be mended and sent again: that column is not read.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter

from hub.loaders.csv_body import decode
from hub.loaders.table import FINDINGS, Line
from hub.loaders.xlsx_body import read_lines
from hub.returns import Finding, Severity

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_COLOURS = {Severity.ERROR: "#F6D7D2", Severity.QUERY: "#FFF7BF", Severity.NOTICE: "#D2E2F1"}
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_FIRST_ROW = 2
"""The row that says what is true of the whole return; row 1 is the header."""


def annotated_csv(body: bytes, findings: Iterable[Finding]) -> bytes:
    """Give a CSV body back with a column of its findings.

    Raises:
        MalformedError: the body is not UTF-8.
    """
    said = _by_row(findings)
    rows = list(csv.reader(io.StringIO(decode(body), newline="")))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for number, cells in enumerate(_widened(rows, said), start=1):
        place = _place(rows[0] if rows else ())
        extra = FINDINGS if number == 1 else " | ".join(map(sentence, said.get(number, ())))
        kept = [cell for at, cell in enumerate(cells) if at != place]
        writer.writerow([_plain(cell) for cell in (*kept, extra)])
    return ("\ufeff" + out.getvalue()).encode()


def annotated_xlsx(body: bytes, findings: Iterable[Finding]) -> bytes:
    """Give a workbook back with comments on its cells and a column of its findings.

    Blocks for up to ten seconds: the workbook is opened in the child process again.

    Raises:
        MalformedError: it is no XLSX, or is unsafe.
    """
    said, lines = _by_row(findings), read_lines(body)
    header = [_text(cell) for cell in lines[0].cells] if lines else []
    while header and not header[-1]:
        header.pop()
    place = _place(header)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        sheet = book.add_worksheet("Return")
        formats = {one: book.add_format({"bg_color": _COLOURS[one]}) for one in Severity}
        columns = [name for at, name in enumerate(header) if at != place]
        for line in _all_lines(lines, said):
            cells = [
                _text(cell) for at, cell in enumerate(line.cells[: len(header)]) if at != place
            ]
            found = said.get(line.row, [])
            marks = _marks(found, columns)
            for at, text in enumerate(cells):
                _write(sheet, line.row - 1, at, text, formats, marks.get(at, ()))
            extra = FINDINGS if line.row == 1 else "\n".join(map(sentence, found))
            sheet.write_string(line.row - 1, len(columns), extra)
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, max(len(columns) - 1, 0), 16)
        sheet.set_column(len(columns), len(columns), 80)
    return out.getvalue()


def sentence(item: Finding) -> str:
    """One finding as a line of text: what it does, where, what is wrong, what may stand there."""
    where = f" {item.column}:" if item.column else ":"
    allowed = f" Allowed: {item.allowed}." if item.allowed else ""
    return f"{item.severity}{where} {item.message}{allowed} ({item.code})"


def _by_row(findings: Iterable[Finding]) -> dict[int, list[Finding]]:
    found: dict[int, list[Finding]] = defaultdict(list)
    for item in findings:
        row = item.row if item.row is not None else _FIRST_ROW
        found[max(row, _FIRST_ROW)].append(item)
    return dict(found)


def _widened(rows: list[list[str]], said: Mapping[int, object]) -> Iterable[list[str]]:
    """Every row, and an empty one below where a finding has none to stand in."""
    missing = max(said, default=0) - len(rows)
    return [*rows, *([[""] * len(rows[0])] * missing if rows else [])]


def _all_lines(lines: Sequence[Line], said: Mapping[int, object]) -> Iterable[Line]:
    extra = range(len(lines) + 1, max(said, default=0) + 1)
    return [*lines, *(Line(row, ()) for row in extra)]


def _place(header: Sequence[str]) -> int | None:
    """Where the findings of a former annotation stand: they are replaced."""
    return header.index(FINDINGS) if FINDINGS in header else None


def _marks(found: Iterable[Finding], columns: Sequence[str]) -> dict[int, list[Finding]]:
    marks: dict[int, list[Finding]] = defaultdict(list)
    for item in found:
        if item.column in columns:
            marks[columns.index(item.column)].append(item)
    return marks


def _write(
    sheet: Any,
    row: int,
    column: int,
    text: str,
    formats: Mapping[Severity, Any],
    found: Sequence[Finding],
) -> None:
    colour = formats[found[0].severity] if found else None
    if text.isdigit() and (text == "0" or text[0] != "0") and len(text) < 10:
        sheet.write_number(row, column, int(text), colour)
    elif text or colour:
        sheet.write_string(row, column, text, colour) if text else sheet.write_blank(
            row, column, None, colour
        )
    if found:
        sheet.write_comment(row, column, "\n".join(map(sentence, found))[:2000], {"x_scale": 3})


def _text(cell: object) -> str:
    """A cell that could hold no text, a formula say, comes back empty: its finding says why."""
    return cell if isinstance(cell, str) else ""


def _plain(cell: str) -> str:
    """A text that no spreadsheet takes for a formula (security requirement U8)."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
