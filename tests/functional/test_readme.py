"""What the README and the guides name exists: commands, addresses, files."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
import typer

import hub
from hub.cli import app

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *DOCS.glob("**/*.md"),
        *ROOT.glob("examples/*.md"),
        *ROOT.glob("infra/**/*.md"),
    ]
)


def commands() -> set[str]:
    """Every ``hub …`` command of the CLI, groups and their commands."""
    group = typer.main.get_command(app)
    found: set[str] = set()
    for name, command in getattr(group, "commands", {}).items():
        found.add(name)
        found |= {f"{name} {one}" for one in getattr(command, "commands", {})}
    return found


def named_commands(text: str) -> set[str]:
    """The commands a page runs: lines of shell blocks that begin with ``hub`` or ``$ hub``."""
    blocks = re.findall(r"```(?:sh|console)\n(.*?)```", text, re.S)
    lines = [line for block in blocks for line in block.splitlines()]
    pattern = re.compile(
        r"^(?:\$ )?(?:[A-Z_]+=\S+ (?:python \S+ )?)*(?:\.venv/bin/)?hub ([a-z]+)(?: ([a-z]+))?\b"
    )
    known, found = commands(), set()
    for line in lines:
        if hit := pattern.match(line):
            both = f"{hit[1]} {hit[2]}"
            is_group = any(one.startswith(f"{hit[1]} ") for one in known)
            found.add(both if is_group else hit[1])
    return found


def paths(text: str) -> set[str]:
    """The addresses that curl lines ask, without their query."""
    return {hit.split("?")[0] for hit in re.findall(r"\$HUB_URL(/[^\s\"'`]*)", text)}


def surface() -> list[re.Pattern[str]]:
    """Every route of the role matrix as a pattern; the server starts with no other."""
    text = (Path(hub.__file__).parent / "auth/data/surface.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    routes = [row["item"].split()[1] for row in rows if row["item"].startswith(("GET ", "P"))]
    return [re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(route))) for route in routes]


def unserved(asked: Iterable[str]) -> list[str]:
    routes = surface()
    return [path for path in asked if not any(route.fullmatch(path) for route in routes)]


def test_the_check_can_fail() -> None:
    assert unserved(["/v1/nothing"]) == ["/v1/nothing"]
    assert named_commands("```sh\nhub nothing\n```") == {"nothing"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_exists(page: Path) -> None:
    assert named_commands(page.read_text(encoding="utf-8")) <= commands()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_address_is_served(page: Path) -> None:
    assert unserved(paths(page.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_linked_file_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    files = [link for link in links if link and "://" not in link]
    assert [link for link in files if not (page.parent / link).exists()] == []


def test_readme_is_about_something() -> None:
    text = README.read_text(encoding="utf-8")
    assert named_commands(text) == {"check"}
    assert len(paths(text)) >= 4


def test_make_targets_exist() -> None:
    made = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    asked = {
        name
        for page in PAGES
        for name in re.findall(r"\bmake (demo|test[a-z-]*|check)\b", page.read_text())
    }
    assert {"demo", "test"} <= asked <= made


def test_rooms_of_the_tree_exist() -> None:
    tree = README.read_text(encoding="utf-8").split("```text\nhub/\n")[1].split("```")[0]
    rooms = re.findall(r"^  ([a-z_]+(?:/|\.py))", tree, re.M)
    assert len(rooms) > 10
    assert [room for room in rooms if not (ROOT / "hub" / room).exists()] == []


def test_every_decision_is_in_the_index() -> None:
    index = (DOCS / "adr/README.md").read_text(encoding="utf-8")
    pages = [page.name for page in (DOCS / "adr").glob("0*.md")]
    assert [name for name in pages if name not in index] == []
