"""Passwords: generated, private, never sent."""

import json
from pathlib import Path

import pytest

from hub.db.logins import CREDENTIALS, Duty, credentials, scram_verifier
from hub.errors import DatabaseError, KeyFileError


def test_passwords_are_generated_once_and_differ(tmp_path: Path) -> None:
    first = credentials(tmp_path / "new")
    assert credentials(tmp_path / "new") == first
    assert len(set(first.passwords.values())) == len(Duty)
    assert all(len(password) == 64 for password in first.passwords.values())


def test_the_file_is_private(tmp_path: Path) -> None:
    credentials(tmp_path)
    assert (tmp_path / CREDENTIALS).stat().st_mode & 0o777 == 0o600


def test_a_file_open_to_others_is_refused(tmp_path: Path) -> None:
    credentials(tmp_path)
    (tmp_path / CREDENTIALS).chmod(0o640)
    with pytest.raises(KeyFileError, match="open to others"):
        credentials(tmp_path)


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", '{"hub_read": "a"}'])
def test_a_damaged_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / CREDENTIALS
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(DatabaseError, match="damaged"):
        credentials(tmp_path)


def test_passwords_do_not_show(tmp_path: Path) -> None:
    found = credentials(tmp_path)
    assert not any(password in repr(found) for password in found.passwords.values())
    assert set(json.loads((tmp_path / CREDENTIALS).read_text())) == {duty.value for duty in Duty}


def test_the_verifier_is_that_of_rfc_7677() -> None:
    """User ``user``, password ``pencil``: keys derived from the exchange in the RFC's example."""
    import base64
    import hashlib
    import hmac

    salt = base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
    verifier = scram_verifier("pencil", salt)
    method, parameters, keys = verifier.split("$")
    stored, server = (base64.b64decode(key) for key in keys.split(":"))
    assert (method, parameters) == ("SCRAM-SHA-256", "4096:W22ZaJ0SNY7soEsUEjb6gQ==")
    message = (
        b"n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        b"s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,"
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    )
    signature = hmac.digest(server, message, "sha256")
    assert base64.b64encode(signature) == b"6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
    proof = base64.b64decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
    mask = hmac.digest(stored, message, "sha256")
    client = bytes(a ^ b for a, b in zip(proof, mask, strict=True))
    assert hashlib.sha256(client).digest() == stored


def test_each_verifier_has_its_own_salt() -> None:
    assert scram_verifier("same") != scram_verifier("same")
