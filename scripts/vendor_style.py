"""Rebuild the vendored style ``hub/web/static/css/govuk-frontend.css``, or check it.

Takes govuk-frontend and sass from npm at the versions and integrity hashes below, compiles
``scripts/govuk.scss`` (the settings, documented there) and writes the CSS with a record of where
it came from. ``--check`` writes nothing and fails unless a rebuild gives the same bytes.
Needs Node and npm; the hub itself needs neither.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "hub" / "web" / "static" / "css"
PACKAGES = {
    "govuk-frontend": (
        "6.6.0",
        "sha512-xctkWrQvLnvQt7fyjQ3MGX9S0wz0x0RQuLxCeoXF+s8EjGICG81/DYQGKN5qgO+0KVT12UAaRwUsGY6fulRcRg==",
    ),
    "sass": (
        "1.108.2",
        "sha512-kugK8djotnG9HQRPTOf36asKYlxg8rWWsNLYHOgWDIVOiZQqlRfKBgF4XXM6kfw146kIDMvm57B4GIkvDSyTzA==",
    ),
}
BRANDING = ("GDS Transport", "@font-face", "crown", "crest", "url(")
"""What must not be in the result: GOV.UK's typeface, its marks, and files from elsewhere."""


def main() -> int:
    """Rebuild, then write or compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    wanted = build()
    files = {"govuk-frontend.css": wanted, "govuk-frontend.json": record(wanted)}
    if parser.parse_args().check:
        differing = [name for name, text in files.items() if (TARGET / name).read_bytes() != text]
        sys.stderr.write(f"differs from a rebuild: {', '.join(differing) or 'nothing'}\n")
        return 1 if differing else 0
    for name, text in files.items():
        (TARGET / name).write_bytes(text)
    return 0


def build() -> bytes:
    """Compile the style in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        _install(Path(folder))
        sass = [
            *("node", "node_modules/sass/sass.js", "--no-source-map", "--no-charset"),
            *("--style=compressed", "--load-path=node_modules", str(HERE / "govuk.scss")),
        ]
        css = subprocess.run(sass, cwd=folder, check=True, capture_output=True).stdout  # noqa: S603
    found = [mark for mark in BRANDING if mark.lower().encode() in css.lower()]
    if found:
        raise SystemExit(f"The style still holds GOV.UK branding or other files: {found}")
    return css


def _install(folder: Path) -> None:
    """Install the pinned packages and compare what npm recorded with the hashes above."""
    pinned = {name: version for name, (version, _) in PACKAGES.items()}
    (folder / "package.json").write_text(json.dumps({"dependencies": pinned}))
    npm = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(npm, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    locked = json.loads((folder / "package-lock.json").read_text())["packages"]
    for name, (_, integrity) in PACKAGES.items():
        if locked[f"node_modules/{name}"]["integrity"] != integrity:
            raise SystemExit(f"{name} is not the package these hashes were taken from.")


def record(css: bytes) -> bytes:
    """Where the file came from: versions, hashes, licence."""
    version, integrity = PACKAGES["govuk-frontend"]
    content = {
        "name": "govuk-frontend",
        "version": version,
        "licence": "MIT",
        "licenceFile": "govuk-frontend.LICENSE.txt",
        "integrity": integrity,
        "compiler": f"sass {PACKAGES['sass'][0]}",
        "settings": "scripts/govuk.scss",
        "rebuild": "python scripts/vendor_style.py",
        "sha256": hashlib.sha256(css).hexdigest(),
    }
    return (json.dumps(content, indent=2) + "\n").encode()


if __name__ == "__main__":
    raise SystemExit(main())
