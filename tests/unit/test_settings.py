"""What a hub does whose operator set nothing (security P7): the safe thing, word for word."""

import pytest

from hub.settings import Settings

DEFAULTS: dict[str, object] = {
    "env": "production",
    "data_dir": ".hub",
    "database_url": None,
    "read_database_urls": None,
    "issuer": "http://127.0.0.1:8000",
    "sign_in_profile": None,
    "host": "127.0.0.1",
    "port": 8000,
    "upload_limit": 10485760,
    "graphql_limit": 131072,
    "compile": True,
    "answers_memory": 67108864,
    "areas_memory": 134217728,
    "audit_heads": None,
    "audit_patience": 900,
    "method_secret_file": None,
    "protection_processes": 2,
    "originals_key": None,
    "originals_days": 30,
    "requests_per_minute": 6000,
    "rows_per_minute": 2000000,
    "address_requests_per_minute": 30000,
    "failed_proofs_per_minute": 120,
    "processes": 1,
    "scan_areas": 60,
    "scan_rows": 200000,
    "proxy": None,
    "webhook_networks": "",
    "webhook_authorities": None,
    "contacts": None,
    "smtp_host": None,
    "smtp_port": 587,
    "smtp_security": "starttls",
    "smtp_user": None,
    "smtp_password": None,
    "smtp_from": None,
    "log_level": "INFO",
}


def test_the_defaults_are_these(monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed default is a decision: it is made here as well, in view of the next line."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"HUB_{name.upper()}", raising=False)
    assert Settings().model_dump(mode="json") == DEFAULTS


def test_they_are_safe() -> None:
    """Production, on loopback, nobody trusted to speak for others, no secret and no way out."""
    assert DEFAULTS["env"] == "production"
    assert DEFAULTS["host"] == "127.0.0.1"
    opening = ("proxy", "webhook_networks", "smtp_host", "sign_in_profile", "database_url")
    assert [name for name in opening if DEFAULTS[name]] == []
    assert DEFAULTS["smtp_security"] == "starttls"
    assert DEFAULTS["log_level"] == "INFO"


def test_a_setting_is_never_shown_with_its_secret() -> None:
    settings = Settings(database_url="postgresql://o:planted@h/d", smtp_password="planted")
    assert "planted" not in f"{settings!r} {settings} {settings.model_dump_json()}"
