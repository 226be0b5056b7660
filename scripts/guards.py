"""Takes every guard out of the code, one at a time, and looks whether a test notices (Z3).

    python -m scripts.guards [--list] [--nearest] [--slice=2/4] [PART OF A PATH ...]

A guard is a statement whose only effect is to refuse: ``if …: raise …``, ``if …: _refuse()``, or
a call of one of ``CALLS``. Each is replaced by ``pass`` in a copy of the tree. Where what a door
gives back is used (``principal = enter(caller, line)``), the caller takes the door's place. In the
modules that decide (``DECIDING``) an early ``return`` of nothing is a guard as well, and every
answer of a function that says yes or no is replaced by ``True`` and by ``False``. The tests
nearest to the guard run first (:mod:`scripts.trying`). Those guards that no test notices are
printed, and the status is 1. ``--nearest`` leaves the tests further away out.
"""

import ast
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.trying import trial

ROOT = Path(__file__).parents[1]
TWO = "different_person"
CALLS = frozenset(
    {
        "admit",
        "demand",
        TWO,
        "enter",
        "refuse_forbidden",
        "refuse_unsafe",
        "require_json",
        "_refuse_unstorable",
        "_require_allowed",
        "_require_lines",
        "_require_method",
        "_require_name",
    }
)
NOTHING = frozenset({"None", "False", "set()", "frozenset()", "()", "[]", "{}"})
QUICK = ("tests/unit/auth", "tests/unit/web", "tests/unit/schema")
SLOW = (
    "tests/functional/test_matrix.py",
    "tests/functional/test_trusted.py",
    "tests/functional/test_sign_off.py",
    "tests/functional/test_policies.py",
    "tests/functional/test_release.py",
    "tests/integration/test_oauth_authentication.py",
    "tests/integration/test_oauth_registry.py",
    "tests/integration/test_oauth_token.py",
)
NEAREST = {
    "hub/app.py": (
        "tests/functional/test_matrix.py",
        "tests/functional/test_backup.py",
    ),
    "hub/auth/authorization.py": ("tests/integration/test_oauth_code.py",),
    "hub/auth/client_keys.py": ("tests/integration/test_oauth_registry.py",),
    "hub/auth/consents.py": ("tests/integration/test_oauth_code.py",),
    "hub/auth/delegated.py": ("tests/integration/test_oauth_code.py",),
    "hub/auth/grants.py": (
        "tests/integration/test_oauth_token.py",
        "tests/integration/test_oauth_code.py",
    ),
    "hub/auth/origins.py": (
        "tests/integration/test_oauth_registry.py",
        "tests/functional/test_examples.py",
    ),
    "hub/auth/people.py": (
        "tests/integration/test_oauth_registry.py",
        "tests/functional/test_users.py",
    ),
    "hub/auth/redirects.py": ("tests/integration/test_oauth_code.py",),
    "hub/auth/registry.py": (
        "tests/integration/test_oauth_registry.py",
        "tests/integration/test_oauth_code.py",
    ),
    "hub/auth/server.py": (
        "tests/integration/test_oauth_token.py",
        "tests/integration/test_oauth_code.py",
    ),
    "hub/auth/sessions.py": ("tests/integration/test_oauth_authentication.py",),
    "hub/auth/verification.py": (
        "tests/unit/auth/test_tokens.py",
        "tests/integration/test_oauth_code.py",
    ),
    "hub/commands/acting.py": ("tests/functional/test_users.py",),
    "hub/release/flow.py": ("tests/functional/test_release.py",),
    "hub/release/policies.py": ("tests/functional/test_policies.py",),
    "hub/schema/guard.py": ("tests/functional/test_matrix.py",),
    "hub/schema/intake/owed.py": ("tests/functional/test_calendar.py",),
    "hub/schema/intake/root.py": (
        "tests/functional/test_sign_off.py",
        "tests/functional/test_release.py",
    ),
    "hub/schema/read/observations.py": ("tests/functional/test_read.py",),
    "hub/schema/read/profile.py": ("tests/functional/test_views.py",),
    "hub/schema/read/query.py": ("tests/functional/test_read.py",),
    "hub/submissions/reception.py": (
        "tests/functional/test_push.py",
        "tests/functional/test_matrix.py",
    ),
    "hub/submissions/sign_off.py": ("tests/functional/test_sign_off.py",),
    "hub/web/audit.py": (
        "tests/functional/test_acts.py",
        "tests/functional/test_audit_heads.py",
        "tests/functional/test_matrix.py",
    ),
    "hub/web/authentication.py": (
        "tests/integration/test_oauth_authentication.py",
        "tests/functional/test_rates.py",
    ),
    "hub/web/calendar.py": (
        "tests/functional/test_calendar.py",
        "tests/functional/test_objects.py",
    ),
    "hub/web/client_keys.py": ("tests/functional/test_matrix.py",),
    "hub/web/queries.py": (
        "tests/functional/test_views.py",
        "tests/functional/test_matrix.py",
    ),
    "hub/web/releases_page.py": ("tests/functional/test_releases.py",),
    "hub/web/returns.py": (
        "tests/functional/test_push.py",
        "tests/functional/test_objects.py",
    ),
    "hub/web/returns_page.py": (
        "tests/functional/test_returns_page.py",
        "tests/functional/test_objects.py",
    ),
    "hub/web/templates_route.py": ("tests/functional/test_matrix.py",),
}
"""Where a module's own tests have another name."""
DOORS = frozenset({"enter", "demand"})
"""Calls that give the caller back; taken out, whoever asks goes through."""
DECIDING = (
    "hub/auth/assertions.py",
    "hub/auth/authorization.py",
    "hub/auth/consents.py",
    "hub/auth/credentials.py",
    "hub/auth/delegated.py",
    "hub/auth/grants.py",
    "hub/auth/matrix.py",
    "hub/auth/origins.py",
    "hub/auth/people.py",
    "hub/auth/permissions.py",
    "hub/auth/redirects.py",
    "hub/auth/roles.py",
    "hub/auth/sessions.py",
    "hub/auth/sign_ins.py",
    "hub/auth/standing.py",
    "hub/auth/verification.py",
)
"""Where what comes back decides, not only what is raised."""
WHOLE = (
    *DECIDING,
    "hub/auth/client_keys.py",
    "hub/auth/registry.py",
    "hub/auth/server.py",
    "hub/auth/startup.py",
    "hub/auth/oidc",
    "hub/schema/guard.py",
    "hub/schema/intake",
    "hub/schema/read",
    "hub/web/authentication.py",
    "hub/web/body.py",
    "hub/web/documents.py",
    "hub/web/graphql.py",
    "hub/web/middleware.py",
    "hub/web/queries.py",
    "hub/web/returns.py",
    "hub/app.py",
)
"""Where everything that refuses is taken out."""
DOORS_ONLY = (
    "hub/commands/acting.py",
    "hub/release/flow.py",
    "hub/release/policies.py",
    "hub/submissions",
    "hub/web",
)
"""Where the calls of the one question (who may, and is it another person) are taken out."""


@dataclass(frozen=True)
class Guard:
    """A statement that only refuses: where it is, from which line to which, what goes there."""

    path: str
    first: int
    last: int
    column: int
    text: str
    instead: str = "pass"

    def __str__(self) -> str:
        changed = "" if self.instead == "pass" else f" -> {self.instead}"
        return f"{self.path}:{self.first}: {self.text}{changed}"


def guards() -> list[Guard]:
    """Find every guard, once."""
    found = [guard for path in _files(WHOLE) for guard in _guards_of(path)]
    others = [path for path in _files(DOORS_ONLY) if path not in {*_files(WHOLE)}]
    return found + [guard for path in others for guard in _guards_of(path, DOORS | {TWO})]


def _files(places: tuple[str, ...]) -> list[Path]:
    folders = [ROOT / place for place in places]
    return [
        file for one in folders for file in (sorted(one.glob("*.py")) if one.is_dir() else [one])
    ]


def _guards_of(path: Path, calls: frozenset[str] = CALLS) -> Iterator[Guard]:
    source, name = path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))
    lines = source.splitlines()
    for node, instead in _changes(ast.parse(source), name in DECIDING, calls):
        last = node.end_lineno or node.lineno
        text = lines[node.lineno - 1].strip()
        yield Guard(name, node.lineno, last, node.col_offset, text, instead)


def _changes(
    tree: ast.Module, decides: bool, calls: frozenset[str]
) -> Iterator[tuple[ast.stmt, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and _name_of(node.value) in calls:
            yield node, "pass"
        elif isinstance(node, ast.If) and calls is CALLS:
            if _only_refuses(node) or (decides and _ends_early(node)):
                yield node, "pass"
        elif isinstance(node, ast.Assign | ast.Return) and _name_of(node.value) in DOORS:
            yield node, _without_door(node)
        if decides and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _answers(node)


def _without_door(node: ast.Assign | ast.Return) -> str:
    """Write the statement with the caller in the door's place."""
    assert isinstance(node.value, ast.Call)  # noqa: S101
    caller = ast.unparse(node.value.args[0])
    if isinstance(node, ast.Return):
        return f"return {caller}"
    return f"{ast.unparse(node.targets[0])} = {caller}"


def _answers(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[ast.stmt, str]]:
    """Every answer of a function that says yes or no, turned into the other one."""
    if not (isinstance(function.returns, ast.Name) and function.returns.id == "bool"):
        return
    for node in ast.walk(function):
        if isinstance(node, ast.Return):
            said = node.value.value if isinstance(node.value, ast.Constant) else None
            yield from ((node, f"return {each}") for each in (True, False) if each is not said)


def _ends_early(node: ast.stmt) -> bool:
    """Say whether it is ``if …: return`` of nothing: None, False, ``set()``, ``()``."""
    if not isinstance(node, ast.If) or node.orelse or len(node.body) != 1:
        return False
    end = node.body[0]
    if not isinstance(end, ast.Return):
        return False
    return end.value is None or ast.unparse(end.value) in NOTHING


def _only_refuses(node: ast.If) -> bool:
    return not node.orelse and all(_refuses(each) for each in node.body)


def _refuses(node: ast.stmt) -> bool:
    if isinstance(node, ast.Raise):
        return True
    return isinstance(node, ast.Expr) and _name_of(node.value) in {"_refuse", "_foreign"}


def _name_of(value: ast.expr | None) -> str | None:
    called = value.value if isinstance(value, ast.Await) else value
    if not isinstance(called, ast.Call):
        return None
    function = called.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)


def without(source: str, guard: Guard) -> str:
    """Give the source with the guard replaced."""
    lines = source.splitlines(keepends=True)
    lines[guard.first - 1 : guard.last] = [" " * guard.column + guard.instead + "\n"]
    return "".join(lines)


def tests_of(guard: Guard) -> list[tuple[str, ...]]:
    """Name the tests that run without a guard, in rounds: the nearest first, then all."""
    place = Path(guard.path).relative_to("hub")
    unit = Path("tests/unit") / place.parent / f"test_{place.name}"
    own = (str(unit), *NEAREST.get(guard.path, ()))
    nearest = tuple(path for path in own if (ROOT / path).exists())
    return [each for each in (nearest, QUICK, SLOW) if each]


def main(arguments: list[str]) -> int:
    """Try every guard, or those whose path has one of the arguments in it, or a slice of them."""
    asked = [one for one in arguments if not one.startswith("-") and "/" not in one[:3]]
    chosen = [one for one in guards() if not asked or any(part in one.path for part in asked)]
    for one in arguments:
        if one.startswith("--slice="):
            number, of = map(int, one.removeprefix("--slice=").split("/"))
            chosen = chosen[number - 1 :: of]
    if "--list" in arguments:
        sys.stdout.writelines(f"{guard}\n" for guard in chosen)
        return 0
    survivors, most = [], 1 if "--nearest" in arguments else None
    with trial(ROOT) as tried:
        for number, guard in enumerate(chosen, 1):
            source = (ROOT / guard.path).read_text(encoding="utf-8")
            noticed = tried.is_noticed(guard.path, without(source, guard), tests_of(guard)[:most])
            told = f"noticed by {noticed}" if noticed else "NOT NOTICED"
            sys.stdout.write(f"{number}/{len(chosen)} {guard}: {told}\n")
            sys.stdout.flush()
            survivors += [] if noticed else [guard]
    sys.stdout.write(f"{len(chosen) - len(survivors)} of {len(chosen)} are noticed.\n")
    return bool(survivors)


if __name__ == "__main__":
    # Told to end (by `timeout`), it puts its database away as well.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
