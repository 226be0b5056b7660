"""LibreOffice itself opens what the hub writes, and finds no formula in it (security U8).

Without LibreOffice (``soffice`` on the path) this is skipped, and the summary says so. The control
is a file as it would be without the guard: there LibreOffice does find formulas.
"""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hub.exports.figures import Record
from hub.exports.report_xlsx import ReportTable, report_xlsx
from hub.exports.tables import csv_file
from hub.exports.workbook import xlsx_file
from hub.loaders.annotation import annotated_csv, annotated_xlsx
from hub.loaders.templates import csv_template, xlsx_template
from hub.returns import Finding, Severity
from hub.vocabulary import vocabulary
from tests.unit.exports.test_view_files import document, grid

SOFFICE = shutil.which("soffice")
NASTY = ("=1+1", "+1+1", "-1+1", "@SUM(1;2)", "\t=1+1", "=cmd|'/C calc'!A0", "=HYPERLINK(1)")
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
FINDING = Finding(Severity.ERROR, "CODE", "=1+1", row=2, column="note")
pytestmark = pytest.mark.long


def made() -> dict[str, bytes]:
    """One file of every kind the hub writes, each with nasty text wherever text can come from."""
    records: list[Record] = [
        {"title": text, "value": -1, "status": "PUBLISHED", "symbol": None, "decimals": 0}
        for text in NASTY
    ]
    view = replace(document(grid()), records=lambda: records, sheets=None)
    tables = [ReportTable(text, (text,), ((text,),)) for text in NASTY]
    words, agency = vocabulary(), "HERTS_POLICE"
    template = xlsx_template(words, "POLICE_CRIME", agency, "CY2017")
    sent = "indicator,note\n" + "".join(f'POL,"{text}"\n' for text in NASTY)
    return {
        "view.csv": csv_file(view),
        "view.xlsx": xlsx_file(view),
        "report.xlsx": report_xlsx("=1+1", list(NASTY), tables),
        "template.csv": csv_template(words, "POLICE_CRIME", agency, "CY2017").encode(),
        "template.xlsx": template,
        "annotated.csv": annotated_csv(sent.encode(), [FINDING]),
        "annotated.xlsx": annotated_xlsx(template, [FINDING]),
    }


def formulas(folder: Path) -> dict[str, int]:
    """How many formulas LibreOffice has in each file of a folder, and that it has cells at all."""
    argv = [str(SOFFICE), "--headless", f"-env:UserInstallation=file://{folder}/profile"]
    argv += ["--convert-to", "fods", "--outdir", str(folder / "opened")]
    files = sorted(path for path in folder.iterdir() if path.suffix in (".csv", ".xlsx"))
    for kind in (".csv", ".xlsx"):
        some = [str(path) for path in files if path.suffix == kind]
        if some:
            subprocess.run([*argv, *some], check=True, capture_output=True, timeout=240)
    found = {}
    for path in files:
        cells = ElementTree.parse(folder / "opened" / f"{path.stem}.fods").iter()  # noqa: S314
        every = [cell for cell in cells if cell.tag == f"{TABLE}table-cell"]
        assert every
        found[path.name] = sum(f"{TABLE}formula" in cell.attrib for cell in every)
    return found


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[dict[str, bytes]], dict[str, int]]:
    if SOFFICE is None:
        pytest.skip("No LibreOffice found: exported files were NOT opened in it.")

    def act(files: dict[str, bytes]) -> dict[str, int]:
        for number, (name, content) in enumerate(files.items()):
            (tmp_path / f"{number}-{name}").write_bytes(content)
        return formulas(tmp_path)

    return act


def test_no_file_of_the_hub_holds_a_formula(
    opened: Callable[[dict[str, bytes]], dict[str, int]],
) -> None:
    found = opened(made())
    assert len(found) == 7
    assert set(found.values()) == {0}, found


def test_without_the_guard_it_finds_them(
    opened: Callable[[dict[str, bytes]], dict[str, int]],
) -> None:
    (number,) = opened({"plain.csv": "\n".join(["title", *NASTY]).encode()}).values()
    assert number > 0
