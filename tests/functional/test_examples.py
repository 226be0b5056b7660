"""The clients in ``examples/`` run against a real demo, started as a newcomer would start it."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="module")
def demo() -> Iterator[dict[str, Any]]:
    """What ``hub demo --json`` prints when it is ready; the demo is stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "hub.cli", "demo", "--json", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line, "the demo ended before it was ready"
            yield json.loads(line)
        finally:
            process.send_signal(2)
            process.wait(30)


def run(demo: dict[str, Any], *command: str | Path) -> str:
    """Run an example as its README says and give what it prints."""
    analyst = {"HUB_URL": demo["url"], "HUB_TOKEN": demo["tokens"]["analyst"]}
    done = subprocess.run(
        [str(part) for part in command],
        env=os.environ | analyst,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def need(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed: its example is not tested here")
    return found


def test_demo_prints_what_the_contract_names(demo: dict[str, Any]) -> None:
    assert {"url", "release", "tokens", "agencies", "stewards"} <= set(demo)
    assert len(demo["stewards"]) == 2
    assert all(set(pair) == {"submitter", "approver"} for pair in demo["agencies"].values())


def test_curl(demo: dict[str, Any]) -> None:
    need("curl")
    printed = run(demo, "sh", EXAMPLES / "journey.sh", "E07000102", "CY2017")
    assert ",POLICE_RECORD,Incidents and crimes recorded," in printed
    stages = json.loads(printed.splitlines()[-1])["data"]["journey"]["stages"]
    assert stages[0]["figure"] == {"display": "1,270", "status": "PUBLISHED"}


def test_pandas(demo: dict[str, Any]) -> None:
    printed = run(demo, sys.executable, EXAMPLES / "journey_pandas.py")
    first = next(line for line in printed.splitlines() if line.startswith("POLICE_RECORD"))
    assert first.split()[1:] == ["CY2017", "record", "1270.0", "PUBLISHED"]
    assert "stages have a figure" in printed


def test_node(demo: dict[str, Any]) -> None:
    printed = run(demo, need("node"), EXAMPLES / "journey.mjs")
    graded = {line.split()[0] for line in printed.splitlines()}
    assert graded <= set("ABCD")
    assert any(
        "IDVA_REFERRED_ENGAGED" in line and line.startswith("A") for line in printed.splitlines()
    )


def test_basic_credentials_read_a_saved_query(demo: dict[str, Any]) -> None:
    analyst = demo["clients"]["analyst"]
    address = f"{demo['url']}/v1/queries/journey.csv?area=E07000102&period=CY2017"
    who = f"{analyst['id']}:{analyst['secret']}"
    assert run(demo, need("curl"), "-sf", "-u", who, address).startswith("release,record,code,")


def test_a_report_is_reconciled_from_the_command_line(demo: dict[str, Any]) -> None:
    file = ROOT / "demo" / "statements" / "three_rivers.csv"
    hub = (sys.executable, "-m", "hub.cli", "reconcile", file, "--url", demo["url"])
    printed = run(demo, *hub, "--faults", "--json")
    outcomes = {one["id"]: one for one in json.loads(printed)["outcomes"]}
    assert outcomes["idva-rate"]["shouldBe"] == "50"
    assert "recorded" not in outcomes
    assert "rounding only" in run(demo, *hub)
