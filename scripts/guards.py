"""Takes every guard out of the code, one at a time, and looks whether a test notices (Z3).

    python -m scripts.guards [--list] [--quick] [--slice=2/4] [PART OF A GUARD ...]

A guard is a statement whose only effect is to refuse: ``if …: raise …``, ``if …: _refuse()``, or
a call of one of ``CALLS``. Each is replaced by ``pass`` in a copy of the tree. Where what a door
gives back is used (``principal = enter(caller, line)``), the caller takes the door's place. In the
modules that decide (``DECIDING``) an early ``return`` of nothing is a guard as well, and every
answer of a function that says yes or no is replaced by ``True`` and by ``False``.

In the copy every guard has a switch, so that nothing is imported twice, and of the tests only
those run that come by the guard, until one fails (:mod:`scripts.switches`): of the unit tests
first (``--quick`` ends there), then of the nearest, then of ``SLOW``. What is decided while the
hub is imported is past by then. So whatever no test noticed is tried again with the one file
changed and all of it imported anew (:mod:`scripts.trying`). Those guards that no test notices are
printed, and the status is 1.
"""

import ast
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

from scripts.switches import SWITCH, Try
from scripts.trying import copied, database, trial

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
    "hub/auth/origins.py": ("tests/functional/test_feed.py",),
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
    "hub/auth/standing.py": ("tests/functional/test_feed.py",),
    "hub/auth/sessions.py": ("tests/integration/test_oauth_authentication.py",),
    "hub/auth/verification.py": (
        "tests/unit/auth/test_tokens.py",
        "tests/integration/test_oauth_code.py",
    ),
    "hub/commands/acting.py": ("tests/functional/test_users.py",),
    "hub/release/flow.py": ("tests/functional/test_release.py",),
    "hub/release/policies.py": ("tests/functional/test_policies.py",),
    "hub/schema/guard.py": (
        "tests/functional/test_matrix.py",
        "tests/functional/test_overload.py",
    ),
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
    "hub/web/documents.py": ("tests/functional/test_rates.py",),
    "hub/web/graphql.py": (
        "tests/functional/test_trusted.py",
        "tests/functional/test_overload.py",
    ),
    "hub/web/client_keys.py": ("tests/functional/test_matrix.py",),
    "hub/web/queries.py": (
        "tests/functional/test_views.py",
        "tests/functional/test_saved_queries.py",
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
    return [guard for path, calls in _searched() for guard in _guards_of(path, calls)]


def _searched() -> Iterator[tuple[Path, frozenset[str]]]:
    """Every module that has guards, and the calls that count as one in it."""
    whole = _files(WHOLE)
    yield from ((path, CALLS) for path in whole)
    yield from ((path, DOORS | {TWO}) for path in _files(DOORS_ONLY) if path not in whole)


def _files(places: tuple[str, ...]) -> list[Path]:
    folders = [ROOT / place for place in places]
    return [
        file for one in folders for file in (sorted(one.glob("*.py")) if one.is_dir() else [one])
    ]


def _guards_of(path: Path, calls: frozenset[str]) -> Iterator[Guard]:
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


def switched() -> Iterator[tuple[str, str]]:
    """Give each module with every guard behind a switch, numbered as in :func:`guards`."""
    numbers = count()
    for path, calls in _searched():
        name = str(path.relative_to(ROOT))
        tree = ast.parse(path.read_text(encoding="utf-8"))
        switches: dict[ast.stmt, list[tuple[int, str]]] = {}
        for node, instead in _changes(tree, name in DECIDING, calls):
            switches.setdefault(node, []).append((next(numbers), instead))
        if switches:
            _Switches(switches).visit(tree)
            tree.body.insert(_after_head(tree), ast.parse("from hub import _switch").body[0])
            yield name, ast.unparse(ast.fix_missing_locations(tree))


class _Switches(ast.NodeTransformer):
    """Writes ``if _switch.out(number): instead`` before a guard, which becomes its ``else``."""

    def __init__(self, switches: dict[ast.stmt, list[tuple[int, str]]]) -> None:
        self.switches = switches

    def visit(self, node: ast.AST) -> ast.AST:
        changes = self.switches.get(node, []) if isinstance(node, ast.stmt) else []
        inner = self.generic_visit(node)
        for number, instead in changes:
            switch = ast.parse(f"if _switch.out({number}):\n    {instead}").body[0]
            assert isinstance(switch, ast.If) and isinstance(inner, ast.stmt)  # noqa: S101
            switch.orelse = [inner]
            inner = switch
        return inner


def _after_head(tree: ast.Module) -> int:
    """Where the first import may stand: behind the docstring and ``from __future__``."""
    head = [isinstance(one, ast.Expr) or _is_future(one) for one in tree.body]
    return head.index(False)


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def tests_of(guard: Guard) -> list[tuple[str, ...]]:
    """Name the tests that run without a guard, in rounds: the nearest first, then all."""
    place = Path(guard.path).relative_to("hub")
    unit = Path("tests/unit") / place.parent / f"test_{place.name}"
    own = (str(unit), *NEAREST.get(guard.path, ()))
    nearest = tuple(path for path in own if (ROOT / path).exists())
    return [each for each in (nearest, QUICK, SLOW) if each]


def main(arguments: list[str]) -> int:
    """Try every guard, or those that have one of the arguments in them, or a slice of them."""
    chosen = _chosen(arguments)
    if "--list" in arguments:
        sys.stdout.writelines(f"{guard}\n" for _, guard in chosen)
        return 0
    left = chosen
    for tests in (units_of, nearest_of, far_of)[: 1 if "--quick" in arguments else 3]:
        noticed = switched_off(left, tests(left)) if left else {}
        left = [(number, guard) for number, guard in left if not noticed[number]]
    survivors = [guard for _, guard in left]
    if left and "--quick" not in arguments:
        survivors = [*_tried_anew(survivors)]
    sys.stdout.writelines(f"NOT NOTICED: {guard}\n" for guard in survivors)
    sys.stdout.write(f"{len(chosen) - len(survivors)} of {len(chosen)} are noticed.\n")
    return bool(survivors)


def _chosen(arguments: Sequence[str]) -> list[tuple[int, Guard]]:
    parts = [one for one in arguments if not one.startswith("-")]
    chosen = [
        (number, one)
        for number, one in enumerate(guards())
        if not parts or any(part in str(one) for part in parts)
    ]
    for one in arguments:
        if one.startswith("--slice="):
            which, of = map(int, one.removeprefix("--slice=").split("/"))
            chosen = chosen[which - 1 :: of]
    return chosen


def units_of(chosen: Sequence[tuple[int, Guard]]) -> list[str]:
    """Name the unit tests near any of the guards, and those of the rooms that guard."""
    near = {each for _, guard in chosen for each in tests_of(guard)[0]}
    return sorted({*QUICK, *(each for each in near if each.startswith("tests/unit/"))})


def nearest_of(chosen: Sequence[tuple[int, Guard]]) -> list[str]:
    """Name the tests nearest to the guards, of whatever kind."""
    return sorted({each for _, guard in chosen for each in tests_of(guard)[0]})


def far_of(chosen: Sequence[tuple[int, Guard]]) -> list[str]:
    """Name the tests that come by most guards, wherever these are."""
    return [*SLOW]


def switched_off(chosen: Sequence[tuple[int, Guard]], tests: Sequence[str]) -> dict[int, str]:
    """Switch guards off one by one; by the guard's number the test that noticed it, or nothing."""
    with tempfile.TemporaryDirectory(prefix="hub-guards-") as name:
        folder, results = Path(name), Path(name) / "results.json"
        tree = copied(ROOT, folder)
        (tree / "hub/_switch.py").write_text(SWITCH, encoding="utf-8")
        for path, source in switched():
            (tree / path).write_text(source, encoding="utf-8")
        tries = [Try(number, str(guard), tests_of(guard)[0]) for number, guard in chosen]
        plan = folder / "plan.json"
        plan.write_text(json.dumps([asdict(one) for one in tries]), encoding="utf-8")
        command = [sys.executable, "-m", "scripts.switches", str(plan), str(results), *tests]
        is_bare = all(one.startswith("tests/unit/") for one in tests)
        with nullcontext() if is_bare else database(tree, folder / "data"):
            subprocess.run(command, cwd=tree, check=True)  # noqa: S603 our own program
        found = json.loads(results.read_text(encoding="utf-8"))
    return {number: found[str(number)] for number, _ in chosen}


def _tried_anew(left: Sequence[Guard]) -> Iterator[Guard]:
    """Change one file at a time and import everything anew; those that no test noticed."""
    with trial(ROOT) as tried:
        for guard in left:
            source = (ROOT / guard.path).read_text(encoding="utf-8")
            noticed = tried.is_noticed(guard.path, without(source, guard), tests_of(guard))
            sys.stdout.write(f"anew: {guard}: {noticed or 'NOT NOTICED'}\n")
            sys.stdout.flush()
            if not noticed:
                yield guard


if __name__ == "__main__":
    # Told to end (by `timeout`), it puts its database away as well.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
