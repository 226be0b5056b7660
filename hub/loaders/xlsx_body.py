"""XLSX -> return. The workbook is opened in a child process with hard limits, never here."""

import json
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path
from typing import IO, Any, cast

from hub.errors import MalformedError
from hub.loaders.findings import CellError, DateCellError, LoaderCode
from hub.loaders.loaded import Frame, Loaded
from hub.loaders.table import Cell, Line, read_table
from hub.vocabulary import Vocabulary

WALL_SECONDS = 10
MAX_ANSWER = 64 * 1024 * 1024
_CHILD = Path(__file__).with_name("sheet_child.py")
_DIED = "The workbook could not be read within the limits. Use the template and nothing beside it."


def read_xlsx(body: bytes, frame: Frame, words: Vocabulary) -> Loaded:
    """Read a workbook.

    Raises:
        MalformedError: it is no XLSX, is unsafe, or holds more than one sheet beside Codes.
    """
    lines = read_lines(body)
    if not lines:
        raise MalformedError("The sheet is empty.")
    width = _width(lines)
    header = [cell if isinstance(cell, str) else "" for cell in lines[0].cells[:width]]
    return read_table(header, [_cut(line, width) for line in lines[1:]], frame, words)


def read_lines(body: bytes) -> list[Line]:
    """Read every row of the workbook's one sheet.

    Raises:
        MalformedError: it is no XLSX, is unsafe, or holds more than one sheet beside Codes.
    """
    answer = _ask_child(body)
    if "refused" in answer:
        raise MalformedError(answer["refused"], code="WORKBOOK")
    return _lines(answer["rows"], {(row, place): kind for row, place, kind in answer["problems"]})


def _lines(rows: list[list[Any]], problems: dict[tuple[int, int], str]) -> list[Line]:
    """All rows, also those that only hold a formula that was never calculated."""
    height = max([len(rows), *(row for row, _ in problems)])
    width = max([0, *map(len, rows), *(place for _, place in problems)])
    found = []
    for row in range(1, height + 1):
        cells = rows[row - 1] if row <= len(rows) else []
        full = [*cells, *[""] * (width - len(cells))]
        found.append(
            Line(row, [_cell(cell, problems.get((row, at))) for at, cell in enumerate(full, 1)])
        )
    return found


def _width(lines: list[Line]) -> int:
    """Columns to the right that are empty from top to bottom are the end of the sheet."""
    return max(
        (place for line in lines for place, cell in enumerate(line.cells, 1) if cell), default=0
    )


def _cut(line: Line, width: int) -> Line:
    return Line(line.row, line.cells[:width])


def _cell(cell: Any, problem: str | None) -> Cell:
    """Make text of a cell as it is shown, or say why it cannot be text."""
    if problem == "formula":
        return CellError(LoaderCode.FORMULA_CELL, "The cell holds a formula. Paste its value.")
    if problem == "error":
        return CellError(LoaderCode.CELL_TYPE, "The cell holds a spreadsheet error.")
    if isinstance(cell, bool):
        return CellError(LoaderCode.CELL_TYPE, "The cell holds TRUE or FALSE.")
    if isinstance(cell, dict):
        return DateCellError(date.fromisoformat(cell["day"]) if "day" in cell else None)
    if isinstance(cell, int | float):
        # Fifteen digits are what a spreadsheet itself keeps and shows.
        return format(cell, ".15g")
    return str(cell)


def _ask_child(body: bytes) -> dict[str, Any]:
    """Have the child read the workbook; its death, slowness or babble is a refusal."""
    child = subprocess.Popen(  # noqa: S603 - our own script, no shell
        [sys.executable, "-I", "-B", str(_CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
    )
    alarm = threading.Timer(WALL_SECONDS, child.kill)
    alarm.start()
    try:
        return _converse(child, body)
    finally:
        alarm.cancel()
        child.kill()
        child.wait()


def _converse(child: subprocess.Popen[bytes], body: bytes) -> dict[str, Any]:
    to_child, from_child = cast("IO[bytes]", child.stdin), cast("IO[bytes]", child.stdout)
    try:
        with to_child, from_child:
            to_child.write(body)
            to_child.close()
            text = from_child.read(MAX_ANSWER + 1)
        found = json.loads(text) if len(text) <= MAX_ANSWER and child.wait() == 0 else None
    except (BrokenPipeError, ValueError):
        found = None
    if not isinstance(found, dict) or not found.keys() & {"rows", "refused"}:
        raise MalformedError(_DIED, code="WORKBOOK")
    return found
