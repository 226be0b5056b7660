"""Tidy tables: CSV (RFC 4180), and its description as CSV on the Web (W3C CSVW)."""

import csv
import io
import json
from typing import Any

from hub.exports.cells import csv_cell
from hub.exports.columns import COLUMNS
from hub.exports.document import Document

CSVW = "http://www.w3.org/ns/csvw"


def csv_file(document: Document) -> bytes:
    """Write the rows with a header, one observation a row; text cells are never formulas (U8)."""
    out = io.StringIO()
    writer = csv.DictWriter(out, document.columns, restval="")
    writer.writeheader()
    for record in document.records():
        writer.writerow({name: csv_cell(content) for name, content in record.items()})
    return out.getvalue().encode()


def json_file(document: Document) -> bytes:
    """Write the view as one JSON object with the field names of GraphQL."""
    return json.dumps(document.content(), ensure_ascii=False).encode()


def csvw_file(document: Document, address: str) -> bytes:
    """Describe the CSV at ``address`` (relative to the description) as CSVW.

    The header row has the machine names; ``dc:title`` has the headings for people.
    """
    content = {
        "@context": [CSVW, {"@language": "en"}],
        "@type": "Table",
        "url": address,
        "dc:title": document.title,
        "dc:description": document.finding,
        "dc:source": document.source,
        "notes": [{"rdfs:comment": note} for note in document.notes],
        "dialect": {"encoding": "utf-8", "header": True, "delimiter": ",", "quoteChar": '"'},
        "tableSchema": {"columns": [_column(name) for name in document.columns]},
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _column(name: str) -> dict[str, Any]:
    column = COLUMNS[name]
    return {
        "name": name,
        "titles": name,
        "dc:title": column.heading,
        "dc:description": column.meaning,
        "datatype": column.kind,
        "required": column.is_required,
    }
