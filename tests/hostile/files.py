"""The hostile set: files that must be refused cleanly, and odd ones that must be accepted.

Every hostile file holds :data:`PLANTED` where it can, which must appear in no answer.
"""

import io
import random
import struct
import zipfile
from collections.abc import Callable

from hub.loaders import CSV, JSON, XLSX
from tests.factory import DISTRICT
from tests.hostile.workbook import HEADER, Cell, pack, parts, raw_sheet, sheet, workbook

PLANTED = "Zzyzx4711"
File = tuple[str, Callable[[], bytes]]

_HEAD = "indicator,area,period,value,status,note"
_GOOD = f"POL_DA_CRIME,{DISTRICT},CY2017,617,,"
_ROW: tuple[Cell, ...] = ("POL_DA_CRIME", DISTRICT, "CY2017", 617, "", "")


def _csv(*lines: str, head: str = _HEAD) -> File:
    return CSV, lambda: "\n".join((head, *lines)).encode()


def _cell(value: str) -> File:
    return _csv(f'POL_DA_CRIME,{DISTRICT},CY2017,"{value}",,')


def _with(name: str, text: str | bytes) -> File:
    """A good workbook with one more part."""
    return XLSX, lambda: pack(parts({"Return": sheet([HEADER, _ROW])}) | {name: text})


def _replaced(name: str, old: str, new: str) -> File:
    """A good workbook with a change in one part."""

    def make() -> bytes:
        content = parts({"Return": sheet([HEADER, _ROW])})
        content[name] = str(content[name]).replace(old, new, 1)
        return pack(content)

    return XLSX, make


def _sheets(*names: str, **states: str) -> File:
    table = sheet([HEADER, _ROW, (PLANTED,)])
    return XLSX, lambda: pack(parts(dict.fromkeys(names, table), states))


def _lines(lines: str, extra: str = "", dimension: str = "A1") -> File:
    return XLSX, lambda: pack(parts({"Return": raw_sheet(lines, extra=extra, dimension=dimension)}))


def _xlsx(*rows: tuple[Cell, ...], header: tuple[Cell, ...] = HEADER) -> File:
    return XLSX, lambda: workbook(*rows, header=header)


def _encrypted() -> bytes:
    body = bytearray(workbook(_ROW))
    at = body.find(b"PK\x01\x02")
    while at != -1:
        struct.pack_into("<H", body, at + 8, 1)
        at = body.find(b"PK\x01\x02", at + 4)
    return bytes(body)


def _lying_size() -> bytes:
    """A part that says it is small and is not."""
    body = bytearray(
        pack(parts({"Return": sheet([HEADER, _ROW])}) | {"xl/extra.xml": "<a>" + " " * 9_000_000})
    )
    name = body.rfind(b"xl/extra.xml")
    struct.pack_into("<I", body, name - 46 + 24, 10)
    return bytes(body)


def _slow_bomb() -> bytes:
    """Parts that each unpack to an ordinary multiple of their size, and together to 60 MB."""
    filler = random.Random(4711)
    part = b"".join(filler.randbytes(8) + b" " * 250 for _ in range(40_000))
    content = parts({"Return": sheet([HEADER, _ROW])})
    return pack(content | {f"xl/slow{number}.bin": part for number in range(6)})


def _twice() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts({"Return": sheet([HEADER, _ROW])}).items():
            archive.writestr(name, text)
        archive.writestr("XL/workbook.xml", "<workbook/>")
    return out.getvalue()


def _bare(line: str) -> str:
    """A row whose cells do not say where they stand."""
    cells = "".join(f'<c t="str"><v>{cell}</v></c>' for cell in line.split(","))
    return f"<row>{cells}</row>"


_BILLION = (
    '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
)
_OUTER = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
_LINK = (
    '<Relationships><Relationship Id="r" Target="http://x" TargetMode="External"/></Relationships>'
)

HOSTILE: dict[str, File] = {
    # Bodies that are not what they say.
    "empty.csv": (CSV, lambda: b""),
    "noise.csv": (CSV, lambda: bytes(range(256)) * 40),
    "nul.csv": (CSV, lambda: f"{_HEAD}\n{_GOOD}\0".encode()),
    "utf16.csv": (CSV, lambda: f"{_HEAD}\n{_GOOD}".encode("utf-16")),
    "latin1.csv": (CSV, lambda: f"{_HEAD}\n{_GOOD}é".encode("latin-1")),
    "workbook-as.csv": (CSV, lambda: workbook(_ROW)),
    "html-as.csv": (CSV, lambda: f"<html><body>{PLANTED}</body></html>".encode()),
    "csv-as.xlsx": (XLSX, lambda: f"{_HEAD}\n{_GOOD}".encode()),
    "empty.xlsx": (XLSX, lambda: b""),
    "truncated.xlsx": (XLSX, lambda: workbook(_ROW)[:-40]),
    "old-format.xlsx": (XLSX, lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2_000),
    "zip-of-nothing.xlsx": (XLSX, lambda: pack({"readme.txt": PLANTED})),
    # Structure of a table.
    "no-header.csv": (CSV, lambda: f"{_GOOD}{PLANTED}\n{_GOOD}".encode()),
    "missing-column.csv": _csv(f"A,B,C,1,{PLANTED}", head="indicator,area,period,value,status"),
    "extra-column.csv": _csv(_GOOD + f",{PLANTED}", head=_HEAD + ",extra"),
    "twice-the-column.csv": _csv(_GOOD + ",5", head=_HEAD + ",value"),
    "spaced-header.csv": _csv(_GOOD, head=_HEAD.replace("area", " area")),
    "upper-header.csv": _csv(_GOOD, head=_HEAD.upper()),
    "planted-header.csv": _csv(_GOOD + ",", head=f"{_HEAD},{PLANTED}"),
    "person-column.csv": _csv(_GOOD + f",{PLANTED}", head=_HEAD + ",surname"),
    "short-row.csv": _csv(_GOOD, f"POL_DA_CRIME,{PLANTED}"),
    "long-row.csv": _csv(_GOOD, _GOOD + f",{PLANTED}"),
    "semicolons.csv": (CSV, lambda: f"{_HEAD}\n{_GOOD}".replace(",", ";").encode()),
    "open-quote.csv": _csv(f'"{PLANTED},{DISTRICT},CY2017,5,,'),
    "torn-quote.csv": _csv(f'"A"{PLANTED},{DISTRICT},CY2017,5,,'),
    "huge-cell.csv": _csv(f"{'A' * 200_000},{DISTRICT},CY2017,5,,"),
    "too-many-rows.csv": _csv(*[_GOOD] * 10_001),
    # Cells of a table.
    "scientific.csv": _cell("1e3"),
    "zeros-before.csv": _cell("007"),
    "nan.csv": _cell("NaN"),
    "true.csv": _cell("true"),
    "spaced.csv": _cell(" 5"),
    "thousands.csv": _cell("1,270"),
    "negative.csv": _cell("-3"),
    "percent-sign.csv": _cell("49%"),
    "suppressed-mark.csv": _cell("<5"),
    "hex.csv": _cell("0x1F"),
    "wide-digits.csv": _cell("５"),
    "planted-value.csv": _cell(PLANTED),
    "formula-value.csv": _cell("=1+1"),
    "formula-note.csv": _csv(f"{_GOOD}=cmd|{PLANTED}"),
    "bidi-code.csv": _csv(f"POL\u202e{PLANTED},{DISTRICT},CY2017,5,,"),
    "bell-note.csv": _csv(f"{_GOOD}\x07{PLANTED}"),
    "bad-status.csv": _csv(f"POL_DA_CRIME,{DISTRICT},CY2017,,{PLANTED},"),
    # Workbooks that attack the reader.
    "many-parts.xlsx": (
        XLSX,
        lambda: pack(
            parts({"Return": sheet([HEADER])}) | {f"xl/p{n}.txt": "x" for n in range(101)}
        ),
    ),
    "bomb.xlsx": _with("xl/bomb.xml", b" " * 20_000_000),
    "big-bomb.xlsx": (
        XLSX,
        lambda: pack(
            parts({"Return": sheet([HEADER])})
            | {f"xl/b{n}.xml": b" " * 10_000_000 for n in range(6)}
        ),
    ),
    "slow-bomb.xlsx": (XLSX, _slow_bomb),
    "lying-size.xlsx": (XLSX, _lying_size),
    "encrypted.xlsx": (XLSX, _encrypted),
    "part-twice.xlsx": (XLSX, _twice),
    "up-and-out.xlsx": _with("../../etc/cron.d/job", "x"),
    "absolute-name.xlsx": _with("/etc/job", "x"),
    "backslash-name.xlsx": _with("xl\\..\\job", "x"),
    "macro.xlsx": _with("xl/vbaProject.bin", b"\xd0\xcf"),
    "macro-sheet.xlsx": _with("xl/macrosheets/sheet1.xml", "<a/>"),
    "macro-type.xlsx": _replaced("[Content_Types].xml", "sheet.main", "sheet.macroEnabled.main"),
    "external-book.xlsx": _with("xl/externalLinks/externalLink1.xml", "<a/>"),
    "external-link.xlsx": _with("xl/worksheets/_rels/sheet1.xml.rels", _LINK),
    "connection.xlsx": _with("xl/connections.xml", "<a/>"),
    "embedded.xlsx": _with("xl/embeddings/oleObject1.bin", b"x"),
    "active-x.xlsx": _with("xl/activeX/activeX1.xml", "<a/>"),
    "pivot-cache.xlsx": _with("xl/pivotCache/pivotCacheRecords1.xml", f"<a>{PLANTED}</a>"),
    "billion-laughs.xlsx": _with("xl/sharedStrings.xml", _BILLION + "<w>&b;</w>"),
    "outer-entity.xlsx": _with("docProps/app.xml", _OUTER + "<w>&x;</w>"),
    "utf16-part.xlsx": _with("docProps/app.xml", "<!DOCTYPE w>".encode("utf-16")),
    "broken-xml.xlsx": _replaced("xl/workbook.xml", "<sheets>", "<sheet"),
    "no-workbook.xlsx": _replaced("xl/_rels/workbook.xml.rels", "worksheets/sheet1", "nowhere"),
    "far-cell.xlsx": _lines('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "far-cell-lower.xlsx": _lines('<row r="1"><c r="xfd1048576"><v>1</v></c></row>'),
    "far-dimension.xlsx": _lines('<row r="1"/>', dimension="A1:XFD1048576"),
    "wide.xlsx": _lines(f'<row r="1">{"<c><v>1</v></c>" * 65}</row>'),
    "long.xlsx": _lines("".join(f"<row><c><v>{row * row}</v></c></row>" for row in range(10_002))),
    "merged.xlsx": _lines(
        '<row r="1"><c r="A1"><v>1</v></c></row>',
        '<mergeCells><mergeCell ref="A1:B2"/></mergeCells>',
    ),
    "second-sheet.xlsx": _sheets("Return", "Second"),
    "hidden-sheet.xlsx": _sheets("Return", "Second", Second="hidden"),
    "very-hidden-sheet.xlsx": _sheets("Return", "Second", Second="veryHidden"),
    "return-hidden.xlsx": _sheets("Return", Return="hidden"),
    # Cells of a workbook.
    "formula.xlsx": _xlsx(("A", "B", "", '<><f>HYPERLINK("x")</f><v>5</v>', "", "")),
    "uncalculated.xlsx": _xlsx(_ROW, ("<><f>1+1</f>",)),
    "error-cell.xlsx": _xlsx(("A", "B", "", '< t="e"><v>#REF!</v>', "", "")),
    "boolean.xlsx": _xlsx(("A", "B", "", True, "", "")),
    "huge-number.xlsx": _xlsx(("A", "B", "", 1e300, "", "")),
    "planted-cell.xlsx": _xlsx(("A", "B", "", PLANTED, "", "")),
    "person-column.xlsx": _xlsx((*_ROW, PLANTED), header=(*HEADER, "NHS number")),
    "outside-table.xlsx": _xlsx((*_ROW, "", PLANTED)),
    # JSON.
    "duplicate.json": (JSON, lambda: b'{"observations": [], "observations": []}'),
    "deep.json": (JSON, lambda: b'{"observations": ' + b"[" * 5_000 + b"]" * 5_000 + b"}"),
    "nan.json": (JSON, lambda: b'{"observations": [{"value": NaN}]}'),
    "list.json": (JSON, lambda: b"[]"),
    "planted.json": (
        JSON,
        lambda: (
            f'{{"observations": [{{"indicator": "A", "area": "B", "value": "{PLANTED}", '
            f'"{PLANTED}": 5, "breakdown": {{"{PLANTED}": "{PLANTED}"}}}}]}}'.encode()
        ),
    ),
}

ODD_BUT_VALID: dict[str, tuple[str, Callable[[], bytes], int]] = {
    "bom.csv": (CSV, lambda: b"\xef\xbb\xbf" + f"{_HEAD}\n{_GOOD}".encode(), 1),
    "carriage-returns.csv": (CSV, lambda: f"{_HEAD}\r{_GOOD}\r".encode(), 1),
    "all-quoted.csv": (
        CSV,
        lambda: "\n".join(
            ",".join(f'"{cell}"' for cell in line.split(",")) for line in (_HEAD, _GOOD)
        ).encode(),
        1,
    ),
    "lines-in-a-note.csv": (CSV, lambda: f'{_HEAD}\n{_GOOD}"one\ntwo, ""three"""\n'.encode(), 1),
    "blank-end.csv": (CSV, lambda: f"{_HEAD}\n{_GOOD}\n\n,,,,,\n".encode(), 1),
    "other-order.csv": (CSV, lambda: b"note,value,status,area,period,indicator\n,5,,B,,A\n", 1),
    "welsh-note.csv": (CSV, lambda: f"{_HEAD}\n{_GOOD}ŵ ŷ £ 中\n".encode(), 1),
    "ten-thousand.csv": (CSV, lambda: "\n".join((_HEAD, *[_GOOD] * 10_000)).encode(), 10_000),
    "other-name.xlsx": (XLSX, lambda: pack(parts({"Sheet1": sheet([HEADER, _ROW])})), 1),
    "codes.xlsx": (
        XLSX,
        lambda: pack(
            parts({"Return": sheet([HEADER, _ROW]), "Codes": sheet([("a",)])}, {"Codes": "hidden"})
        ),
        1,
    ),
    "cells-without-address.xlsx": (
        XLSX,
        lambda: pack(parts({"Return": raw_sheet(_bare(_HEAD) + _bare(_GOOD))})),
        1,
    ),
    "ten-thousand.xlsx": (XLSX, lambda: workbook(*[_ROW] * 10_000), 10_000),
    "escapes.json": (JSON, lambda: b'{"\\u006fbservations": []}', 0),
    "blank.json": (JSON, lambda: b' \n{"observations" : [ ] , "note" : "\\u0077"}\n', 0),
}
