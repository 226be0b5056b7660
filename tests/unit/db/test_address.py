"""Addresses as operators write them."""

import pytest

from hub.db.address import parse
from hub.errors import SettingsError


def test_an_ordinary_address() -> None:
    url = parse("postgresql://owner:pass%2Fword@db.example:6432/hub")
    assert url.drivername == "postgresql+asyncpg"
    assert (url.username, url.password) == ("owner", "pass/word")
    assert (url.host, url.port, url.database) == ("db.example", 6432, "hub")


def test_a_socket_folder_in_the_query() -> None:
    url = parse("postgres://owner:secret@/hub?host=/run/postgresql&port=5433")
    assert (url.host, url.port, dict(url.query)) == ("/run/postgresql", 5433, {})


def test_sslmode_becomes_what_the_driver_knows() -> None:
    assert parse("postgresql://o:p@h/hub?sslmode=verify-full").query == {"ssl": "verify-full"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hub",
        "mysql://o:hush@h/hub",
        "postgresql://h/hub",
        "postgresql://o:hush@h",
        "postgresql://o:hush@h:port/hub",
        "postgresql://o:hush@/hub?port=hush",
        "postgresql://o:hush@/hub?host=a&host=b",
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(text)
    assert "hush" not in str(caught.value)
    assert caught.value.__cause__ is None
