"""The demo from nothing to a published journey: as root and as an ordinary user."""

import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx2
import pytest

ROOT = Path(__file__).parents[2]
ORDINARY = "nobody"
SHARED = Path(tempfile.gettempdir())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT), "HOME": str(folder), "TMPDIR": str(folder)}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "hub.cli", "demo", "--port", str(free_port()), *arguments]


def as_ordinary() -> list[str]:
    """Run as another user, who may still read wherever Python itself lies (even below /root)."""
    read = [f"--{kind}-caps=+dac_read_search" for kind in ("inh", "ambient")]
    return ["setpriv", f"--reuid={ORDINARY}", "--clear-groups", *read]


def shows_the_journey(text: str) -> None:
    for words in ("1,270", "141", "70", "11.1", "5.5", "C, 9 of 12", "87", "556", "496", "118"):
        assert words in text, words
    for words in ("59", "105", "[x]", "[z]", "Refuge", "Perpetrator"):
        assert words in text, words


def test_the_demo_ends_with_the_published_journey(tmp_path: Path) -> None:
    run = subprocess.run(
        command("--exit"),
        env=environment(tmp_path),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    shows_the_journey(run.stdout)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(
    os.getuid() != 0 or shutil.which("setpriv") is None,
    reason="Only root can become another user, with setpriv.",
)
def test_the_demo_runs_as_an_ordinary_user() -> None:
    folder = SHARED / f"hub-ordinary-{os.getpid()}"
    folder.mkdir(mode=0o700)
    os.chown(folder, pwd.getpwnam(ORDINARY).pw_uid, -1)
    try:
        run = subprocess.run(
            as_ordinary() + command("--exit"),
            env=environment(folder),
            cwd="/",
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert run.returncode == 0, run.stderr[-2000:]
        shows_the_journey(run.stdout)
    finally:
        subprocess.run(["rm", "-rf", str(folder)], check=True)


def test_json_is_one_line_with_working_tokens(tmp_path: Path) -> None:
    demo = subprocess.Popen(
        command("--json"),
        env=environment(tmp_path),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert demo.stdout is not None
        known = json.loads(demo.stdout.readline())
        assert {"url", "release", "tokens", "agencies", "stewards"} <= set(known)
        roles = {"submitter", "approver", "analyst", "public", "steward", "auditor"}
        assert roles | {"administrator"} <= set(known["tokens"])
        assert len(known["stewards"]) == 2
        assert all({"submitter", "approver"} <= set(pair) for pair in known["agencies"].values())
        headers = {"Authorization": f"Bearer {known['tokens']['analyst']}"}
        document = {"query": "{ viewer { audience } release { id } }"}
        answer = httpx2.post(f"{known['url']}/graphql", json=document, headers=headers)
        data = answer.json()["data"]
        assert data == {"viewer": {"audience": "partner"}, "release": {"id": known["release"]}}
        assert httpx2.get(f"{known['url']}/journey").status_code == 200
    finally:
        demo.terminate()
        demo.wait(timeout=60)
        if demo.stdout:
            demo.stdout.close()
    assert list(tmp_path.iterdir()) == []
