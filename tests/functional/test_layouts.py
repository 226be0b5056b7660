"""An agency's own layout is pushed as it is, by a mapping the hub knows; and by the command."""

import json
from pathlib import Path

from typer.testing import CliRunner

from hub.auth.roles import Role
from hub.cli import app
from tests.functional.conftest import Sign
from tests.spec.demo_release import ROOT

LAYOUTS = ROOT / "demo" / "layouts"
CSV = {"Content-Type": "text/csv"}
ADDRESS = "DAC/HERTS_MIND/FY2017-18-Q1"
WHERE = ["-d", "DAC", "-a", "HERTS_MIND", "-p", "FY2017-18-Q1"]


async def test_a_layout_is_read_by_the_mapping_that_the_address_names(sign: Sign) -> None:
    mind = await sign(Role.SUBMITTER, "HERTS_MIND")
    body = (LAYOUTS / "three-rivers-dac.csv").read_bytes()
    answer = await mind.put(f"{ADDRESS}?mapping=dac_quarters", body, **CSV)
    assert answer.status_code == 201, answer.text
    assert answer.json()["counts"]["received"] == 4
    kept = (await mind.get(f"/v1/returns/{ADDRESS}")).json()["observations"]
    assert [item["value"] for item in kept] == [24, 11, 13, 48]
    again = await mind.put(f"{ADDRESS}?mapping=dac_quarters", body, **CSV)
    assert (again.status_code, again.json()["revision"]) == (200, 1)


async def test_what_a_mapping_cannot_read_is_refused_with_its_cell(sign: Sign) -> None:
    mind = await sign(Role.SUBMITTER, "HERTS_MIND")
    body = (LAYOUTS / "three-rivers-dac.csv").read_bytes().replace(b"Level 3,13", b"Level 3,many")
    refused = await mind.put(f"{ADDRESS}?mapping=dac_quarters&dryRun=true", body, **CSV)
    assert refused.status_code == 422
    found = [(item["code"], item["row"], item["column"]) for item in refused.json()["findings"]]
    assert ("NUMBER_FORMAT", 4, "B") in found


async def test_an_unknown_mapping_and_a_body_without_layout_are_refused(sign: Sign) -> None:
    mind = await sign(Role.SUBMITTER, "HERTS_MIND")
    assert (await mind.put(f"{ADDRESS}?mapping=ours", b"x", **CSV)).status_code == 404
    twice = f"{ADDRESS}?mapping=dac_quarters&mapping=dac_quarters"
    body = (LAYOUTS / "three-rivers-dac.csv").read_bytes()
    refused = await mind.put(twice, body, **CSV)
    assert (refused.status_code, "one mapping" in refused.text) == (400, True)
    tidy: dict[str, list[str]] = {"observations": []}
    assert (await mind.put(f"{ADDRESS}?mapping=dac_quarters", tidy)).status_code == 415


def test_the_commands_preview_check_and_apply(tmp_path: Path) -> None:
    run, file = CliRunner(), str(LAYOUTS / "three-rivers-dac.csv")
    own = tmp_path / "ours.yaml"
    own.write_text(run.invoke(app, ["mapping", "show", "dac_quarters"]).output, encoding="utf-8")
    assert run.invoke(app, ["mapping", "check", str(own)]).exit_code == 0
    assert "dac_quarters" in run.invoke(app, ["mapping", "list"]).output
    shown = run.invoke(app, ["check", file, "-m", str(own), *WHERE, "--preview", "--json"])
    cells = json.loads(shown.output)["figures"]
    assert [item["cell"] for item in cells if item["return"] == "this"] == ["B2", "B3", "B4", "B5"]
    out = tmp_path / "return.json"
    made = run.invoke(app, ["mapping", "apply", file, "-m", str(own), *WHERE, "-o", str(out)])
    assert made.exit_code == 0, made.output
    assert run.invoke(app, ["check", str(out), *WHERE]).exit_code == 0
    assert [item["value"] for item in json.loads(out.read_text())["observations"]] == [
        24, 11, 13, 48,
    ]  # fmt: skip
