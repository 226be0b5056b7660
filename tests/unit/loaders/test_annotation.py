"""The file given back with its findings: nothing shifts, nothing runs, and it can be sent again."""

import csv
import io

import pytest
import xlsxwriter

from hub.loaders import load
from hub.loaders.annotation import annotated_csv, annotated_xlsx
from hub.loaders.body import CSV, XLSX
from hub.loaders.xlsx_body import read_lines
from hub.returns import Finding, Severity

HEADER = ["indicator", "area", "period", "value", "status", "note"]
ROWS = [
    ["IDV_REFERRAL", "E07000102", "", "141", "", ""],
    ["IDV_REFERAL", "E07000102", "", "007", "", "=1+1"],
]
FINDINGS = [
    Finding(
        Severity.ERROR, "UNKNOWN_INDICATOR", "Not known.", 3, "indicator", allowed="IDV_REFERRAL"
    ),
    Finding(Severity.QUERY, "NIL_RETURN", "Why?"),
    Finding(Severity.NOTICE, "BELOW", "Below the last row.", 6),
]
SAID = [
    "findings",
    "query: Why? (NIL_RETURN)",
    "error indicator: Not known. Allowed: IDV_REFERRAL. (UNKNOWN_INDICATOR)",
    "",
    "",
    "notice: Below the last row. (BELOW)",
]


def written() -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([HEADER, *ROWS])
    return out.getvalue().encode()


def workbook() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Return")
        for row, cells in enumerate([HEADER, *ROWS]):
            for column, text in enumerate(cells):
                sheet.write_string(row, column, text)
    return out.getvalue()


def read(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_a_csv_file_gets_a_column_of_its_findings() -> None:
    found = read(annotated_csv(written(), FINDINGS))
    assert [row[-1] for row in found] == SAID
    assert found[0][:-1] == HEADER
    assert found[1][:-1] == ROWS[0]


def test_no_cell_of_it_is_a_formula() -> None:
    found = read(annotated_csv(written(), FINDINGS))
    assert found[2][5] == "'=1+1"
    lines = read_lines(annotated_xlsx(workbook(), FINDINGS))
    assert lines[2].cells[5] == "=1+1"  # text: read_lines would refuse a formula


def test_a_workbook_gets_the_same_column_and_keeps_its_cells() -> None:
    lines = read_lines(annotated_xlsx(workbook(), FINDINGS))
    assert [line.cells[6] for line in lines] == [text.replace(" | ", "\n") for text in SAID]
    assert [list(line.cells[:6]) for line in lines[:3]] == [HEADER, *ROWS]


@pytest.mark.parametrize("kind", [CSV, XLSX])
def test_it_can_be_sent_again_and_annotated_again(kind: str) -> None:
    """The column is not read: mended files pass, and a second annotation replaces the first."""
    annotate = annotated_csv if kind == CSV else annotated_xlsx
    body = annotate(written() if kind == CSV else workbook(), [FINDINGS[0]])
    found = load(body, kind, dataset="IDVA", agency="REFUGE_HERTS", period="FY2017-18")
    assert "UNKNOWN_COLUMN" not in {item.code for item in found.findings}
    again = annotate(body, [])
    header = read(again)[0] if kind == CSV else read_lines(again)[0].cells
    assert list(header) == [*HEADER, "findings"]
