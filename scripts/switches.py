"""Turns one guard off after the other, in forks of one process that has everything ready (Z3).

Runs inside the copy of the tree that :mod:`scripts.guards` makes, where every guard stands as
``if _switch.out(7): <what goes there instead>``, ``else: <the guard>``. The hub is imported and
the tests are collected once. A first fork runs them with every guard in place and learns which
tests come by which guard; then a fork for each guard runs just these, the nearest and quickest
first, until one fails. A test that does not come by a guard cannot notice that it is off.

    python -m scripts.switches PLAN RESULTS TEST ...
"""

import contextlib
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from scripts.trying import ended

SWITCH = '''"""Says which guard is off, and remembers which were come by."""

import os

OFF = [int(os.environ.get("HUB_GUARD_OFF", "-1"))]
SEEN = set()


def out(number):
    SEEN.add(number)
    return number == OFF[0]
'''
"""Stands in the copy as ``hub/_switch.py``; servers that a test starts read the environment."""
WHOLE, ONE = 3600, 900
"""Seconds that the first fork and the fork of one guard may take."""


@dataclass(frozen=True)
class Try:
    """A guard by its number and its text, and the files of tests nearest to it."""

    number: int
    text: str
    nearest: tuple[str, ...]


@dataclass(frozen=True)
class Ran:
    """A test that ran: how long it took, whether it failed, which guards it came by."""

    test: str
    seconds: float
    failed: bool
    seen: list[int] = field(default_factory=list)


class Switching:
    """A plugin of pytest that replaces its one run by the many; ``noticed`` is what came out."""

    def __init__(self, tries: Sequence[Try], folder: Path) -> None:
        self.tries, self.folder = tries, folder
        self.noticed: dict[int, str] = {}
        self._seconds, self._failed = 0.0, False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take down one part (set-up, call, tear-down) of the test that runs."""
        self._seconds += report.duration
        self._failed |= report.failed

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run all tests once with every guard in place, then some for each guard."""
        began = time.monotonic()
        known = self._forked(session.items, -1)
        broken = [one.test for one in known if one.failed]
        _say(f"{len(known)} tests in {time.monotonic() - began:.0f} s; not usable: {broken}")
        items = {item.nodeid: item for item in session.items}
        for at, one in enumerate(self.tries, 1):
            began, tests = time.monotonic(), _nearest_first(one, known)
            found = self._forked([items[each] for each in tests], one.number) if tests else []
            self.noticed[one.number] = next((each.test for each in found if each.failed), "")
            told = f"noticed by {self.noticed[one.number]}" if self.noticed[one.number] else "?"
            took = f"{time.monotonic() - began:.1f} s, {len(tests)} tests come by"
            _say(f"{at}/{len(self.tries)} {one.text}: {told} ({took})")
        return True

    def _forked(self, items: Sequence[pytest.Item], off: int) -> list[Ran]:
        told = self.folder / "told"
        told.write_text("", encoding="utf-8")
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                os._exit(self._run(items, off, told))
            os._exit(99)
        status = ended(child, WHOLE if off < 0 else ONE)
        ran = [Ran(**json.loads(line)) for line in told.read_text(encoding="utf-8").splitlines()]
        if status == 0:
            return ran
        if off < 0:
            raise RuntimeError((self.folder / "said").read_text(errors="replace")[-2000:])
        # It ran on for ever, or died; on a machine that is too busy both are to be looked at.
        last = items[len(ran)].nodeid if len(ran) < len(items) else "the end"
        return [*ran, Ran(f"{last}, which did not end", 0, True)]

    def _run(self, items: Sequence[pytest.Item], off: int, told: Path) -> int:
        os.setsid()
        said = os.open(self.folder / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(said, 1)
        os.dup2(said, 2)
        switch: Any = import_module("hub._switch")
        switch.OFF[0] = off
        os.environ["HUB_GUARD_OFF"] = str(off)
        with told.open("a", encoding="utf-8") as lines:
            for item, following in zip(items, [*items[1:], None], strict=True):
                switch.SEEN.clear()
                self._seconds, self._failed = 0.0, False
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                ran = Ran(item.nodeid, self._seconds, self._failed, sorted(switch.SEEN))
                lines.write(json.dumps(asdict(ran)) + "\n")
                lines.flush()
                if self._failed and off >= 0:
                    with contextlib.suppress(BaseException):
                        item.session._setupstate.teardown_exact(None)  # drops its databases
                    break
        return 0


def _nearest_first(one: Try, known: Sequence[Ran]) -> list[str]:
    """The tests that come by a guard and hold with it: of the nearest files first, quickest first.

    A test is left out when it cannot be run alone: what fails with every guard in place.
    """
    files = {path: at for at, path in enumerate(one.nearest)}
    by = [each for each in known if one.number in each.seen and not each.failed]
    by.sort(key=lambda ran: (files.get(ran.test.partition("::")[0], len(files)), ran.seconds))
    return [ran.test for ran in by]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """Try what the plan names with the tests named; write what noticed each guard."""
    plan, results, *tests = arguments
    tries = [Try(**one) for one in json.loads(Path(plan).read_text(encoding="utf-8"))]
    folder = Path(results).parent
    switching = Switching(tries, folder)
    options = ["-q", "-s", "-p", "no:cacheprovider", "-m", "not long"]
    status = pytest.main([*options, f"--basetemp={folder / 'tests'}", *tests], plugins=[switching])
    Path(results).write_text(json.dumps(switching.noticed), encoding="utf-8")
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
