"""Each look before unpacking refuses by itself, so that none hides behind another."""

import pytest

from hub.errors import MalformedError
from hub.loaders import load
from tests.factory import words
from tests.hostile.files import HOSTILE

REASONS = {
    "csv-as.xlsx": "not an XLSX",
    "many-parts.xlsx": "more than 100 parts",
    "bomb.xlsx": "far more than its size",
    "big-bomb.xlsx": "far more than its size",
    "slow-bomb.xlsx": "far more than its size",
    "encrypted.xlsx": "encrypted",
    "part-twice.xlsx": "unsafe or repeated",
    "up-and-out.xlsx": "unsafe or repeated",
    "absolute-name.xlsx": "unsafe or repeated",
    "backslash-name.xlsx": "unsafe or repeated",
    "macro.xlsx": "macros",
    "macro-sheet.xlsx": "macros",
    "macro-type.xlsx": "macros",
    "external-book.xlsx": "other files",
    "external-link.xlsx": "other files",
    "connection.xlsx": "other files",
    "embedded.xlsx": "other files",
    "active-x.xlsx": "macros or controls",
    "pivot-cache.xlsx": "pivot table",
    "billion-laughs.xlsx": "document type",
    "outer-entity.xlsx": "document type",
    "utf16-part.xlsx": "odd encoding",
    "no-workbook.xlsx": "cannot be found",
    "far-cell.xlsx": "reaches beyond",
    "far-cell-lower.xlsx": "proper address",
    "far-dimension.xlsx": "reaches beyond",
    "wide.xlsx": "reaches beyond",
    "long.xlsx": "reaches beyond",
    "merged.xlsx": "merged",
    "second-sheet.xlsx": "Second",
    "hidden-sheet.xlsx": "Second",
    "very-hidden-sheet.xlsx": "Second",
    "return-hidden.xlsx": "hidden",
    "nul.csv": "NUL",
    "utf16.csv": "UTF-16",
    "workbook-as.csv": "a workbook, not text",
    "latin1.csv": "UTF-8",
    "semicolons.csv": "separated by commas",
    "no-header.csv": "not a header",
    "open-quote.csv": "double quote",
    "deep.json": "nests deeper",
    "duplicate.json": "same name twice",
    "nan.json": "NaN",
    "list.json": "must be a JSON object",
}


@pytest.mark.parametrize("name", REASONS)
def test_a_file_is_refused_for_its_own_reason(name: str) -> None:
    media_type, make = HOSTILE[name]
    with pytest.raises(MalformedError, match=REASONS[name]):
        load(make(), media_type, dataset="D", agency="A", period="CY2017", words=words())
