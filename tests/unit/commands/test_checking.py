"""``hub check``: the annotated file, and the questions that the file sent last raises."""

import json
from pathlib import Path

from typer.testing import CliRunner

from hub.cli import app

HEADER = "indicator,area,period,value,status,note\n"
WHERE = ["--dataset", "IDVA", "--agency", "REFUGE_HERTS", "--period", "FY2017-18", "--json"]


def file(folder: Path, name: str, *rows: str) -> str:
    path = folder / name
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return str(path)


def test_a_refused_file_is_annotated(tmp_path: Path) -> None:
    wrong = file(tmp_path, "wrong.csv", "IDV_REFERAL,E07000102,,141,,")
    out = tmp_path / "noted.csv"
    found = CliRunner().invoke(app, ["check", wrong, *WHERE, "--annotate", str(out)])
    assert found.exit_code == 1
    assert "UNKNOWN_INDICATOR" in out.read_text(encoding="utf-8-sig").splitlines()[1]


def test_a_large_change_since_the_last_file_is_asked_about(tmp_path: Path) -> None:
    last = file(tmp_path, "last.csv", "IDV_REFERRAL,E07000102,,100,,")
    new = file(tmp_path, "new.csv", "IDV_REFERRAL,E07000102,,200,,")
    for more, codes in (([], []), (["--since", last], ["REVISION_CHANGE"])):
        found = CliRunner().invoke(app, ["check", new, *WHERE, *more])
        assert found.exit_code == 0
        assert [one["code"] for one in json.loads(found.stdout)["findings"]] == codes


def test_a_receipt_that_is_none_is_refused_in_a_sentence(tmp_path: Path) -> None:
    receipt, keys = tmp_path / "a.jws", tmp_path / "keys.json"
    receipt.write_text("no receipt", encoding="utf-8")
    keys.write_text('{"keys": []}', encoding="utf-8")
    found = CliRunner().invoke(app, ["receipt", "verify", str(receipt), "--jwks", str(keys)])
    assert "not a receipt" in str(found.exception)


def test_a_code_is_printed_to_its_end_however_narrow_the_screen_is(tmp_path: Path) -> None:
    path = file(tmp_path, "return.csv", "POL_DA_CRIMES,E07000102,,5,,")
    shown = CliRunner().invoke(app, ["check", path, *WHERE[:-1]], env={"COLUMNS": "60"}).output
    assert "…" not in shown
