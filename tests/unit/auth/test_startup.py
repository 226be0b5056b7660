"""What the hub refuses to start with, and where the demo's sign-in may send a browser."""

from pathlib import Path
from typing import Any

import pytest

from hub.auth.startup import is_loopback, refuse_unsafe
from hub.errors import SettingsError
from hub.settings import Settings
from hub.web.sign_in import local_path
from hub.web.tickets import ticket_routes


def settings(**more: Any) -> Settings:
    return Settings(**({"data_dir": Path("unused")} | more))


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"issuer": "https://hub.example.org"},
        {"issuer": "https://example.org/hub", "host": "0.0.0.0"},  # noqa: S104
        {"env": "demo", "issuer": "http://[::1]:8000", "host": "::1"},
        {"env": "development", "issuer": "http://localhost:8000", "host": "localhost"},
    ],
)
def test_safe_settings_start(more: dict[str, Any]) -> None:
    refuse_unsafe(settings(**more), {})


@pytest.mark.parametrize(
    "more, environ",
    [
        ({"issuer": "http://hub.example.org"}, {}),
        ({"issuer": "https://hub.example.org/"}, {}),
        ({"issuer": "https://hub.example.org?x=1"}, {}),
        ({"issuer": "hub.example.org"}, {}),
        ({"issuer": "ftp://127.0.0.1"}, {}),
        ({"issuer": "http://127.0.0.1.example.org"}, {}),
        ({}, {"AUTHLIB_INSECURE_TRANSPORT": "1"}),
        ({"env": "demo", "host": "0.0.0.0"}, {}),  # noqa: S104
    ],
)
def test_unsafe_settings_do_not(more: dict[str, Any], environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        refuse_unsafe(settings(**more), environ)


@pytest.mark.parametrize("env", ["production", "development"])
def test_the_demo_sign_in_exists_in_the_demo_only(env: str) -> None:
    with pytest.raises(SettingsError, match="demo"):
        ticket_routes(settings(env=env))
    with pytest.raises(SettingsError, match="loopback"):
        ticket_routes(settings(env="demo", host="0.0.0.0"))  # noqa: S104
    assert [route.path for route in ticket_routes(settings(env="demo"))] == ["/sign-in"]


def test_loopback() -> None:
    assert is_loopback("127.8.0.1")
    assert not is_loopback("192.0.2.1")
    assert not is_loopback("localhost.example.org")


@pytest.mark.parametrize("path", ["/", "/journey", "/journey?area=E1&period=CY2017", "/a//b"])
def test_local_paths_are_followed(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "journey",
        "//evil.example",
        "/\\evil.example",
        "/a\\b",
        "\\\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=1",
        "/\tb",
        " /a",
        "/a b",
    ],
)
def test_other_paths_lead_to_the_front_page(path: str) -> None:
    assert local_path(path) == "/"
