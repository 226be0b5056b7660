"""Workbooks written part by part, so that any part can be made hostile."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from html import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

HEADER = ("indicator", "area", "period", "value", "status", "note")

Cell = str | int | float | bool | None


def sheet(rows: Iterable[Sequence[Cell]], *, extra: str = "", dimension: str = "A1") -> str:
    """The XML of a worksheet; ``extra`` follows the data."""
    lines = "".join(_row(row, cells) for row, cells in enumerate(rows, start=1))
    return raw_sheet(lines, extra=extra, dimension=dimension)


def raw_sheet(lines: str, *, extra: str = "", dimension: str = "A1") -> str:
    """The XML of a worksheet around rows written by hand."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{_MAIN}">'
        f'<dimension ref="{dimension}"/><sheetData>{lines}</sheetData>{extra}</worksheet>'
    )


def _row(row: int, cells: Sequence[Cell]) -> str:
    filled = "".join(_cell(row, place, cell) for place, cell in enumerate(cells))
    return f'<row r="{row}">{filled}</row>'


def _cell(row: int, place: int, cell: Cell) -> str:
    first = chr(64 + place // 26) if place >= 26 else ""
    name = f"{first}{chr(65 + place % 26)}{row}"
    match cell:
        case None:
            return ""
        case bool():
            return f'<c r="{name}" t="b"><v>{int(cell)}</v></c>'
        case int() | float():
            return f'<c r="{name}"><v>{cell}</v></c>'
        case str() if cell.startswith("<"):
            return f'<c r="{name}"{cell[1:]}</c>'
        case _:
            return f'<c r="{name}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'


def parts(
    sheets: Mapping[str, str], states: Mapping[str, str] | None = None
) -> dict[str, str | bytes]:
    """The parts of a workbook whose sheets hold the given XML."""
    book, rels, types = [], [], []
    for number, name in enumerate(sheets, start=1):
        state = f' state="{states[name]}"' if states and name in states else ""
        book.append(f'<sheet name="{escape(name)}" sheetId="{number}"{state} r:id="rId{number}"/>')
        target = f"worksheets/sheet{number}.xml"
        rels.append(f'<Relationship Id="rId{number}" Type="{_REL}/worksheet" Target="{target}"/>')
        types.append(f'<Override PartName="/xl/{target}" ContentType="{_TYPE}.worksheet+xml"/>')
    found: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f"{''.join(types)}</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}">'
        f"<sheets>{''.join(book)}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f"{''.join(rels)}</Relationships>",
    }
    return found | {
        f"xl/worksheets/sheet{number}.xml": xml for number, xml in enumerate(sheets.values(), 1)
    }


def pack(content: Mapping[str, str | bytes]) -> bytes:
    """Put parts into an archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return out.getvalue()


def workbook(*rows: Sequence[Cell], header: Sequence[Cell] = HEADER) -> bytes:
    """A plain workbook with one sheet ``Return``."""
    return pack(parts({"Return": sheet([header, *rows])}))
