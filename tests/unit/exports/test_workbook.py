"""A document as a workbook: after the Analysis Function's guidance, tidy and without formulas."""

import io
import re
import zipfile
from dataclasses import replace
from typing import Any

from python_calamine import CalamineWorkbook

from hub.exports.columns import COLUMNS
from hub.exports.document import Document
from hub.exports.journey import SHEETS, journey_document
from hub.exports.workbook import xlsx_file
from hub.vocabulary import vocabulary
from tests.factory import published_release
from tests.unit.web_pages.three_rivers import three_rivers_journey


def document() -> Document:
    return journey_document(three_rivers_journey(), published_release(), vocabulary())


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def parts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name).decode() for name in packed.namelist()}


def test_a_cover_with_finding_source_symbols_and_contents() -> None:
    cover = [str(row[0]) for row in sheets(xlsx_file(document()))["Cover"]]
    assert cover[0] == document().title
    assert cover[1] == document().finding
    assert cover[2].startswith("Source:")
    assert any(line.startswith("[c] suppressed") for line in cover)
    assert [line for line in cover if line.startswith("Sheet 1:")] == ["Sheet 1: Stages"]


def test_one_table_a_sheet_with_a_title_above_and_marked_as_a_table() -> None:
    content = xlsx_file(document())
    names = list(sheets(content))
    assert [name[2:] for name in names[1:]] == list(SHEETS.values())
    for name in names[1:]:
        rows = sheets(content)[name]
        assert rows[0][0] == name[2:]
        assert "starts in row 4" in str(rows[1][0])
        assert "Value" in rows[3]
    tables = [name for name in parts(content) if name.startswith("xl/tables/")]
    assert len(tables) == len(SHEETS)


def test_nothing_is_merged_hidden_or_a_formula() -> None:
    text = "".join(parts(xlsx_file(document())).values())
    for word in ("mergeCell", 'hidden="', 'state="hidden"', "<f>", "hyperlink", "definedName"):
        assert word not in text


def test_withheld_figures_have_a_shorthand_and_shown_ones_are_numbers() -> None:
    rows = sheets(xlsx_file(document()))["1 Stages"]
    header, body = rows[3], rows[4:]
    value, status = header.index("Value"), header.index("Status")
    found = {str(row[status]): row[value] for row in body}
    assert found["SUPPRESSED"] == "[c]"
    assert found["NOT_AVAILABLE"] == "[x]"
    assert found["NOT_APPLICABLE"] == "[z]"
    assert found["NOT_RETURNED"] == "[not returned]"
    assert all(isinstance(row[value], float) for row in body if row[status] == "PUBLISHED")


def test_decimals_are_a_format_and_the_cell_holds_the_whole_value() -> None:
    content = xlsx_file(document())
    rows = sheets(content)["4 Ratios between stages"]
    codes = [row[rows[3].index("Code")] for row in rows]
    value = rows[codes.index("POLICE_DAC_REFERRED")][rows[3].index("Value")]
    assert abs(float(str(value)) - 100 * 556 / 1270) < 1e-12
    assert "#,##0.0" in parts(content)["xl/styles.xml"]


def test_empty_columns_are_left_out_of_a_sheet() -> None:
    header = sheets(xlsx_file(document()))["1 Stages"][3]
    assert COLUMNS["comparability"].heading not in header
    assert COLUMNS["value"].heading in header


def test_a_view_without_rows_is_still_a_workbook() -> None:
    empty = replace(document(), records=lambda: (), sheets=None)
    (table,) = [rows for name, rows in sheets(xlsx_file(empty)).items() if name != "Cover"]
    assert len(table[3]) == len(document().columns)


def test_same_bytes_again_and_no_name_of_a_maker() -> None:
    assert xlsx_file(document()) == xlsx_file(document())
    core = parts(xlsx_file(document()))["docProps/core.xml"]
    assert re.findall(r">([^<\n]+)<", core) == [
        document().title,
        "2000-01-01T00:00:00Z",
        "2000-01-01T00:00:00Z",
    ]
