"""The storeys and fences of the house hold, and name modules that exist."""

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


def test_imports_point_down_only() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([program], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stdout


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
