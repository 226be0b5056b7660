"""The sign-in profile: what an operator may write, and what stops the start."""

import json
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from hub.auth.oidc.profile import client_proof, read_profile
from hub.auth.oidc.provider import provider_of
from hub.clock import now
from hub.errors import KeyFileError, SettingsError
from hub.settings import Settings

GOOD = {
    "issuer": "https://login.example.org/t",
    "client_id": "the-hub",
    "authorization_endpoint": "https://login.example.org/t/authorize",
    "token_endpoint": "https://login.example.org/t/token",
    "jwks_uri": "https://login.example.org/t/keys",
    "algorithm": "RS256",
    "secret_file": "/run/secrets/hub",
}
LOOPBACK = {
    name: text.replace("https://login.example.org", "http://127.0.0.1:9")
    for name, text in GOOD.items()
}


def written(folder: Path, values: dict[str, str]) -> Path:
    file = folder / "profile.toml"
    file.write_text("".join(f"{name} = {json.dumps(text)}\n" for name, text in values.items()))
    return file


def test_a_profile_is_read(tmp_path: Path) -> None:
    profile = read_profile(written(tmp_path, GOOD), production=True)
    assert (profile.issuer, profile.algorithm) == (GOOD["issuer"], "RS256")
    assert profile.answers_with_issuer


@pytest.mark.parametrize(
    "changed",
    [
        {"algorithm": "HS256"},
        {"algorithm": "none"},
        {"issuer": "http://login.example.org"},
        {"jwks_uri": "http://login.example.org/keys"},
        {"token_endpoint": "file:///etc/passwd"},
        {"token_endpoint": "https://user@login.example.org/token"},
        {"authorization_endpoint": "//login.example.org"},
        {"client_id": ""},
        {"scope": "profile"},
        {"key_file": "/both"},
        {"surprise": "x"},
    ],
    ids=str,
)
def test_an_unsafe_profile_stops_the_start(tmp_path: Path, changed: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        read_profile(written(tmp_path, GOOD | changed), production=False)


def test_plain_http_is_for_this_machine_outside_production_only(tmp_path: Path) -> None:
    file = written(tmp_path, LOOPBACK)
    assert read_profile(file, production=False)
    with pytest.raises(SettingsError, match="https"):
        read_profile(file, production=True)


def test_a_missing_or_broken_file_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        read_profile(tmp_path / "none.toml", production=True)
    (tmp_path / "broken.toml").write_text("issuer = ")
    with pytest.raises(SettingsError, match="TOML"):
        read_profile(tmp_path / "broken.toml", production=True)


def secret_profile(folder: Path, mode: int, text: str) -> Path:
    secret = folder / "secret"
    secret.write_text(text)
    secret.chmod(mode)
    return written(folder, GOOD | {"secret_file": str(secret)})


def test_a_secret_that_others_may_read_stops_the_start(tmp_path: Path) -> None:
    profile = read_profile(secret_profile(tmp_path, 0o600, "s3cret\n"), production=True)
    assert client_proof(profile) == "s3cret"
    (tmp_path / "secret").chmod(0o644)
    with pytest.raises(KeyFileError, match="open to others"):
        client_proof(profile)
    (tmp_path / "secret").unlink()
    with pytest.raises(SettingsError, match="missing"):
        client_proof(profile)


def test_a_weak_or_public_key_stops_the_start(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.touch(0o600)
    values = {name: text for name, text in GOOD.items() if name != "secret_file"}
    file = written(tmp_path, values | {"key_file": str(key)})
    settings = Settings(data_dir=tmp_path, sign_in_profile=file)
    good = ECKey.generate_key("P-256", {"kid": "one"})
    unfit: list[object] = [
        good.as_dict(private=False),
        ECKey.generate_key("P-384", {"kid": "one"}).as_dict(private=True),
        {name: v for name, v in good.as_dict(private=True).items() if name != "kid"},
        {"kty": "oct", "k": "A" * 44, "kid": "one"},
        [],
    ]
    for bad in unfit:
        key.write_text(json.dumps(bad))
        with pytest.raises(SettingsError, match="private JWK"):
            provider_of(settings, now)
    key.write_text(json.dumps(good.as_dict(private=True)))
    found = provider_of(settings, now)
    assert found is not None
    assert str(good.as_dict(private=True)["d"]) not in repr(found)


def test_without_a_profile_there_is_no_provider(tmp_path: Path) -> None:
    assert provider_of(Settings(data_dir=tmp_path), now) is None
