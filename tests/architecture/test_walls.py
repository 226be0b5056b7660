"""The storeys and fences of the house hold, and name modules that exist."""

import shutil
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[2]


def contracts() -> list[dict[str, object]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[dict[str, object]] = settings["tool"]["importlinter"]["contracts"]
    return found


def named_in(contract: dict[str, object]) -> set[str]:
    names: set[str] = set()
    for key in ("layers", "source_modules", "protected_modules", "allowed_importers"):
        for line in contract.get(key, []):  # type: ignore[attr-defined]
            names |= {part.strip() for part in str(line).split("|")}
    return names


def walls_of(root: Path) -> subprocess.CompletedProcess[str]:
    """Judge the imports of a tree."""
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([program], cwd=root, capture_output=True, text=True, timeout=300)


def test_imports_point_down_only() -> None:
    run = walls_of(ROOT)
    assert run.returncode == 0, run.stdout


def test_a_view_that_reads_what_agencies_returned_is_noticed(tmp_path: Path) -> None:
    """The fence behind "nothing hidden is read when a reader asks" can fail."""
    shutil.copytree(
        ROOT / "hub", tmp_path / "hub", ignore=shutil.ignore_patterns("static", "*.pyc")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    view = tmp_path / "hub" / "views" / "series.py"
    leak = "from hub.submissions.signed_off import signed_off as _leak\n"
    view.write_text(view.read_text(encoding="utf-8") + leak, encoding="utf-8")
    run = walls_of(tmp_path)
    assert run.returncode == 1
    assert "hub.views.series" in run.stdout


def test_contracts_name_rooms_that_exist() -> None:
    missing = {
        name
        for contract in contracts()
        for name in named_in(contract)
        if name.startswith("hub") and find_spec(name) is None
    }
    assert missing == set()


def test_every_room_has_its_storey() -> None:
    storeys = named_in(contracts()[0])
    rooms = {
        f"hub.{path.stem if path.is_file() else path.name}"
        for path in (ROOT / "hub").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    } - {"hub.__init__"}
    assert rooms == storeys
