"""A document as a workbook: the tidy rows, parted into one table a sheet."""

from collections.abc import Iterator, Sequence

from hub.exports.columns import COLUMNS
from hub.exports.document import Document
from hub.exports.figures import WITHHELD, Record
from hub.exports.report_xlsx import ReportTable, Shown, Value, report_xlsx
from hub.protected.figures import FigureStatus


def xlsx_file(document: Document) -> bytes:
    """Write the workbook: the finding, the source, the notes and the contents on the cover."""
    notes = (document.finding, document.source, *document.notes)
    tables = tuple(_tables(document))
    return report_xlsx(document.title, notes, tables, document.source)


def _tables(document: Document) -> Iterator[ReportTable]:
    """A table for each sheet that has a row; one that has none still tells its headings."""
    records = list(document.records())
    if document.sheets is None:
        yield _table(document.title, document.columns, records)
        return
    column, titles = document.sheets
    for code, title in titles.items():
        rows = [record for record in records if record[column] == code]
        if rows:
            yield _table(title, document.columns, rows)


def _table(title: str, names: Sequence[str], records: Sequence[Record]) -> ReportTable:
    """Columns that are empty in every row are left out of a sheet."""
    used = {name for record in records for name, cell in record.items() if cell not in (None, "")}
    kept = tuple(name for name in names if name in used or name == "value" or not records)
    columns = tuple(COLUMNS[name].heading for name in kept)
    rows = tuple(tuple(_value(record, name) for name in kept) for record in records)
    return ReportTable(title, columns, rows)


def _value(record: Record, name: str) -> Value:
    """A cell; a withheld figure has its shorthand, so that it is never taken for a zero."""
    cell = record.get(name)
    if name != "value" or "status" not in record:
        return cell
    if isinstance(cell, int | float):
        decimals = record["decimals"]
        return Shown(cell, decimals if isinstance(decimals, int) else 0)
    symbol = record["symbol"]
    return f"[{symbol or WITHHELD[FigureStatus(str(record['status']))]}]"
