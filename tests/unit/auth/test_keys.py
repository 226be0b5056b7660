"""The signing keys: made once, private, public halves only in the set."""

import json
import stat
from pathlib import Path

import pytest
from joserfc.jwk import ECKey, RSAKey

from hub.auth.keys import SigningKeys, signing_keys
from hub.errors import KeyFileError, SettingsError


def test_first_start_makes_two_keys_and_the_next_finds_them(tmp_path: Path) -> None:
    first, second = signing_keys(tmp_path), signing_keys(tmp_path)
    assert list(first.published) == list(second.published)
    assert first.active.kid == second.active.kid
    assert len(first.published) == 2
    assert first.find(str(first.active.kid)) is first.active
    assert first.find("other") is None


def test_the_file_is_private(tmp_path: Path) -> None:
    signing_keys(tmp_path)
    file = tmp_path / "keys" / "signing.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    file.chmod(0o644)
    with pytest.raises(KeyFileError, match="open to others"):
        signing_keys(tmp_path)


def test_the_set_has_public_halves_only(keys: SigningKeys) -> None:
    published = keys.jwks()["keys"]
    assert [sorted(key) for key in published] == [["alg", "crv", "kid", "kty", "use", "x", "y"]] * 2
    assert str(keys.active.as_dict(private=True)["d"]) not in repr(keys)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"active": "a", "keys": []}', "not json"])
def test_a_damaged_file_stops_the_start(tmp_path: Path, text: str) -> None:
    _store(tmp_path, text)
    with pytest.raises(SettingsError, match="damaged"):
        signing_keys(tmp_path)


def test_a_key_of_another_kind_stops_the_start(tmp_path: Path) -> None:
    for key in (
        ECKey.generate_key("P-384", auto_kid=True),
        RSAKey.generate_key(2048, auto_kid=True),
    ):
        row = key.as_dict(private=True)
        _store(tmp_path, json.dumps({"active": row["kid"], "keys": [row]}))
        with pytest.raises(SettingsError):
            signing_keys(tmp_path)
    public = ECKey.generate_key("P-256", auto_kid=True).as_dict(private=False)
    _store(tmp_path, json.dumps({"active": public["kid"], "keys": [public]}))
    with pytest.raises(SettingsError):
        signing_keys(tmp_path)


def _store(data_dir: Path, text: str) -> None:
    folder = data_dir / "keys"
    folder.mkdir(exist_ok=True)
    file = folder / "signing.json"
    file.touch(0o600)
    file.write_text(text)
