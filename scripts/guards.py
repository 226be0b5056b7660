"""Takes every guard out of the code, one at a time, and looks whether a test notices (Z3).

    python scripts/guards.py [--list] [PART OF A PATH ...]

A guard is a statement whose only effect is to refuse: ``if …: raise …``, ``if …: _refuse()``, or a
call of one of ``CALLS``. Each is replaced by ``pass`` in a copy of the tree. In the modules that
decide (``DECIDING``) an early ``return`` of nothing is one as well, and every answer of a function
that says yes or no is replaced by ``True`` and by ``False``. The tests of the guard's room run
there, the quick ones first. Those that no test notices are printed, and the status is 1.
"""

import ast
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
CALLS = frozenset(
    {
        "admit",
        "demand",
        "different_person",
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
    "hub/app.py": ("tests/functional/test_matrix.py",),
    "hub/auth/grants.py": ("tests/integration/test_oauth_token.py",),
    "hub/auth/redirects.py": ("tests/integration/test_oauth_code.py",),
    "hub/auth/registry.py": (
        "tests/integration/test_oauth_registry.py",
        "tests/integration/test_oauth_code.py",
    ),
    "hub/auth/verification.py": (
        "tests/unit/auth/test_tokens.py",
        "tests/integration/test_oauth_code.py",
    ),
    "hub/schema/guard.py": ("tests/functional/test_matrix.py",),
    "hub/schema/intake/owed.py": ("tests/functional/test_calendar.py",),
    "hub/schema/intake/root.py": ("tests/functional/test_sign_off.py",),
    "hub/schema/read/observations.py": ("tests/functional/test_read.py",),
    "hub/schema/read/query.py": ("tests/functional/test_read.py",),
    "hub/web/authentication.py": (
        "tests/integration/test_oauth_authentication.py",
        "tests/functional/test_rates.py",
    ),
    "hub/web/queries.py": ("tests/functional/test_views.py",),
    "hub/web/returns.py": ("tests/functional/test_push.py",),
}
"""Where a module's own tests have another name."""
DECIDING = (
    "hub/auth/assertions.py",
    "hub/auth/grants.py",
    "hub/auth/matrix.py",
    "hub/auth/permissions.py",
    "hub/auth/redirects.py",
    "hub/auth/roles.py",
    "hub/auth/verification.py",
)
"""Where what comes back decides, not only what is raised."""
PLACES = (
    *DECIDING,
    "hub/auth/registry.py",
    "hub/auth/startup.py",
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
    """Find every guard of ``PLACES``."""
    paths = [path for place in PLACES for path in _files(ROOT / place)]
    return [guard for path in paths for guard in _guards_of(path)]


def _files(place: Path) -> list[Path]:
    return sorted(place.glob("*.py")) if place.is_dir() else [place]


def _guards_of(path: Path) -> Iterator[Guard]:
    source, name = path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))
    lines = source.splitlines()
    for node, instead in _changes(ast.parse(source), name in DECIDING):
        last = node.end_lineno or node.lineno
        text = lines[node.lineno - 1].strip()
        yield Guard(name, node.lineno, last, node.col_offset, text, instead)


def _changes(tree: ast.Module, decides: bool) -> Iterator[tuple[ast.stmt, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and (_only_refuses(node) or (decides and _ends_early(node))):
            yield node, "pass"
        if decides and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _answers(node)


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


def _only_refuses(node: ast.stmt) -> bool:
    if isinstance(node, ast.If):
        return not node.orelse and all(_refuses(each) for each in node.body)
    return isinstance(node, ast.Expr) and _name_of(node.value) in CALLS


def _refuses(node: ast.stmt) -> bool:
    if isinstance(node, ast.Raise):
        return True
    return isinstance(node, ast.Expr) and _name_of(node.value) in {"_refuse", "_foreign"}


def _name_of(value: ast.expr) -> str | None:
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


def is_noticed(guard: Guard, tree: Path) -> bool:
    """Take a guard out in a copy of the tree and run its tests; put it back."""
    path = tree / guard.path
    source = path.read_text(encoding="utf-8")
    path.write_text(without(source, guard), encoding="utf-8")
    try:
        return any(not _pass(tree, tests) for tests in (_nearest(guard), QUICK, SLOW) if tests)
    finally:
        path.write_text(source, encoding="utf-8")


def _nearest(guard: Guard) -> tuple[str, ...]:
    """The module's own tests, which notice most of it at once."""
    room, module = Path(guard.path).parts[1], Path(guard.path).stem
    found = (f"tests/unit/{room}/test_{module}.py", *NEAREST.get(guard.path, ()))
    return tuple(path for path in found if (ROOT / path).exists())


def _pass(tree: Path, tests: tuple[str, ...]) -> bool:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    run = subprocess.run(  # noqa: S603 the hub's own tests
        command, cwd=tree, capture_output=True, timeout=900, check=False
    )
    if run.returncode not in (0, 1, 2):
        raise RuntimeError(run.stdout.decode()[-2000:])
    return run.returncode == 0


def copied(folder: Path) -> Path:
    """Copy what the tests need; the work tree itself is never changed."""
    tree = folder / "tree"
    leave = shutil.ignore_patterns(".*", "__pycache__", "node_modules")
    shutil.copytree(ROOT, tree, ignore=leave)
    return tree


def main(arguments: list[str]) -> int:
    """Try every guard, or those whose path has one of the arguments in it."""
    asked = [one for one in arguments if not one.startswith("--")]
    chosen = [one for one in guards() if not asked or any(part in one.path for part in asked)]
    if "--list" in arguments:
        sys.stdout.writelines(f"{guard}\n" for guard in chosen)
        return 0
    with tempfile.TemporaryDirectory(prefix="hub-guards-") as folder:
        tree = copied(Path(folder))
        survivors = []
        for number, guard in enumerate(chosen, 1):
            noticed = is_noticed(guard, tree)
            sys.stdout.write(f"{number}/{len(chosen)} {'noticed' if noticed else 'NOT'} {guard}\n")
            sys.stdout.flush()
            survivors += [] if noticed else [guard]
    sys.stdout.write(f"{len(chosen) - len(survivors)} of {len(chosen)} are noticed.\n")
    return bool(survivors)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
