"""Writes what the hub is made of as a CycloneDX 1.6 document, out of the lock alone (P2).

    python -m scripts.sbom > sbom.json

Every package of ``requirements.txt`` with its version and the hashes that installation demands, and
every vendored file with its hash. The same lock gives the same bytes: no time, no random number.
"""

import hashlib
import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.txt"
VENDORED = ("hub/web/static", "hub/exports/fonts")
"""Folders with files of others; what is the hub's own in them is told as a file as well."""
_PIN = re.compile(r"^([a-z0-9.-]+)==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def packages(lock: str) -> Iterator[dict[str, Any]]:
    """Tell every locked package; ``lock`` is the text of the requirements."""
    found: dict[str, Any] | None = None
    for line in lock.splitlines():
        pin = _PIN.match(line)
        if pin:
            if found is not None:
                yield found
            found = _package(pin[1], pin[2], pin[3])
        elif found is not None:
            found["hashes"] += [{"alg": "SHA-256", "content": one} for one in _HASH.findall(line)]
    if found is not None:
        yield found


def _package(name: str, version: str, marker: str | None) -> dict[str, Any]:
    purl = f"pkg:pypi/{name}@{version}"
    made: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl if marker is None else f"{purl}#{marker}",
        "name": name,
        "version": version,
        "purl": purl,
        "hashes": [],
    }
    if marker is not None:
        made["properties"] = [{"name": "hub:installed-when", "value": marker}]
    return made


def vendored() -> Iterator[dict[str, Any]]:
    """Tell every file that is shipped beside the code."""
    for place in VENDORED:
        for file in sorted(path for path in (ROOT / place).rglob("*") if path.is_file()):
            name = file.relative_to(ROOT).as_posix()
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            yield {
                "type": "file",
                "bom-ref": f"file:{name}",
                "name": name,
                "hashes": [{"alg": "SHA-256", "content": content}],
            }


def document() -> dict[str, Any]:
    """Make the whole document."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = project["version"]
    components = [*packages(LOCK.read_text(encoding="utf-8")), *vendored()]
    mark = hashlib.sha256(json.dumps(components, sort_keys=True).encode()).hexdigest()
    own = f"pkg:pypi/{project['name']}@{version}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{own}#{mark}')}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": project["name"],
                "version": version,
                "purl": own,
            }
        },
        "components": components,
        "dependencies": [{"ref": own, "dependsOn": [one["bom-ref"] for one in components]}],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(document(), indent=1, ensure_ascii=False) + "\n")
