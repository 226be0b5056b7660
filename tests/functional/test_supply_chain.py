"""What a release is made of, and that it can be made again (P1, P2, P8, S3)."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from hub import keyfiles
from hub.errors import KeyFileError
from scripts import provenance, sbom

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.txt").read_text()
KEY_WORDS = (b"BEGIN PRIVATE KEY", b"BEGIN EC PRIVATE", b'"d":')
SECRET_FILES = (".pem", ".key", ".jwk", ".env", "credentials.json")


def built(folder: Path, epoch: int) -> Path:
    """Build the wheel from a copy of the tree, made at another place and another time."""
    tree = folder / "tree"
    shutil.copytree(ROOT / "hub", tree / "hub", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree / name)
    for file in tree.rglob("*"):
        os.utime(file, (epoch, epoch))
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    kept = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    environ = kept | {"SOURCE_DATE_EPOCH": "1700000000"}
    subprocess.run(command, cwd=tree, check=True, capture_output=True, env=environ)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return (
        built(tmp_path_factory.mktemp("one"), 1_600_000_000),
        built(tmp_path_factory.mktemp("other"), 1_650_000_000),
    )


def test_two_builds_are_one_file(wheels: tuple[Path, Path]) -> None:
    one, other = wheels
    assert one.name == other.name
    assert one.read_bytes() == other.read_bytes()


def test_the_wheel_holds_the_hub_and_no_secret(wheels: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(wheels[0]) as parts:
        names = parts.namelist()
        text = b"".join(parts.read(name) for name in names if name.endswith((".py", ".csv")))
        plain = [
            n for n in names if n.endswith((".pem", ".key", ".jwk", ".env", "credentials.json"))
        ]
    assert "hub/auth/data/matrix.csv" in names and "hub/app.py" in names
    assert plain == []
    assert [word for word in KEY_WORDS if word in text] == []


def test_every_locked_package_is_in_the_bill_with_its_hashes() -> None:
    bill = sbom.document()
    packages = [one for one in bill["components"] if one["type"] == "library"]
    pinned = re.findall(r"^([a-z0-9.-]+)==([^ ;\\\\]+)", LOCK, re.MULTILINE)
    assert len(pinned) > 40
    assert {(one["name"], one["version"]) for one in packages} == {*pinned}
    told = sum(len(one["hashes"]) for one in packages)
    assert told == LOCK.count("--hash=sha256:")
    assert all(one["hashes"] for one in bill["components"])


def test_the_bill_is_the_same_each_time_and_names_each_part_once() -> None:
    command = [sys.executable, "-m", "scripts.sbom"]
    one, other = [
        subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout for _ in range(2)
    ]
    assert one == other
    bill = json.loads(one)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    marks = [part["bom-ref"] for part in bill["components"]]
    assert len(marks) == len({*marks})
    assert any(mark.startswith("file:hub/web/static/graphiql/") for mark in marks)


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    """A release's key and its public half."""
    key = Ed25519PrivateKey.generate()
    private, public = tmp_path / "release.pem", tmp_path / "release.pub"
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    keyfiles.write(private, pem.decode())
    public.write_bytes(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    return private, public


def test_provenance_holds_for_its_wheel_and_no_other(
    tmp_path: Path,
    keys: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    wheel, bill, said = (tmp_path / name for name in ("w.whl", "sbom.json", "said.json"))
    wheel.write_bytes(b"a wheel")
    bill.write_text("{}")
    monkeypatch.setattr(provenance, "_commit", lambda: "a" * 40)
    provenance.main(["make", str(wheel), str(bill), "--key", str(keys[0])])
    said.write_text(capsys.readouterr().out)
    check = ["verify", str(wheel), str(said), "--key", str(keys[1])]
    provenance.main(check)
    assert "holds" in capsys.readouterr().out
    good = said.read_text()
    said.write_text(good.replace('"payload": "ey', '"payload": "eX'))
    with pytest.raises(SystemExit, match="does not hold"):
        provenance.main(check)
    said.write_text(good)
    wheel.write_bytes(b"another")
    with pytest.raises(SystemExit, match="another file"):
        provenance.main(check)


def test_a_key_that_others_may_read_signs_nothing(keys: tuple[Path, Path], tmp_path: Path) -> None:
    keys[0].chmod(0o644)
    with pytest.raises(KeyFileError):
        provenance.main(["make", str(tmp_path), str(tmp_path), "--key", str(keys[0])])


def test_the_audit_is_scheduled_as_documented() -> None:
    """P3: the file that a host is given runs the command that an operator types."""
    audit = yaml.safe_load((ROOT / "infra/audit.yaml").read_text())
    steps = [step.get("run") for step in audit["jobs"]["audit"]["steps"]]
    assert "make audit" in steps
    assert audit[True]["schedule"]  # YAML reads `on` as a truth value
    recipe = (ROOT / "Makefile").read_text().partition("\naudit:")[2]
    assert "--require-hashes --disable-pip -r requirements.txt" in recipe
