"""``hub prepare`` on the agency's machine: a return, a log, and nothing about a person."""

import json
from pathlib import Path

from typer.testing import CliRunner

from benchmarks.extracts import RECIPE, write_extract
from hub.cli import app


def test_prepare_writes_a_valid_return_and_a_log_without_values(tmp_path: Path) -> None:
    run, at = CliRunner(), tmp_path
    write_extract(at / "extract.csv", 3_000)
    (at / "recipe.yaml").write_text(
        RECIPE.replace("  - {indicator: CSM_REFERRAL, distinct: child}\n", "")
    )
    assert run.invoke(app, ["prepare-key", str(at / "agency.key")]).exit_code == 0
    given = [
        "prepare", str(at / "extract.csv"), "-r", str(at / "recipe.yaml"),
        "-k", str(at / "agency.key"), "-a", "WIRRAL_CSM", "-p", "FY2023-24",
        "-o", str(at / "return.json"),
    ]  # fmt: skip
    made = run.invoke(app, given)
    assert made.exit_code == 0, made.output
    assert "The return is valid" in made.output
    again = json.loads(run.invoke(app, [*given, "--json"]).output)
    assert again["rows"] == 3_000 == again["counted"] + sum(row["rows"] for row in again["dropped"])
    assert {file.name for file in at.iterdir()} == {
        "extract.csv", "recipe.yaml", "agency.key", "return.json", "return.dropped.csv",
    }  # fmt: skip
    written = (at / "return.json").read_text() + (at / "return.dropped.csv").read_text()
    assert "CH0" not in written
    assert "ZQXJ" not in written
    checked = ["check", str(at / "return.json"), "-d", "MASH_CHILD", "-a", "WIRRAL_CSM"]
    assert run.invoke(app, [*checked, "-p", "FY2023-24"]).exit_code == 0


def test_prepare_needs_a_key_of_the_agencys_own(tmp_path: Path) -> None:
    write_extract(tmp_path / "extract.csv", 3)
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    (tmp_path / "open.key").write_text("00" * 32)
    (tmp_path / "open.key").chmod(0o644)
    given = [
        "prepare", str(tmp_path / "extract.csv"), "-r", str(tmp_path / "recipe.yaml"),
        "-k", str(tmp_path / "open.key"), "-a", "WIRRAL_CSM", "-p", "FY2023-24",
        "-o", str(tmp_path / "return.json"),
    ]  # fmt: skip
    assert CliRunner().invoke(app, given).exit_code == 1
    assert not (tmp_path / "return.json").exists()
