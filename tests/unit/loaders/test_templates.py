"""A template, filled with valid figures, loads; nothing in it is unknown."""

import csv
import io
import zipfile
from datetime import date

import pytest

from hub.loaders import CSV, XLSX, Loaded, load
from hub.loaders.templates import columns_of, csv_template, indicators_of, xlsx_template
from hub.validation import Report, validate
from hub.vocabulary import UnknownWordError, vocabulary
from hub.vocabulary.rows import Kind
from tests.factory import DISTRICT, words
from tests.hostile.workbook import pack, sheet

SMALL = words()


def read(body: bytes, media_type: str) -> Loaded:
    return load(
        body,
        media_type,
        dataset="POLICE_RECORDS",
        agency="HERTS_POLICE",
        period="CY2017",
        words=SMALL,
    )


def rows() -> list[list[str]]:
    """A valid row of every indicator of the small vocabulary's dataset."""
    columns = columns_of(SMALL, "POLICE_RECORDS")
    found = []
    for item in indicators_of(SMALL, "POLICE_RECORDS"):
        cells = {"indicator": item.code, "area": DISTRICT, "period": "CY2017", "value": "10"}
        if item.code == "POL_DA_TOTAL":
            cells["value"] = "20"
        if item.code == "POL_STATED_PC":
            cells |= {"value": "50.0", "base": "20"}
        if item.kind is Kind.MEAN:
            cells |= {"value": "2.5", "base": "8"}
        found.append([cells.get(name, "") for name in columns])
    return found


def assert_valid(loaded: Loaded) -> None:
    assert loaded.findings == ()
    assert loaded.return_ is not None
    assert len(loaded.return_.observations) == len(rows())
    found = validate(loaded.return_, SMALL, today=date(2020, 1, 1))
    assert not Report(found).has_errors


def test_a_filled_csv_template_loads_and_validates() -> None:
    text = csv_template(SMALL, "POLICE_RECORDS")
    listed = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row[0] for row in listed[1:]] == [row[0] for row in rows()]
    out = io.StringIO()
    csv.writer(out).writerows([listed[0], *rows()])
    assert_valid(read(out.getvalue().encode("utf-8-sig"), CSV))


def test_a_filled_workbook_template_loads_and_validates() -> None:
    body = xlsx_template(SMALL, "POLICE_RECORDS")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        content: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    before = str(content["xl/worksheets/sheet1.xml"], "utf-8")  # type: ignore[arg-type]
    new = sheet([columns_of(SMALL, "POLICE_RECORDS"), *rows()])
    start, end = before.index("<sheetData>"), before.index("</sheetData>")
    data = new[new.index("<sheetData>") : new.index("</sheetData>")]
    content["xl/worksheets/sheet1.xml"] = before[:start] + data + before[end:]
    assert_valid(read(pack(content), XLSX))


def test_an_unfilled_template_is_not_taken_for_a_nil_return() -> None:
    for body, kind in (
        (csv_template(SMALL, "POLICE_RECORDS").encode(), CSV),
        (xlsx_template(SMALL, "POLICE_RECORDS"), XLSX),
    ):
        loaded = read(body, kind)
        assert loaded.return_ is None
        assert {item.code for item in loaded.findings} == {"MISSING_FIELD"}


def test_what_the_hub_computes_is_not_asked_for() -> None:
    listed = [item.code for item in indicators_of(SMALL, "POLICE_RECORDS")]
    assert "POL_STATED_PC" in listed
    assert "POL_DA_TOTAL_PC" not in listed
    assert "CPS_CASE" not in listed


def test_headings_are_locked_and_cells_are_not() -> None:
    with zipfile.ZipFile(io.BytesIO(xlsx_template(SMALL, "POLICE_RECORDS"))) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
    assert "<sheetProtection" in xml
    assert 'locked="0"' in styles
    assert "Codes!$A$2" in xml


@pytest.mark.parametrize("dataset", sorted(vocabulary().datasets))
def test_every_dataset_of_the_hub_has_templates_that_its_loader_knows(dataset: str) -> None:
    known = vocabulary()
    loaded = load(
        csv_template(known, dataset).encode(), CSV, dataset=dataset, agency="A", period="CY2017"
    )
    assert {item.code for item in loaded.findings} == {"MISSING_FIELD"}
    body = xlsx_template(known, dataset)
    assert body == xlsx_template(known, dataset)


def test_an_unknown_dataset_has_no_template() -> None:
    with pytest.raises(UnknownWordError):
        csv_template(SMALL, "RUBBISH")
