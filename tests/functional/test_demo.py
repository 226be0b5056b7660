"""The demo from nothing to a published journey, to its end.

The demo that goes on serving is started once for all, in ``test_examples.py``.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.provider.running import free_port

ROOT = Path(__file__).parents[2]
ORDINARY = "nobody"
SHARED = Path(tempfile.gettempdir())


def environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT), "HOME": str(folder), "TMPDIR": str(folder)}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "hub.cli", "demo", "--port", str(free_port()), *arguments]


def as_ordinary() -> list[str]:
    """Run as another user, who may still read wherever Python itself lies (even below /root).

    No other capability is left, and none can be got back: as in ``infra/compose.yaml``.
    """
    sets = ("bounding", "inh", "ambient")
    read = [
        f"--{kind}-{'set' if kind == 'bounding' else 'caps'}=-all,+dac_read_search" for kind in sets
    ]
    return ["setpriv", f"--reuid={ORDINARY}", "--clear-groups", "--no-new-privs", *read]


WALLS = """
set -e
folder="$1"; shift
ip link set lo up
mount --make-rprivate /
mount --bind /tmp /tmp
mount --bind "$folder" "$folder"
cut -d' ' -f5 /proc/self/mountinfo | sort -u | while read -r place; do
    case "$place" in
        /proc*|/sys*|/dev*|/tmp*|"$folder") ;;
        *) mount -o remount,bind,ro "$place" ;;
    esac
done
exec "$@"
"""


def walled(folder: Path) -> list[str]:
    """Run with no network but loopback, and nothing to write to but a folder and /tmp (P6, P8)."""
    return ["unshare", "--net", "--mount", "sh", "-c", WALLS, "walls", str(folder)]


def may_wall(folder: Path) -> bool:
    """Whether this machine lets the tests put walls up (a container may not)."""
    if shutil.which("ip") is None or shutil.which("unshare") is None:
        return False
    return subprocess.run([*walled(folder), "true"], capture_output=True).returncode == 0


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


@contextmanager
def ordinary_folder() -> Iterator[Path]:
    """A folder that belongs to the ordinary user."""
    folder = SHARED / f"hub-ordinary-{os.getpid()}"
    folder.mkdir(mode=0o700)
    os.chown(folder, pwd.getpwnam(ORDINARY).pw_uid, -1)
    try:
        yield folder
    finally:
        subprocess.run(["rm", "-rf", str(folder)], check=True)


def is_root_with_users() -> bool:
    return os.getuid() == 0 and shutil.which("setpriv") is not None


def test_the_demo_ends_with_the_published_journey(tmp_path: Path) -> None:
    """As an ordinary user where there are two kinds: the demo that serves is run as root.

    And behind walls where the machine allows them: nothing is asked of any other host, nothing is
    written outside the data folder and /tmp, and no capability is needed.
    """
    if not is_root_with_users():
        shows_the_journey(ended_demo([], tmp_path, ROOT))
        assert list(tmp_path.iterdir()) == []
        return
    with ordinary_folder() as folder:
        walls = walled(folder) if may_wall(folder) else []
        shows_the_journey(ended_demo([*walls, *as_ordinary()], folder, Path("/")))
        assert list(folder.iterdir()) == []


PROBE = """
import pathlib, socket, sys
def fails(act):
    try:
        act()
    except OSError as error:
        return type(error).__name__
    return "done"
here = pathlib.Path(sys.argv[1])
(here / "x").write_text("x")
print(fails(lambda: socket.create_connection(("192.0.2.1", 443), 2)))
print(fails(lambda: pathlib.Path("/var/tmp/hub-probe").write_text("x")))
print([line.split()[1] for line in open("/proc/self/status") if line.startswith("NoNewPrivs")])
"""


def test_the_walls_hold() -> None:
    """Otherwise the demo behind them would prove nothing."""
    if not is_root_with_users():
        pytest.skip("SKIPPED ALOUD: only root may put walls around a process")
    with ordinary_folder() as folder:
        if not may_wall(folder):
            pytest.skip("SKIPPED ALOUD: this machine does not allow walls around a process")
        command = [*walled(folder), *as_ordinary(), sys.executable, "-c", PROBE, str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    connecting, writing, privileges = done.stdout.splitlines()
    assert connecting == "OSError"  # ENETUNREACH
    assert writing in {"OSError", "PermissionError"}
    assert privileges == "['1']"
