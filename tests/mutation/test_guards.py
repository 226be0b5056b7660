"""No guard can be taken away unnoticed (Z3): one in the short run, every one in the long."""

from pathlib import Path

import pytest

from scripts.guards import ROOT, Guard, copied, guards, is_noticed, main, without

FOUND = guards()


def one(path: str, text: str) -> Guard:
    return next(guard for guard in FOUND if guard.path == path and text in guard.text)


def test_the_guards_are_found() -> None:
    assert len(FOUND) >= 120
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


def test_taking_one_out_is_noticed_and_a_remark_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.guards.QUICK", ())
    monkeypatch.setattr("scripts.guards.SLOW", ())
    tree = copied(tmp_path)
    assert is_noticed(one("hub/auth/permissions.py", "agency != caller.agency"), tree)
    remark = Guard("hub/auth/permissions.py", 1, 1, 0, "")
    (tree / remark.path).write_text("# A remark.\n" + (ROOT / remark.path).read_text())
    assert not is_noticed(remark, tree)


@pytest.mark.long
def test_taking_any_out_is_noticed() -> None:
    assert main([]) == 0
