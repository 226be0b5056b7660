"""File -> grid of cells, as a person sees it: the encoding and separator are the mapping's."""

import csv
import io

from hub.errors import MalformedError, MediaTypeError, TooLargeError
from hub.loaders.agencies.mapping import Mapping
from hub.loaders.findings import CellError
from hub.loaders.loaded import MAX_ROWS
from hub.loaders.table import Cell, Line
from hub.loaders.xlsx_body import read_lines


def read_grid(body: bytes, is_workbook: bool, mapping: Mapping) -> list[Line]:
    """Read every row of a CSV file or of a workbook's one sheet.

    Raises:
        MalformedError: it cannot be read as what it says it is.
        TooLargeError: it has more rows than a return may.
        MediaTypeError: it is JSON, which has no layout.
    """
    lines = read_lines(body) if is_workbook else _csv(body, mapping)
    if len(lines) > MAX_ROWS:
        raise TooLargeError(f"The file has more than {MAX_ROWS:,} rows.")
    return [Line(line.row, [_trimmed(cell) for cell in line.cells]) for line in lines]


def require_layout(media_type: str) -> None:
    """Refuse a body that has no rows and columns.

    Raises:
        MediaTypeError: it is JSON.
    """
    if media_type.startswith("application/json"):
        raise MediaTypeError("A mapping reads CSV or XLSX; JSON is sent in the contract's form.")


def _csv(body: bytes, mapping: Mapping) -> list[Line]:
    try:
        text = body.decode("utf-8-sig" if mapping.encoding == "utf-8" else mapping.encoding)
    except UnicodeDecodeError:
        raise MalformedError(
            f"The file is not in {mapping.encoding}, as the mapping says it is."
        ) from None
    if "\0" in text:
        raise MalformedError("The file holds NUL bytes.")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mapping.delimiter, strict=True)
    try:
        return [Line(row, cells) for row, cells in enumerate(reader, start=1)]
    except csv.Error:
        raise MalformedError("The CSV cannot be read: a double quote is not closed.") from None


def _trimmed(cell: Cell) -> Cell:
    """Own exports pad their cells; runs of white space count as one space."""
    return cell if isinstance(cell, CellError) else " ".join(cell.split())


def letter(place: int) -> str:
    """The letter a spreadsheet gives a column, from 0: ``A``, ``Z``, ``AA``."""
    return (chr(64 + place // 26) if place >= 26 else "") + chr(65 + place % 26)
