"""Files of overview, performance and profile: tidy, complete, silent about what is hidden."""

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from hub.errors import NotFoundError
from hub.exports import shapes
from hub.exports.cells import csv_cell
from hub.exports.document import Document
from hub.exports.figures import Record, figure_columns
from hub.exports.overview import COLUMNS, narrowed, overview_document
from hub.exports.tables import csv_file, json_file
from hub.exports.workbook import xlsx_file
from hub.protected.figures import Figure, FigureStatus, missing
from hub.views.overview import ALWAYS, Overview, columns_of, overview_of
from hub.vocabulary import parse_period, vocabulary
from tests.factory import published_release
from tests.unit.views.published import HIDDEN, cells, observation

PERIOD = parse_period("R12-2024-03")


def grid() -> Overview:
    words = vocabulary()
    held = cells(
        observation("MAR_CASE", "MAR_MET_1", PERIOD.id, 589),
        observation("MAR_REPEAT_PC", "MAR_MET_1", PERIOD.id, HIDDEN),
    )
    columns = columns_of([words.area("MAR_MET_1")], PERIOD, ALWAYS, words)
    return overview_of(columns, PERIOD, "one", held, words)


def document(view: Overview) -> Document:
    return overview_document(view, published_release(), vocabulary())


def rows(view: Overview) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_file(document(view)).decode())))


def test_no_row_is_left_out_because_its_figure_is() -> None:
    view = grid()
    found = rows(view)
    assert tuple(found[0]) == COLUMNS
    assert len(found) == len(view.columns) * sum(len(band.rows) for band in view.bands)
    (hidden,) = [r for r in found if (r["indicator"], r["comparator"]) == ("MAR_REPEAT_PC", "AREA")]
    assert (hidden["value"], hidden["status"], hidden["symbol"]) == ("", "SUPPRESSED", "c")
    assert (hidden["unit"], hidden["band"], hidden["area"]) == (
        "percent",
        "PERFORMANCE",
        "MAR_MET_1",
    )


def test_json_has_the_fields_of_the_graphql_type() -> None:
    found = json.loads(json_file(document(grid())))
    assert set(found) == {"period", "release", "columns", "bands", "leftOut"}
    assert found["bands"][0]["rows"][3]["cells"][-1]["value"] == 589


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1632", "1632"), ("-15", "-15"), ("0", "0"), ("21.5", "21.5"), ("0.00001", "0.00001")],
)
def test_numbers_are_written_plainly(value: str, expected: str) -> None:
    figure = Figure(FigureStatus.PUBLISHED, "record", Decimal(value), decimals=1)
    row = figure_columns(figure)
    assert str(csv_cell(row["value"])) == expected
    assert (row["decimals"], row["symbol"]) == (1, None)


def test_values_are_not_rounded_and_displays_are() -> None:
    third = Figure(FigureStatus.PUBLISHED, "percent", Decimal(100) / 3, decimals=1)
    content = shapes.figure(third)
    assert content is not None
    assert content["value"] == pytest.approx(100 / 3, abs=1e-12)
    assert content["display"] == "33.3%"


def test_a_withheld_figure_has_no_number_anywhere() -> None:
    gone = missing(HIDDEN, "record", "Suppressed.")
    assert gone.number is None
    assert not any(character.isdigit() for character in json.dumps(shapes.figure(gone)))


def test_the_finding_sets_a_rate_beside_another() -> None:
    assert document(grid()).finding == "No rate or share is shown in two places"
    rates = {"MAR_MET_1": 70, "K02000001": 46}
    words = vocabulary()
    held = cells(*(observation("MAR_CASE_RATE", area, PERIOD.id, n) for area, n in rates.items()))
    columns = columns_of([words.area("MAR_MET_1")], PERIOD, ALWAYS, words)
    finding = document(overview_of(columns, PERIOD, "one", held, words)).finding
    assert finding.endswith(
        "women aged 16 and over: 70 in Metropolitan Marac 1, 46 in United Kingdom"
    )


def test_lines_can_be_chosen_and_unknown_ones_are_refused() -> None:
    kept = narrowed(grid(), ["MAR_CASE"])
    assert [row.indicator.code for band in kept.bands for row in band.rows] == ["MAR_CASE"]
    assert narrowed(grid(), []) == grid()
    with pytest.raises(NotFoundError):
        narrowed(grid(), ["MAR_CASE", "POL_DA_CRIME"])


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "\0=1"])
def test_no_text_cell_is_a_formula(text: str) -> None:
    """In CSV and in a workbook alike; a number below zero stays a number."""
    record: Record = {
        "title": text,
        "value": -1,
        "status": "PUBLISHED",
        "symbol": None,
        "decimals": 0,
    }
    made = replace(document(grid()), records=lambda: [record], sheets=None)
    (row,) = csv.DictReader(io.StringIO(csv_file(made).decode(), newline=""))
    assert row["title"].startswith("'")
    assert "\0" not in row["title"]
    assert row["value"] == "-1"
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx_file(made)))
    header, cells = book.get_sheet_by_index(1).to_python()[3:5]
    assert str(cells[header.index("What")]).startswith("'")
    assert cells[header.index("Value")] == -1
