"""Where the demo's returns lie: ``{agency}/{dataset}/{period}.json``, as the contract has them."""

from dataclasses import dataclass
from pathlib import Path

import hub
from hub.errors import SettingsError


@dataclass(frozen=True, slots=True)
class DemoReturn:
    """One return of the demo: its address, and the file that holds its body."""

    agency: str
    dataset: str
    period: str
    path: Path


def folder() -> Path:
    """Find the returns: shipped in the package, or in the checkout beside it.

    Raises:
        SettingsError: they are in neither place.
    """
    package = Path(hub.__file__).parent
    for place in (package / "demo" / "returns", package.parent / "demo" / "returns"):
        if place.is_dir():
            return place
    raise SettingsError("The demo's returns are missing; run the demo from a checkout.")


def demo_returns() -> list[DemoReturn]:
    """List the demo's returns; a ``_`` in a file's name stands for the ``/`` of a run of months."""
    return [
        DemoReturn(path.parent.parent.name, path.parent.name, path.stem.replace("_", "/"), path)
        for path in sorted(folder().glob("*/*/*.json"))
    ]
