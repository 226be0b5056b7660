"""The kinds of file a document can be, each with its media type and how it is written."""

from collections.abc import Callable
from dataclasses import dataclass

from hub.exports.document import Document
from hub.exports.png import png_file
from hub.exports.svg import svg_file
from hub.exports.tables import csv_file, json_file
from hub.exports.workbook import xlsx_file


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file. ``is_saved`` ones are downloads, the others are shown by a browser."""

    media: str
    write: Callable[[Document], bytes]
    is_saved: bool = False


KINDS = {
    "csv": Kind("text/csv; charset=utf-8; header=present", csv_file, is_saved=True),
    "xlsx": Kind(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        xlsx_file,
        is_saved=True,
    ),
    "png": Kind("image/png", png_file),
    "svg": Kind("image/svg+xml", svg_file),
    "json": Kind("application/json", json_file),
}
"""By the ending of the address."""
