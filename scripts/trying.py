"""Runs tests on a changed copy of the tree, many times, without paying for a start each time.

Everything that the tests import and that is not the hub's own is imported once, here; each try is
a fork of this process, which then imports the changed hub. One PostgreSQL, migrated once, serves
them all: ``tests/conftest.py`` attaches to the one that ``HUB_TESTS_DATA_DIR`` names.
"""

import contextlib
import importlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PATIENCE = 900
"""Seconds that one round of tests may take."""
SERVER = """
import asyncio, sys
from pathlib import Path
from hub.db.embedded import EmbeddedPostgres
from hub.db.logins import credentials
from hub.db.migrate import upgrade
folder = Path(sys.argv[1])
embedded = EmbeddedPostgres(folder)
asyncio.run(upgrade(embedded.start().url, credentials(folder)))
print("ready", flush=True)
sys.stdin.read()
embedded.destroy()
"""
MODULES = """
import sys, pytest
pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", *sys.argv[1:]])
print("MODULES", *sys.modules)
"""
OWN = {"hub", "tests", "scripts", "benchmarks", "conftest", "__main__"}


@dataclass(frozen=True)
class Trial:
    """A copy of the tree with a database beside it; ``said`` is what the last try printed."""

    tree: Path
    said: Path

    def is_noticed(self, path: str, changed: str, rounds: Sequence[tuple[str, ...]]) -> str:
        """Change a file, run rounds of tests until one fails, put it back; name what failed."""
        file = self.tree / path
        source, times = file.read_text(encoding="utf-8"), file.stat()
        file.write_text(changed, encoding="utf-8")
        try:
            return next(filter(None, (self._failed(tests) for tests in rounds)), "")
        finally:
            file.write_text(source, encoding="utf-8")
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))

    def _failed(self, tests: tuple[str, ...]) -> str:
        """Run tests in a fork; the first that failed, or nothing."""
        status = self._forked(["-x", "-q", "--no-header", *tests])
        output = self.said.read_text(encoding="utf-8", errors="replace")
        if status not in (0, 1, 2):
            raise RuntimeError(output[-2000:])
        found = re.search(r"^(?:FAILED|ERROR) (\S+)", output, re.MULTILINE)
        return "" if status == 0 else (found[1] if found else "an import")

    def _forked(self, arguments: list[str]) -> int:
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                os._exit(self._run(arguments))
            os._exit(99)
        return ended(child, PATIENCE)

    def _run(self, arguments: list[str]) -> int:
        os.setsid()
        out = os.open(self.said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.chdir(self.tree)
        sys.path.insert(0, str(self.tree))
        sys.dont_write_bytecode = True
        for name in [one for one in sys.modules if one.partition(".")[0] in OWN - {"__main__"}]:
            del sys.modules[name]
        quiet = ["-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
        status = int(pytest.main([*quiet, *arguments]))
        sys.stdout.flush()
        sys.stderr.flush()
        return status


@contextmanager
def trial(root: Path, *, warm: bool = True) -> Iterator[Trial]:
    """Copy the tree, start the database, import what is not the hub's; all gone at the end.

    For a few tries of quick tests the last two do not pay: ``warm`` leaves them out.
    """
    with tempfile.TemporaryDirectory(prefix="hub-guards-") as folder:
        tree = copied(root, Path(folder))
        tried = Trial(tree, Path(folder) / "said")
        if not warm:
            yield tried
            return
        with database(tree, Path(folder) / "data"):
            _warm(tree)
            yield tried


def copied(root: Path, folder: Path) -> Path:
    """Copy what the tests need, compiled code too; the work tree itself is never changed."""
    tree = folder / "tree"
    shutil.copytree(root, tree, ignore=shutil.ignore_patterns(".*", "node_modules"))
    return tree


@contextmanager
def database(tree: Path, folder: Path) -> Iterator[None]:
    """Start a migrated PostgreSQL in a folder; the tests of this process' children find it."""
    command = [sys.executable, "-c", SERVER, str(folder)]
    with subprocess.Popen(  # noqa: S603 our own program
        command, cwd=tree, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin and server.stdout  # noqa: S101
        if server.stdout.readline().strip() != "ready":
            raise RuntimeError("the database did not start")
        os.environ["HUB_TESTS_DATA_DIR"] = str(folder)
        try:
            yield
        finally:
            del os.environ["HUB_TESTS_DATA_DIR"]
            server.stdin.close()


def _warm(tree: Path) -> None:
    """Import what the tests' modules import, but for the hub's own and pytest's plugins."""
    command = [sys.executable, "-c", MODULES, "tests/functional", "tests/integration"]
    told = subprocess.run(  # noqa: S603 our own program
        command, cwd=tree, capture_output=True, text=True, check=True
    ).stdout
    for name in told.partition("MODULES ")[2].split():
        if name.partition(".")[0] not in OWN:
            with contextlib.suppress(Exception):
                importlib.import_module(name)


def ended(child: int, patience: float) -> int:
    """Wait for a fork that leads a session of its own; after ``patience`` seconds end it: 1."""
    ends = time.monotonic() + patience
    while time.monotonic() < ends:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return 1  # What never ends is noticed.
