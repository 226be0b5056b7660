"""No guard can be taken away unnoticed (Z3): one in the short run, every one in the long."""

import re
import subprocess
import sys

import pytest

from scripts.guards import ROOT, Guard, guards, main, switched, switched_off, without

FOUND = guards()


def one(path: str, text: str) -> Guard:
    return next(guard for guard in FOUND if guard.path == path and text in guard.text)


def test_the_guards_are_found() -> None:
    assert len(FOUND) >= 200
    assert one("hub/auth/permissions.py", "agency != caller.agency")
    assert one("hub/schema/guard.py", "enter(")
    assert one("hub/web/authentication.py", "holds_secret")
    assert one("hub/auth/permissions.py", "forbidden_pairs").instead == "pass"
    answers = [each.instead for each in FOUND if "line.scopes & principal.scopes" in each.text]
    assert answers == ["return True", "return False"]


def test_a_guard_is_taken_out_whole() -> None:
    guard = one("hub/auth/permissions.py", "agency != caller.agency")
    source = (ROOT / guard.path).read_text(encoding="utf-8")
    changed = without(source, guard)
    assert guard.text in source and guard.text not in changed
    compile(changed, guard.path, "exec")


TRY = """
from scripts.guards import ROOT, guards, without
from scripts.trying import trial
guard = next(one for one in guards() if "agency != caller.agency" in one.text)
source = (ROOT / guard.path).read_text(encoding="utf-8")
tests = [("tests/unit/auth/test_permissions.py",)]
with trial(ROOT, warm=False) as tried:
    print("remark:", tried.is_noticed(guard.path, "# A remark.\\n" + source, tests))
    print("guard:", tried.is_noticed(guard.path, without(source, guard), tests))
    print("whole:", (tried.tree / guard.path).read_text(encoding="utf-8") == source)
"""


@pytest.mark.long
def test_taking_one_out_is_noticed_and_a_remark_is_not() -> None:
    """The slower way, for what no test noticed when it was switched off."""
    done = subprocess.run(
        [sys.executable, "-c", TRY], cwd=ROOT, capture_output=True, text=True, check=True
    )
    remark, guard, whole = done.stdout.splitlines()
    assert remark == "remark: "
    assert guard.startswith("guard: tests/unit/auth/test_permissions.py::")
    assert whole == "whole: True"


def test_a_door_that_gives_the_caller_back_lets_everybody_through() -> None:
    guard = one("hub/web/returns.py", 'enter(await principal_of(request), "return.submit")')
    assert guard.instead == "principal = await principal_of(request)"


def test_every_guard_has_one_switch() -> None:
    numbers = re.findall(r"_switch\.out\((\d+)\)", "".join(dict(switched()).values()))
    assert sorted(map(int, numbers)) == list(range(len(FOUND)))


def test_switched_off_it_is_noticed_by_tests_that_come_by() -> None:
    near = one("hub/auth/permissions.py", "agency != caller.agency")
    far = one("hub/auth/redirects.py", "PLAIN.fullmatch")
    chosen = [(FOUND.index(guard), guard) for guard in (near, far)]
    noticed = switched_off(chosen, ["tests/unit/auth/test_permissions.py"])
    first, second = [noticed[number] for number, _ in chosen]
    assert first.startswith("tests/unit/auth/test_permissions.py::")
    assert second == ""


@pytest.mark.long
def test_taking_any_out_is_noticed() -> None:
    assert main([]) == 0
