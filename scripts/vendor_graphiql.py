"""Rebuild the vendored query page from npm packages, byte for byte, or check that it still is.

    python scripts/vendor_graphiql.py          write the files and their manifest
    python scripts/vendor_graphiql.py --check  build aside and compare; status 1 on a difference

Needs npm. Packages are named with exact versions; the manifest keeps the integrity of each package
and of each file, so that a package changed after the fact is seen.
"""

import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "hub" / "web" / "static" / "graphiql"


@dataclass(frozen=True)
class Package:
    """An npm package, and which of its files become which of ours."""

    name: str
    version: str
    files: dict[str, str]


PACKAGES = [
    Package(
        "react",
        "18.3.1",
        {"umd/react.production.min.js": "react.js", "LICENSE": "LICENSE.react.txt"},
    ),
    Package(
        "react-dom",
        "18.3.1",
        {"umd/react-dom.production.min.js": "react-dom.js", "LICENSE": "LICENSE.react-dom.txt"},
    ),
    Package(
        "graphiql",
        "4.1.2",
        {
            "graphiql.min.js": "graphiql.js",
            "graphiql.min.css": "graphiql.css",
            "LICENSE": "LICENSE.graphiql.txt",
        },
    ),
    # The plugin comes from the same repository as graphiql and has no licence file of its own.
    Package(
        "@graphiql/plugin-explorer",
        "4.0.6",
        {"dist/index.umd.js": "explorer.js", "dist/style.css": "explorer.css"},
    ),
    # Compiled into the plugin; taken for its licence alone.
    Package("graphiql-explorer", "0.9.0", {"LICENSE": "LICENSE.graphiql-explorer.txt"}),
]


def build(folder: Path) -> None:
    """Write every vendored file and the manifest into a folder."""
    packages = {f"{each.name}@{each.version}": unpack(each, folder) for each in PACKAGES}
    names = sorted(ours for each in PACKAGES for ours in each.files.values())
    files = {name: digest("sha384", (folder / name).read_bytes()) for name in names}
    manifest = json.dumps({"packages": packages, "files": files}, indent=2)
    (folder / "manifest.json").write_text(manifest + "\n", encoding="utf-8")


def unpack(package: Package, folder: Path) -> str:
    """Take the wanted files out of a package; tell the integrity of the whole package."""
    with tempfile.TemporaryDirectory() as aside:
        command = ["npm", "pack", "--silent", f"{package.name}@{package.version}"]
        subprocess.run(command, cwd=aside, check=True, capture_output=True)  # noqa: S603
        (archive,) = Path(aside).glob("*.tgz")
        with tarfile.open(archive) as content:
            for theirs, ours in package.files.items():
                member = content.extractfile(f"package/{theirs}")
                if member is None:
                    raise SystemExit(f"{package.name} has no file {theirs}")
                (folder / ours).write_bytes(member.read())
        return digest("sha512", archive.read_bytes())


def digest(kind: str, content: bytes) -> str:
    """Tell an integrity the way browsers and npm write it."""
    return f"{kind}-{base64.b64encode(hashlib.new(kind, content).digest()).decode()}"


def differences(built: Path) -> list[str]:
    """Name the files in which a build differs from what is committed."""
    names = sorted(each.name for each in built.iterdir())
    return [
        name
        for name in names
        if not (FOLDER / name).exists()
        or (FOLDER / name).read_bytes() != (built / name).read_bytes()
    ]


def main() -> int:
    """Build, or build aside and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only")
    if not parser.parse_args().check:
        build(FOLDER)
        return 0
    with tempfile.TemporaryDirectory() as aside:
        build(Path(aside))
        different = differences(Path(aside))
    sys.stdout.write("".join(f"differs: {name}\n" for name in different) or "identical\n")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
