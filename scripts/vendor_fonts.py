"""Fetch the vendored fonts of ``hub/exports/fonts`` again, or check them.

Takes pdfjs-dist from npm at the version and integrity hash of ``fonts.json`` and copies the two
typefaces and their licence out of it, unchanged. ``--check`` writes nothing and fails unless a
fetch gives the same bytes. Needs npm; the hub itself does not.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "hub" / "exports" / "fonts"
RECORD = json.loads((TARGET / "fonts.json").read_text())
LICENCE = {"LiberationSans.LICENSE.txt": "LICENSE_LIBERATION"}


def main() -> int:
    """Fetch, then write or compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    is_check = parser.parse_args().check
    wanted = fetched()
    if not is_check:
        for name, content in wanted.items():
            (TARGET / name).write_bytes(content)
        return 0
    differing = [
        name for name, content in wanted.items() if (TARGET / name).read_bytes() != content
    ]
    sys.stderr.write(f"differs from the package: {', '.join(differing) or 'nothing'}\n")
    return 1 if differing else 0


def fetched() -> dict[str, bytes]:
    """Read the files out of the pinned package."""
    name, version = RECORD["package"].partition(",")[0].split()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "package.json").write_text(json.dumps({"dependencies": {name: version}}))
        npm = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(npm, cwd=place, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        locked = json.loads((place / "package-lock.json").read_text())["packages"]
        if locked[f"node_modules/{name}"]["integrity"] != RECORD["integrity"]:
            raise SystemExit(f"{name} is not the package these hashes were taken from.")
        fonts = place / "node_modules" / name / "standard_fonts"
        sources = {file: file for file in RECORD["files"]} | LICENCE
        return {ours: (fonts / theirs).read_bytes() for ours, theirs in sources.items()}


if __name__ == "__main__":
    raise SystemExit(main())
