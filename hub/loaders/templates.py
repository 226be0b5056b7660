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


def csv_template(words: Vocabulary, dataset: str) -> str:
    """The template as CSV with a byte order mark, so that spreadsheets open it as UTF-8.

    Raises:
        UnknownWordError: there is no such dataset.
    """
    columns = columns_of(words, dataset)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for item in indicators_of(words, dataset):
        writer.writerow([item.code, *[""] * (len(columns) - 1)])
    return "\ufeff" + out.getvalue()


def xlsx_template(words: Vocabulary, dataset: str) -> bytes:
    """The template as a workbook; the same words give the same bytes.

    Raises:
        UnknownWordError: there is no such dataset.
    """
    columns, lists = columns_of(words, dataset), _code_lists(words, dataset)
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": f"Return: {dataset}", "created": _FIRST})
        sheet, codes = book.add_worksheet("Return"), book.add_worksheet("Codes")
        _write_return(book, sheet, columns, indicators_of(words, dataset))
        for column, (name, found) in enumerate(lists.items()):
            _write_codes(codes, 2 * column, name, found)
            if name in columns:
                _offer(sheet, columns.index(name), 2 * column, len(found))
        codes.protect()
    return out.getvalue()


def _code_lists(words: Vocabulary, dataset: str) -> dict[str, dict[str, str]]:
    """By column, the codes that may stand in it, each with its title."""
    indicators = indicators_of(words, dataset)
    levels = {level for item in indicators for level in item.area_levels}
    lists = {
        "indicator": {item.code: item.title for item in indicators},
        "area": {item.code: item.name for item in words.areas.values() if item.level in levels},
        "status": dict(zip(STATUSES, ("not available", "not applicable"), strict=True)),
        "reason": {item.code: item.text for item in words.reasons.values()},
    }
    for code in columns_of(words, dataset)[len(REQUIRED) + len(OPTIONAL) :]:
        lists[code] = {item.code: item.title for item in words.categories[code].values()}
    return lists


def _write_return(
    book: Any, sheet: Any, columns: tuple[str, ...], indicators: tuple[Indicator, ...]
) -> None:
    heading = book.add_format({"bold": True, "locked": True, "bottom": 1})
    text = book.add_format({"locked": False, "num_format": "@"})
    number = book.add_format({"locked": False})
    for place, name in enumerate(columns):
        cells = number if name in ("value", "base") else text
        sheet.set_column(place, place, _WIDTHS.get(name, 12), cells)
        sheet.write_string(0, place, name, heading)
    for row, item in enumerate(indicators, start=1):
        sheet.write_string(row, 0, item.code, text)
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
