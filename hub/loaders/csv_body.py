"""CSV -> return: the strict reader, UTF-8, exact columns."""

import codecs
import csv
import io
from collections.abc import Iterator

from hub.errors import MalformedError, TooLargeError
from hub.loaders.loaded import MAX_ROWS, Frame, Loaded
from hub.loaders.table import Line, read_table
from hub.vocabulary import Vocabulary


def read_csv(body: bytes, frame: Frame, words: Vocabulary) -> Loaded:
    """Read a CSV body.

    Raises:
        MalformedError: it is empty, not UTF-8, not CSV, or has no header.
        TooLargeError: it holds more rows than a return may.
    """
    records = _records(decode(body))
    header = next(records, [])
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        raise MalformedError("The cells are not separated by commas. Save the file as CSV UTF-8.")
    lines = [Line(row, cells) for row, cells in enumerate(records, start=2)]
    if len(lines) > MAX_ROWS:
        raise TooLargeError(
            f"The return has more than {MAX_ROWS:,} rows. Send a return for each shorter period, "
            "such as each quarter; a second body at one address replaces the first."
        )
    return read_table(header, lines, frame, words)


def decode(body: bytes) -> str:
    """Decode UTF-8 with or without a byte order mark.

    Raises:
        MalformedError: it is empty, holds NUL bytes or is in another encoding.
    """
    if not body.strip():
        raise MalformedError("The body is empty.")
    if body.startswith((b"PK\3\4", b"\xd0\xcf\x11\xe0")):
        raise MalformedError("The body is a workbook, not text. Send XLSX with its own media type.")
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise MalformedError("The body is in UTF-16. In a spreadsheet, save as 'CSV UTF-8'.")
    if b"\0" in body:
        raise MalformedError("The body holds NUL bytes. Send text in UTF-8.")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MalformedError(
            "The body is not in UTF-8. In a spreadsheet, save as 'CSV UTF-8'."
        ) from None


def _records(text: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    row = 0
    while True:
        row += 1
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise MalformedError(
                f"The CSV cannot be read at row {row}: a double quote is not closed or not "
                "followed by a comma, or a cell is far too long."
            ) from None
