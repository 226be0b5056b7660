"""The demo from nothing to a published journey, to its end.

The demo that goes on serving is started once for all, in ``test_examples.py``.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

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


def ended_demo(prefix: list[str], folder: Path, cwd: Path) -> str:
    """Run the demo to its end and give what it printed."""
    run = subprocess.run(
        [*prefix, *command("--exit")],
        env=environment(folder),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return run.stdout


def test_the_demo_ends_with_the_published_journey(tmp_path: Path) -> None:
    """As an ordinary user where there are two kinds: the demo that serves is run as root."""
    if os.getuid() != 0 or shutil.which("setpriv") is None:
        shows_the_journey(ended_demo([], tmp_path, ROOT))
        assert list(tmp_path.iterdir()) == []
        return
    folder = SHARED / f"hub-ordinary-{os.getpid()}"
    folder.mkdir(mode=0o700)
    os.chown(folder, pwd.getpwnam(ORDINARY).pw_uid, -1)
    try:
        shows_the_journey(ended_demo(as_ordinary(), folder, Path("/")))
        assert list(folder.iterdir()) == []
    finally:
        subprocess.run(["rm", "-rf", str(folder)], check=True)
