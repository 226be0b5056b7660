"""Says what a wheel was built from, and signs it (P2): in-toto statement, SLSA predicate, DSSE.

    python -m scripts.provenance make WHEEL SBOM --key FILE > wheel.intoto.json
    python -m scripts.provenance verify WHEEL STATEMENT --key FILE

The key is an Ed25519 one in PEM, mode 0600 (``openssl genpkey -algorithm ed25519 -out FILE``);
``openssl pkey -in FILE -pubout`` gives the half that verifies. The statement names the commit, the
lock and the bill of materials. Who built it, and that the builder was sound, is only as good as
the hands that hold the key: this is level 1 of SLSA, signed.
"""

import argparse
import base64
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from hub import keyfiles

ROOT = Path(__file__).parents[1]
KIND = "application/vnd.in-toto+json"


def statement(wheel: Path, sbom: Path, commit: str) -> dict[str, Any]:
    """Say what the wheel is and what it was made from."""
    lock = ROOT / "requirements.txt"
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": wheel.name, "digest": {"sha256": _sha256(wheel)}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "urn:da-hub:make-dist:1",
                "externalParameters": {"command": "make dist"},
                "resolvedDependencies": [
                    {"uri": "git:da-hub", "digest": {"gitCommit": commit}},
                    {"uri": "file:requirements.txt", "digest": {"sha256": _sha256(lock)}},
                    {"uri": f"file:{sbom.name}", "digest": {"sha256": _sha256(sbom)}},
                ],
            },
            "runDetails": {"builder": {"id": "urn:da-hub:holder-of-the-release-key"}},
        },
    }


def signed(content: dict[str, Any], key: Ed25519PrivateKey) -> dict[str, Any]:
    """Put a statement into a signed envelope (DSSE)."""
    payload = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
    signature = key.sign(_encoded(payload))
    return {
        "payloadType": KIND,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [{"sig": base64.b64encode(signature).decode()}],
    }


def opened(envelope: dict[str, Any], key: Ed25519PublicKey) -> dict[str, Any]:
    """Give the statement of an envelope. Raises ``ValueError`` when the signature does not hold."""
    try:
        payload = base64.b64decode(envelope["payload"], validate=True)
        signature = base64.b64decode(envelope["signatures"][0]["sig"], validate=True)
        if envelope["payloadType"] != KIND:
            raise ValueError("That is no in-toto statement.")
        key.verify(signature, _encoded(payload))
    except (KeyError, IndexError, TypeError, InvalidSignature) as error:
        raise ValueError("The signature does not hold.") from error
    content: dict[str, Any] = json.loads(payload)
    return content


def require_of(content: dict[str, Any], wheel: Path) -> None:
    """Raise ``ValueError`` unless the statement is about this very wheel."""
    subject = {"name": wheel.name, "digest": {"sha256": _sha256(wheel)}}
    if content.get("subject") != [subject]:
        raise ValueError("The statement is about another file.")


def _encoded(payload: bytes) -> bytes:
    kind = KIND.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _commit() -> str:
    """Name the commit; a tree with changes of its own is none."""
    git = ["git", "-C", str(ROOT)]
    changed = subprocess.run([*git, "status", "--porcelain"], capture_output=True, check=True)  # noqa: S603
    if changed.stdout.strip():
        raise SystemExit("There are changes that no commit holds; commit them first.")
    found = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, check=True)  # noqa: S603
    return found.stdout.decode().strip()


def main(arguments: list[str]) -> None:
    """Make or verify a statement."""
    asked = argparse.ArgumentParser(prog="python -m scripts.provenance")
    asked.add_argument("act", choices=["make", "verify"])
    asked.add_argument("wheel", type=Path)
    asked.add_argument("beside", type=Path, help="the SBOM, or the statement to be verified")
    asked.add_argument("--key", type=Path, required=True)
    given = asked.parse_args(arguments)
    if given.act == "make":
        private = load_pem_private_key(keyfiles.read_bytes(given.key) or b"", None)
        if not isinstance(private, Ed25519PrivateKey):
            raise SystemExit("The key must be an Ed25519 one.")
        made = signed(statement(given.wheel, given.beside, _commit()), private)
        sys.stdout.write(json.dumps(made, indent=1) + "\n")
        return
    public = load_pem_public_key(given.key.read_bytes())
    if not isinstance(public, Ed25519PublicKey):
        raise SystemExit("The key must be an Ed25519 one.")
    try:
        require_of(opened(json.loads(given.beside.read_text()), public), given.wheel)
    except ValueError as error:
        raise SystemExit(str(error)) from None
    sys.stdout.write("The statement holds.\n")


if __name__ == "__main__":
    main(sys.argv[1:])
