"""The journey as CSV and JSON: tidy, complete, and silent about what is hidden."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from hub.exports.cells import safe
from hub.exports.document import Document
from hub.exports.journey import COLUMNS, journey_document
from hub.exports.tables import csv_file, json_file
from hub.views.journey import Journey
from hub.vocabulary import vocabulary
from tests.factory import published_release
from tests.unit.web_pages.three_rivers import three_rivers_journey


def document(journey: Journey) -> Document:
    return journey_document(journey, published_release(), vocabulary())


def rows(journey: Journey) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_file(document(journey)).decode())))


def row(journey: Journey, record: str, code: str) -> dict[str, str]:
    return next(r for r in rows(journey) if (r["record"], r["code"]) == (record, code))


def test_value_status_and_symbol_have_columns_of_their_own() -> None:
    police = row(three_rivers_journey(), "stage", "POLICE_RECORD")
    assert tuple(police) == COLUMNS
    assert (police["value"], police["status"], police["symbol"]) == ("1270", "PUBLISHED", "")
    assert (police["period"], police["area"], police["unit"]) == ("CY2017", "E07000102", "record")


def test_every_stage_stands_in_one_row_only() -> None:
    journey = three_rivers_journey()
    codes = [r["code"] for r in rows(journey) if r["record"] == "stage"]
    assert sorted(codes) == sorted({*codes})
    assert {stage.code for stage in journey.stages} == {*codes}


def test_suppressed_figure_keeps_its_row_without_a_value() -> None:
    ceased = row(three_rivers_journey(), "stage", "DAC_CEASED")
    assert (ceased["value"], ceased["status"], ceased["symbol"]) == ("", "SUPPRESSED", "c")
    assert ceased["within"] == "DAC_ANSWERED"


def test_link_row_carries_its_grade_and_caveats() -> None:
    link = row(three_rivers_journey(), "link", "POLICE_DAC_REFERRED")
    assert float(link["value"]) == pytest.approx(100 * 556 / 1270)
    assert (link["decimals"], link["comparability"]) == ("1", "C")
    assert (link["common_months"], link["longest_months"]) == ("9", "12")
    assert link["caveats"]


def test_planned_level_and_parts_have_rows() -> None:
    journey = three_rivers_journey()
    assert row(journey, "planned", "DAC_REFERRED")["value"] == "357"
    assert row(journey, "part", "POL_DA_CRIME")["within"] == "POLICE_RECORD"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\0=1"])
def test_no_text_cell_is_a_formula(text: str) -> None:
    assert safe(text).startswith("'")


def test_formula_in_a_title_is_written_as_text() -> None:
    journey = three_rivers_journey()
    stages = tuple(replace(stage, title=f"={stage.title}") for stage in journey.stages)
    for found in rows(replace(journey, stages=stages)):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in found.values())


def content(journey: Journey) -> dict[str, Any]:
    found = json.loads(json_file(document(journey)))
    assert isinstance(found, dict)
    return found


def test_json_has_the_contracts_shape() -> None:
    found = content(three_rivers_journey())
    assert {"area", "period", "release", "stages", "links", "missing"} <= set(found)
    stage = {"code", "title", "agency", "unit", "period", "area", "figure", "parts"}
    link = {"code", "from", "to", "ratio", "periodOverlap", "unitMatch", "areaMatch"}
    assert all(stage <= set(item) for item in found["stages"])
    assert all(
        link | {"sourceFilter", "comparability", "caveats"} <= set(item) for item in found["links"]
    )
    assert all({"code", "title", "agency", "reason"} <= set(item) for item in found["missing"])


def test_json_figure_is_never_a_bare_null() -> None:
    found = content(three_rivers_journey())
    hidden = [s["figure"] for s in found["stages"] if s["figure"]["value"] is None]
    assert hidden
    assert all(figure["status"] != "PUBLISHED" for figure in hidden)


def test_hidden_counts_are_in_neither_file() -> None:
    """6 and 29 are suppressed; so are the sums and shares that would give them away."""
    journey = three_rivers_journey()
    values = {r["value"] for r in rows(journey)}
    assert not values & {"6", "29", "103", "4.5", "22.0", "78.0"}
    figures = [s["figure"]["value"] for s in content(journey)["stages"]]
    assert not set(figures) & {6, 29, 103}
