"""Workbooks are read in a child that can do nothing else."""

import json
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest

import hub.loaders
from hub.errors import MalformedError
from hub.loaders import XLSX, Loaded, load, xlsx_body
from tests.factory import DISTRICT, words
from tests.hostile.workbook import HEADER, Cell, pack, parts, raw_sheet, sheet, workbook

CHILD = Path(hub.loaders.__file__).with_name("sheet_child.py")
GOOD: tuple[Cell, ...] = ("POL_DA_CRIME", DISTRICT, "CY2017", 617, None, "checked")


def read(body: bytes) -> Loaded:
    return load(
        body, XLSX, dataset="POLICE_RECORDS", agency="HERTS_POLICE", period="CY2017", words=words()
    )


def found(loaded: Loaded) -> list[tuple[str, int | None, str | None]]:
    return [(item.code, item.row, item.column) for item in loaded.findings]


def test_a_row_becomes_an_observation() -> None:
    loaded = read(workbook(GOOD, ("A", "B", "", 49.6, "", ""), ("A", "B", "", "7", "", "")))
    assert loaded.findings == ()
    assert loaded.return_ is not None
    assert [item.value for item in loaded.return_.observations] == [
        Decimal(617),
        Decimal("49.6"),
        Decimal(7),
    ]
    assert loaded.return_.observations[0].row == 2
    assert loaded.return_.observations[1].period == "CY2017"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("<><f>1+1</f><v>2</v>", "FORMULA_CELL"),
        ("<><f>1+1</f>", "FORMULA_CELL"),
        (' t="e"><v>#DIV/0!</v>'.replace(" ", "< ", 1), "CELL_TYPE"),
        (True, "CELL_TYPE"),
        (0.12345, "NUMBER_FORMAT"),
        (-3, "NUMBER_FORMAT"),
        (12345678901, "NUMBER_FORMAT"),
        ("1,270", "NUMBER_FORMAT"),
        ("c", "NUMBER_FORMAT"),
    ],
)
def test_cells_that_hold_no_plain_number_are_named(cell: Cell, code: str) -> None:
    loaded = read(workbook(GOOD, ("A", "B", "CY2017", cell, "", "")))
    assert found(loaded) == [(code, 3, "value")]


def test_a_formula_that_was_never_calculated_is_not_lost_below_the_table() -> None:
    loaded = read(workbook(GOOD, (None, None, None, None, None, None), ("<><f>1+1</f>",)))
    assert ("FORMULA_CELL", 4, "indicator") in found(loaded)


def test_dates_are_refused() -> None:
    content = parts({"Return": sheet([HEADER, ("A", "B", '< s="1"><v>43101</v>', 5, "", "")])})
    content["xl/styles.xml"] = (
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs>'
        '<xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    )
    for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
        content[name] = (
            str(content[name])
            .replace(
                "</Types>",
                '<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-'
                'officedocument.spreadsheetml.styles+xml"/></Types>',
            )
            .replace(
                "</Relationships>",
                '<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
                'relationships/styles" Target="styles.xml"/></Relationships>',
            )
        )
    assert found(read(pack(content))) == [("CELL_TYPE", 2, "period")]


def test_a_sheet_named_codes_may_stand_beside_and_no_other() -> None:
    table = sheet([HEADER, GOOD])
    assert read(pack(parts({"Return": table, "Codes": sheet([("x",)])}))).is_whole
    assert read(pack(parts({"Return": table, "Codes": table}, {"Codes": "hidden"}))).is_whole
    for states in ({}, {"Cases": "hidden"}, {"Cases": "veryHidden"}):
        with pytest.raises(MalformedError, match="Cases"):
            read(pack(parts({"Return": table, "Cases": table}, states)))
    with pytest.raises(MalformedError, match="hidden"):
        read(pack(parts({"Return": table}, {"Return": "hidden"})))


def test_rows_far_beyond_the_table_are_refused() -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    with pytest.raises(MalformedError, match="reaches beyond"):
        read(pack(parts({"Return": raw_sheet(far)})))


def test_the_child_can_open_no_file_and_no_socket_once_it_reads() -> None:
    script = (
        "import runpy, socket, os\n"
        f"limit = runpy.run_path({str(CHILD)!r})['limit']\n"
        "limit()\n"
        "for act in (lambda: open('/etc/hostname'), socket.socket, os.pipe):\n"
        "    try: act()\n"
        "    except OSError: continue\n"
        "    print('escaped')\n"
        "try: bytearray(300 * 1024 * 1024)\n"
        "except MemoryError: print('bounded')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["bounded"]


def test_the_child_is_under_its_limits_before_it_reads() -> None:
    script = (
        "import resource, runpy\n"
        f"main = runpy.run_path({str(CHILD)!r})['main']\n"
        "names = ('AS', 'CPU', 'CORE', 'FSIZE', 'NPROC', 'NOFILE')\n"
        "main.__globals__['read'] = lambda body: {\n"
        "    name: resource.getrlimit(getattr(resource, 'RLIMIT_' + name))[1] for name in names}\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input=b"", capture_output=True, check=True
    )
    expected = {"AS": 256 * 1024 * 1024, "CPU": 5, "CORE": 0, "FSIZE": 0, "NPROC": 0, "NOFILE": 0}
    assert json.loads(done.stdout) == expected


@pytest.mark.parametrize(
    "script",
    [
        "import os; os.abort()",
        "import sys; sys.exit(3)",
        "import time; time.sleep(60)",
        "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass",
        "import sys; sys.stdin.close(); print('{}'); sys.exit(9)",
        "import sys; sys.stdin.buffer.read(); print('not json')",
        "import sys; sys.stdin.buffer.read(); print('[]')",
        "import sys; sys.stdin.buffer.read(); print('{}')",
        "import sys; sys.stdin.buffer.read(); "
        'print(\'{"rows": [["indicator"]], "problems": []}\'); sys.exit(9)',
        "import sys; sys.stdin.buffer.read(); sys.stdout.write('x' * 3_000_000)",
    ],
)
def test_whatever_befalls_the_child_is_a_refused_upload(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "child.py"
    child.write_text(script)
    monkeypatch.setattr(xlsx_body, "_CHILD", child)
    monkeypatch.setattr(xlsx_body, "WALL_SECONDS", 2)
    monkeypatch.setattr(xlsx_body, "MAX_ANSWER", 2_000_000)
    started = time.monotonic()
    with pytest.raises(MalformedError, match="within the limits"):
        read(workbook(GOOD) * 100)
    assert time.monotonic() - started < 10


def test_an_empty_sheet_is_malformed_and_a_header_alone_is_not() -> None:
    with pytest.raises(MalformedError):
        read(pack(parts({"Return": raw_sheet("")})))
    assert (read(workbook()).is_whole, read(workbook()).received) == (True, 0)
