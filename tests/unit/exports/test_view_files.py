"""Files of overview, performance and profile: tidy, complete, silent about what is hidden."""

import csv
import io
import json
from decimal import Decimal

import pytest

from hub.exports.figures import FIGURE, figure_columns, figure_json, plain, tidy
from hub.exports.overview import COLUMNS, overview_csv, overview_json
from hub.protected.figures import Figure, FigureStatus, missing
from hub.views.overview import ALWAYS, Overview, columns_of, overview_of
from hub.vocabulary import parse_period, vocabulary
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


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_no_row_is_left_out_because_its_figure_is() -> None:
    view = grid()
    found = rows(overview_csv(view))
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
    found = json.loads(overview_json(grid()))
    assert set(found) == {"period", "release", "columns", "bands", "leftOut"}
    assert found["bands"][0]["rows"][3]["cells"][-1]["value"] == 589


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1632", "1632"), ("-15", "-15"), ("0", "0"), ("21.5", "21.5"), ("0.00001", "0.00001")],
)
def test_numbers_are_written_plainly(value: str, expected: str) -> None:
    figure = Figure(FigureStatus.PUBLISHED, "record", Decimal(value), decimals=1)
    (row,) = rows(tidy(FIGURE, [figure_columns(figure)]))
    assert (row["value"], row["decimals"], row["symbol"]) == (expected, "1", "")


def test_values_are_not_rounded_and_displays_are() -> None:
    third = Figure(FigureStatus.PUBLISHED, "percent", Decimal(100) / 3, decimals=1)
    content = figure_json(third)
    assert content is not None
    assert content["value"] == pytest.approx(100 / 3, abs=1e-12)
    assert content["display"] == "33.3%"


def test_a_withheld_figure_has_no_number_anywhere() -> None:
    gone = missing(HIDDEN, "record", "Suppressed.")
    assert plain(gone) is None
    assert not any(character.isdigit() for character in json.dumps(figure_json(gone)))


def test_no_text_cell_is_a_formula() -> None:
    (row,) = rows(tidy(("title",), [{"title": "=1+1"}]))
    assert row["title"] == "'=1+1"
