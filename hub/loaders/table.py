"""Rows of cells -> return: what CSV and spreadsheets have in common.

The header is row 1. Columns may stand in any order; every row must have exactly as many cells as
the header, so that nothing ever shifts. Below a header that is not right, the columns that are
still serve to say what is wrong with the rows.
"""

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hub.errors import MalformedError
from hub.loaders.cells import read_code, read_note, read_number, read_status
from hub.loaders.findings import (
    PERSON_LEVEL,
    CellError,
    LoaderCode,
    looks_personal,
    shown_name,
)
from hub.loaders.loaded import Frame, Loaded
from hub.returns import Finding, Reported, Severity
from hub.vocabulary import Vocabulary, breakdown_of

REQUIRED = ("indicator", "area", "period", "value", "status", "note")
OPTIONAL = ("reason", "base")
FINDINGS = "findings"
"""The column an annotated file has: it is never read, so that the file can be mended and sent."""

T = TypeVar("T")

Cell = str | CellError
"""Text, or why the cell can hold no text (a formula, a date)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of cells with the row number a spreadsheet would show."""

    row: int
    cells: Sequence[Cell]

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return not any(self.cells)


def read_table(
    header: Sequence[str], lines: Iterable[Line], frame: Frame, words: Vocabulary
) -> Loaded:
    """Read rows of cells below a header.

    Raises:
        MalformedError: the first row is no header at all.
    """
    if not {name.strip().lower() for name in header} & set(REQUIRED):
        raise MalformedError(
            f"The first row is not a header. It must hold the columns {','.join(REQUIRED)} "
            "and one column per dimension code."
        )
    findings = list(_header_problems(header, words))
    whole = not findings
    columns = header if whole else _sound(header, words)
    rows = _without_blank_end(list(lines))
    observations: list[Reported] = []
    partial: list[Reported] = []
    for line in rows:
        before = len(findings)
        item = _read_line(columns, line, frame, findings)
        if item:
            (observations if whole and len(findings) == before else partial).append(item)
    return Loaded(frame.make(observations), tuple(findings), len(rows), tuple(partial))


def _sound(header: Sequence[str], words: Vocabulary) -> list[str]:
    """The header, with nothing where it cannot be said what a column holds."""
    known = {*REQUIRED, *OPTIONAL, *words.dimensions}
    return [name if name in known and header.count(name) == 1 else "" for name in header]


def _without_blank_end(lines: list[Line]) -> list[Line]:
    """Empty rows below the last filled one are the end of the sheet, not rows."""
    while lines and lines[-1].is_blank:
        lines.pop()
    return lines


def _header_problems(header: Sequence[str], words: Vocabulary) -> Iterable[Finding]:
    known = {*REQUIRED, *OPTIONAL, FINDINGS, *words.dimensions}
    for place, name in enumerate(header, start=1):
        shown = shown_name(name, f"number {place}")
        if not name.strip():
            message = f"The column {shown} has no heading. Remove it, or give it one."
            yield _header_error(LoaderCode.UNKNOWN_COLUMN, message, shown)
        elif name not in known:
            yield _unknown_column(name, shown, known)
        elif name in header[: place - 1]:
            yield _header_error(
                LoaderCode.DUPLICATE_COLUMN, f"The column {name} is given twice.", name
            )
    for name in REQUIRED:
        if name not in header:
            yield _header_error(
                LoaderCode.MISSING_COLUMN,
                f"The column {name} is missing.",
                name,
                ", ".join(REQUIRED),
            )


def _unknown_column(name: str, shown: str, known: Iterable[str]) -> Finding:
    if looks_personal(name):
        return _header_error(
            LoaderCode.PERSON_COLUMN, f"The column {shown} must not be sent. {PERSON_LEVEL}", shown
        )
    near = (
        difflib.get_close_matches(name, known, n=1)
        or difflib.get_close_matches(name.strip().upper(), known, n=1)
        or difflib.get_close_matches(name.strip().lower(), known, n=1)
    )
    hint = f" Did you mean {near[0]}?" if near else ""
    return _header_error(
        LoaderCode.UNKNOWN_COLUMN,
        f"The column {shown} is not one the hub knows.{hint}",
        shown,
        ", ".join((*REQUIRED, *OPTIONAL)) + " and dimension codes",
    )


def _header_error(
    code: LoaderCode, message: str, column: str, allowed: str | None = None
) -> Finding:
    return Finding(Severity.ERROR, code, message, row=1, column=column, allowed=allowed)


def _read_line(
    header: Sequence[str], line: Line, frame: Frame, findings: list[Finding]
) -> Reported | None:
    """Read one row as far as it goes, and say in ``findings`` what cannot be read."""
    if line.is_blank:
        findings.append(
            Finding(Severity.NOTICE, LoaderCode.BLANK_ROW, "The row is empty.", row=line.row)
        )
        return None
    if len(line.cells) != len(header):
        findings.append(
            Finding(
                Severity.ERROR,
                LoaderCode.RAGGED_ROW,
                f"The row has {len(line.cells)} cells and the header has {len(header)} columns. "
                "Put double quotes around a cell that holds a comma.",
                row=line.row,
            )
        )
        return None
    reader = _LineReader(dict(zip(header, line.cells, strict=True)), line.row)
    item = reader.read(frame)
    findings += reader.findings
    return item


class _LineReader:
    """Reads the cells of one row and keeps every problem, not the first."""

    def __init__(self, cells: dict[str, Cell], row: int) -> None:
        self.cells, self.row = cells, row
        self.findings: list[Finding] = []

    def read(self, frame: Frame) -> Reported:
        """Read the row; in part only when ``findings`` is not empty afterwards."""
        return Reported(
            indicator=self._needed("indicator"),
            area=self._needed("area"),
            period=self._period(frame),
            breakdown=breakdown_of(self._categories()),
            value=self._cell("value", read_number),
            status=self._cell("status", read_status),
            reason=self._cell("reason", read_code),
            base=self._cell("base", read_number),
            note=self._cell("note", read_note),
            row=self.row,
        )

    def _period(self, frame: Frame) -> str:
        """The row's own, or the return's where the cell is empty; nothing if it is unreadable."""
        code = self._cell("period", read_code)
        return code or (frame.period if self.cells.get("period") == "" else "")

    def _categories(self) -> dict[str, str]:
        found = {
            name: self._cell(name, read_code)
            for name in self.cells
            if name not in (*REQUIRED, *OPTIONAL, FINDINGS, "")
        }
        return {name: code for name, code in found.items() if code}

    def _needed(self, column: str) -> str:
        if self.cells.get(column) == "":
            self._note(CellError(LoaderCode.MISSING_FIELD, f"The row has no {column}."), column)
        return self._cell(column, read_code) or ""

    def _cell(self, column: str, read: Callable[[str], T]) -> T | None:
        cell = self.cells.get(column, "")
        if isinstance(cell, CellError):
            self._note(cell, column)
            return None
        try:
            return read(cell) if cell else None
        except CellError as error:
            self._note(error, column)
            return None

    def _note(self, error: CellError, column: str) -> None:
        self.findings.append(error.at(row=self.row, column=column))
