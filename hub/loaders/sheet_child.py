"""The child process that opens spreadsheets: reads one from standard input, writes JSON.

It is run by path in an isolated interpreter and imports nothing of the hub, so that a file that
kills or captures it has nothing to take: no database address, no network, no further file.

A workbook is looked at before it is unpacked, because 1.4 kB of XLSX can ask for gigabytes.
Output: ``{"rows": [[...]], "problems": [[row, column, kind], ...]}`` or ``{"refused": "why"}``.
"""

import datetime
import encodings.cp437  # noqa: F401 - ZIP names need it once files can no longer be opened
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

MEMORY, CPU_SECONDS = 256 * 1024 * 1024, 5
MAX_PARTS, MAX_UNPACKED, MAX_RATIO = 100, 50 * 1024 * 1024, 100
MAX_ROWS, MAX_COLUMNS, MAX_TEXT = 10_001, 64, 16 * 1024 * 1024
"""Rows with the header; characters over all cells."""
CODES_SHEET = "Codes"

_MACRO = re.compile(r"vbaproject|macrosheets|dialogsheets|activex|ctrlprops", re.ASCII)
_OUTSIDE = re.compile(r"externallinks|connections\.xml|querytables|embeddings|webextensions")
_CASE_DATA = re.compile(r"pivotcache")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.ASCII)
_SMALL_PART = 64 * 1024
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class RefusedError(Exception):
    """Why the workbook is not read, in words for its sender."""


def limit() -> None:
    """Give up memory, time, files and sockets. No descriptor can be opened after this."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(what, (most, most))


def look(body: bytes) -> zipfile.ZipFile:
    """Check the archive's directory and its parts before anything is made of them."""
    if body.startswith(b"\xd0\xcf\x11\xe0"):
        raise RefusedError("The workbook is an old .xls, or has a password. Save it as plain XLSX.")
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
    except zipfile.BadZipFile:
        raise RefusedError("The body is not an XLSX workbook.") from None
    parts = archive.infolist()
    names = [part.filename.lower() for part in parts]
    if len(parts) > MAX_PARTS:
        raise RefusedError(f"The workbook has more than {MAX_PARTS} parts.")
    if len(set(names)) != len(names) or any(map(_is_unsafe, names)):
        raise RefusedError("The workbook holds a part with an unsafe or repeated name.")
    if sum(part.file_size for part in parts) > MAX_UNPACKED or any(map(_is_bomb, parts)):
        raise RefusedError("The workbook unpacks to far more than its size.")
    if any(part.flag_bits & 1 for part in parts):
        raise RefusedError("The workbook is encrypted. Save it without a password.")
    for found, message in (
        (_MACRO, "The workbook holds macros or controls."),
        (_OUTSIDE, "The workbook links to other files or embeds them."),
        (_CASE_DATA, "The workbook holds a pivot table, which may carry case records."),
    ):
        if any(found.search(name) for name in names):
            raise RefusedError(f"{message} Use the template.")
    for part in parts:
        _look_into(archive, part)
    return archive


def _is_unsafe(name: str) -> bool:
    return ".." in name or name.startswith("/") or "\\" in name or ":" in name


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    return part.file_size > max(_SMALL_PART, MAX_RATIO * part.compress_size)


def _look_into(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    name = part.filename.lower()
    if not name.endswith((".xml", ".rels", ".vml")):
        return
    text = archive.read(part)
    if b"\0" in text or b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise RefusedError("The workbook holds a document type or an odd encoding.")
    if name.endswith(".rels") and re.search(rb"TargetMode\s*=\s*[\"']External", text):
        raise RefusedError("The workbook links to other files or addresses. Remove the links.")
    if b"macroEnabled" in text and name == "[content_types].xml":
        raise RefusedError("The workbook holds macros. Save it as XLSX.")


def one_sheet(archive: zipfile.ZipFile) -> tuple[str, str]:
    """Name and part of the sheet that holds the return; only a Codes sheet may stand beside it."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    found = [item for item in book.iter() if _tag(item) == "sheet"]
    sheets = [item for item in found if item.get("name") != CODES_SHEET]
    if len(sheets) != 1:
        named = ", ".join(repr((item.get("name") or "")[:31]) for item in sheets[1:4])
        raise RefusedError(
            f"The workbook must hold one sheet beside {CODES_SHEET}. Remove: {named or 'none'}."
        )
    if sheets[0].get("state", "visible") != "visible":
        raise RefusedError("The sheet of the return is hidden.")
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {item.get("Id"): item.get("Target") or "" for item in relations}
    target = targets.get(sheets[0].get(_RELATION), "")
    part = target[1:] if target.startswith("/") else f"xl/{target}"
    if part not in archive.namelist() or "worksheets/" not in part:
        raise RefusedError("The workbook's sheet cannot be found in it.")
    return sheets[0].get("name") or "", part


def _tag(item: ElementTree.Element) -> str:
    return item.tag.rpartition("}")[2]


def problems_in(sheet: bytes) -> Iterator[tuple[int, int, str]]:
    """Cells that hold a formula or an error, and a check of the sheet's reach. From 1."""
    row = column = 0
    for event, item in ElementTree.iterparse(io.BytesIO(sheet), ("start", "end")):  # noqa: S314
        tag = _tag(item)
        if event == "start":
            if tag == "row":
                row, column = int(item.get("r") or row + 1), 0
            elif tag == "c":
                row, column = _place(item.get("r"), row, column + 1)
            elif tag == "dimension":
                _place((item.get("ref") or "").rpartition(":")[2] or None, 1, 1)
            elif tag == "mergeCell":
                raise RefusedError("The sheet holds merged cells. Unmerge them.")
        elif tag == "c":
            kinds = [_tag(inner) for inner in item]
            if "f" in kinds:
                yield row, column, "formula"
            elif item.get("t") == "e":
                yield row, column, "error"
        if event == "end" and tag == "row":
            item.clear()


def _place(reference: str | None, row: int, column: int) -> tuple[int, int]:
    if reference is not None:
        match = _REFERENCE.fullmatch(reference)
        if not match:
            raise RefusedError("The sheet holds a cell without a proper address.")
        column = 0
        for letter in match[1]:
            column = 26 * column + ord(letter) - 64
        row = int(match[2])
    if row > MAX_ROWS or column > MAX_COLUMNS:
        raise RefusedError(
            f"The sheet reaches beyond {MAX_ROWS - 1:,} rows or {MAX_COLUMNS} columns. Delete what "
            "stands outside the table."
        )
    return row, column


def read(body: bytes) -> dict[str, Any]:
    """Look, then read the one sheet."""
    import python_calamine

    archive = look(body)
    name, part = one_sheet(archive)
    problems = list(problems_in(archive.read(part)))
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_name(name)
    _place(None, sheet.total_height, sheet.total_width)
    rows = [[_plain(cell) for cell in line] for line in sheet.to_python(skip_empty_area=False)]
    if sum(len(cell) for line in rows for cell in line if isinstance(cell, str)) > MAX_TEXT:
        raise RefusedError("The sheet holds far too much text.")
    return {"rows": rows, "problems": problems}


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime.date):  # a datetime is one, too
        return {"kind": "date", "day": cell.isoformat()[:10]}
    if isinstance(cell, datetime.time | datetime.timedelta):
        return {"kind": "date"}
    return cell


def main() -> None:
    """Read one workbook from standard input under limits; any failure is a refusal."""
    import python_calamine  # noqa: F401 - loaded before files can no longer be opened

    body = sys.stdin.buffer.read()
    limit()
    try:
        answer = read(body)
    except RefusedError as refusal:
        answer = {"refused": str(refusal)}
    except Exception:
        answer = {"refused": "The workbook is damaged or not XLSX."}
    sys.stdout.buffer.write(json.dumps(answer).encode())


if __name__ == "__main__":
    main()
