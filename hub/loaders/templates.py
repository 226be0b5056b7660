"""Templates of a dataset, written from its one definition: what is in one can be loaded.

A template lists every indicator that an agency sends, once; rows that are not needed are deleted
and rows for categories added. A workbook has a sheet ``Return``, whose headings are locked, and a
sheet ``Codes`` that feeds its drop-down lists.
"""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from hub.loaders.cells import STATUSES
from hub.loaders.loaded import MAX_ROWS
from hub.loaders.table import OPTIONAL, REQUIRED
from hub.vocabulary import Vocabulary
from hub.vocabulary.rows import Formula, Indicator

_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_WIDTHS = {"indicator": 32, "area": 16, "period": 14, "note": 40}


def indicators_of(words: Vocabulary, dataset: str) -> tuple[Indicator, ...]:
    """The indicators an agency sends for a dataset, without those the hub computes.

    Raises:
        UnknownWordError: there is no such dataset.
    """
    words.dataset(dataset)
    members = (words.indicators[code] for code in words.dataset_indicators.get(dataset, ()))
    return tuple(item for item in members if item.formula is Formula.RETURNED or item.stated)


def columns_of(words: Vocabulary, dataset: str) -> tuple[str, ...]:
    """The columns of a dataset's template: the fixed ones, then its dimensions."""
    used = {code for item in indicators_of(words, dataset) for code in item.dimensions}
    return (*REQUIRED, *OPTIONAL, *(code for code in words.dimensions if code in used))


def areas_of(words: Vocabulary, agency: str | None, indicator: Indicator) -> tuple[str, ...]:
    """The areas an agency may report an indicator for: its own first, then those within them."""
    levels = indicator.area_levels
    found = [item.code for item in words.areas.values() if item.level in levels]
    if agency is None:
        return tuple(found)
    own = words.agency(agency).areas
    fitting = [code for code in own if words.areas[code].level in levels]
    inner = [code for code in found if code not in own and words.within(code, own)]
    return (*fitting, *inner)


def _rows(
    words: Vocabulary, dataset: str, agency: str | None, period: str | None
) -> list[dict[str, str]]:
    """The cells filled in beforehand: indicator, and area and period where they are known.

    The area is the agency's own one; where it has several, or none of the level, it is left to
    the person who fills the template in.
    """
    found = []
    for item in indicators_of(words, dataset):
        own = words.agency(agency).areas if agency else ()
        fitting = [code for code in own if words.areas[code].level in item.area_levels]
        area = fitting[0] if len(fitting) == 1 else ""
        found.append({"indicator": item.code, "area": area, "period": period or ""})
    return found


def csv_template(
    words: Vocabulary, dataset: str, agency: str | None = None, period: str | None = None
) -> str:
    """The template as CSV with a byte order mark, so that spreadsheets open it as UTF-8.

    With ``agency`` and ``period`` the area and the period are filled in.

    Raises:
        UnknownWordError: there is no such dataset or agency.
    """
    columns = columns_of(words, dataset)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in _rows(words, dataset, agency, period):
        writer.writerow([row.get(name, "") for name in columns])
    return "\ufeff" + out.getvalue()


def xlsx_template(
    words: Vocabulary, dataset: str, agency: str | None = None, period: str | None = None
) -> bytes:
    """The template as a workbook; the same words give the same bytes.

    With ``agency`` and ``period`` they are filled in, and only the agency's areas are offered.

    Raises:
        UnknownWordError: there is no such dataset or agency.
    """
    columns, lists = columns_of(words, dataset), _code_lists(words, dataset, agency)
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": f"Return: {dataset}", "created": _FIRST})
        sheet, codes = book.add_worksheet("Return"), book.add_worksheet("Codes")
        _write_return(book, sheet, columns, _rows(words, dataset, agency, period))
        for column, (name, found) in enumerate(lists.items()):
            _write_codes(codes, 2 * column, name, found)
            if name in columns:
                _offer(sheet, columns.index(name), 2 * column, len(found))
        codes.protect()
    return out.getvalue()


def _code_lists(words: Vocabulary, dataset: str, agency: str | None) -> dict[str, dict[str, str]]:
    """By column, the codes that may stand in it, each with its title."""
    indicators = indicators_of(words, dataset)
    areas = dict.fromkeys(
        code
        for item in {one.area_levels: one for one in indicators}.values()
        for code in areas_of(words, agency, item)
    )
    lists = {
        "indicator": {item.code: item.title for item in indicators},
        "area": {code: words.areas[code].name for code in areas},
        "status": dict(zip(STATUSES, ("not available", "not applicable"), strict=True)),
        "reason": {item.code: item.text for item in words.reasons.values()},
    }
    for code in columns_of(words, dataset)[len(REQUIRED) + len(OPTIONAL) :]:
        lists[code] = {item.code: item.title for item in words.categories[code].values()}
    return lists


def _write_return(
    book: Any, sheet: Any, columns: tuple[str, ...], rows: list[dict[str, str]]
) -> None:
    heading = book.add_format({"bold": True, "locked": True, "bottom": 1})
    text = book.add_format({"locked": False, "num_format": "@"})
    number = book.add_format({"locked": False})
    for place, name in enumerate(columns):
        cells = number if name in ("value", "base") else text
        sheet.set_column(place, place, _WIDTHS.get(name, 12), cells)
        sheet.write_string(0, place, name, heading)
    for row, cells in enumerate(rows, start=1):
        for name, cell in cells.items():
            if cell:
                sheet.write_string(row, columns.index(name), cell, text)
    sheet.freeze_panes(1, 1)
    sheet.protect("", {"insert_rows": True, "delete_rows": True, "format_columns": True})


def _write_codes(sheet: Any, column: int, name: str, found: dict[str, str]) -> None:
    sheet.write_string(0, column, name)
    for row, (code, title) in enumerate(found.items(), start=1):
        sheet.write_string(row, column, code)
        sheet.write_string(row, column + 1, title)


def _offer(sheet: Any, column: int, codes_column: int, count: int) -> None:
    """Make a drop-down list of a column of the sheet Codes."""
    if not count:
        return
    top, bottom = (
        xlsxwriter.utility.xl_rowcol_to_cell(row, codes_column, row_abs=True, col_abs=True)
        for row in (1, count)
    )
    sheet.data_validation(
        1, column, MAX_ROWS, column, {"validate": "list", "source": f"=Codes!{top}:{bottom}"}
    )
