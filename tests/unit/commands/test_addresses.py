"""Where a command takes the address of a return from, and what it says when it cannot."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from hub.cli import app
from hub.commands.checking import address_of
from hub.commands.pushing import UnreachableError
from hub.submissions.reception import Address

ROOT = Path(__file__).parents[3]
MASH = ROOT / "demo/returns/HERTS_MASH/MASH_CHILD/2017-05_2017-12.json"


def test_path_says_it() -> None:
    expected = Address("MASH_CHILD", "HERTS_MASH", "2017-05/2017-12")
    assert address_of(MASH, None, None, None) == expected


def test_an_option_outranks_the_path() -> None:
    assert address_of(MASH, None, None, "CY2017").period == "CY2017"


def test_elsewhere_all_three_must_be_said(tmp_path: Path) -> None:
    said = address_of(tmp_path / "a.csv", "IDVA", "REFUGE_HERTS", "CY2017")
    assert said == Address("IDVA", "REFUGE_HERTS", "CY2017")
    with pytest.raises(typer.BadParameter, match="AGENCY/DATASET/PERIOD"):
        address_of(tmp_path / "a.csv", "IDVA", "REFUGE_HERTS", None)


def test_check_needs_nothing_but_the_file() -> None:
    done = CliRunner().invoke(app, ["check", str(MASH), "--json"])
    assert done.exit_code == 0
    assert '"valid": true' in done.stdout


def test_no_hub_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_TOKEN", "any")
    done = CliRunner().invoke(app, ["push", str(MASH), "--url", "http://127.0.0.1:9"])
    assert isinstance(done.exception, UnreachableError)
    assert "hub serve" in done.exception.message
