"""Which redirect addresses a public client may register."""

import pytest

from hub.auth.redirects import is_redirect_uri

UNFIT = [
    "http://example.org/cb",
    "http://localhost:4711/cb",
    "http://127.0.0.1/cb",
    "https://user@example.org/cb",
    "https://example.org/cb#f",
    "https://example.org/a/../cb",
    "https://*.example.org/cb",
    "https:///cb",
    "https://:443/cb",
    "javascript:alert(1)",
    "myapp:/cb",
    "/cb",
    "",
    "http://127.0.0.1:0x50/cb",
    "https://example.org/a b",
    "https://example.org/" + "x" * 500,
]
FIT = [
    "https://example.org/cb",
    "http://127.0.0.1:4711/cb",
    "http://[::1]:4711/cb?x=1",
    "org.example.program:/cb",
]


@pytest.mark.parametrize("address", UNFIT)
def test_an_unfit_address_is_not_taken(address: str) -> None:
    assert not is_redirect_uri(address)


@pytest.mark.parametrize("address", FIT)
def test_a_fit_address_is(address: str) -> None:
    assert is_redirect_uri(address)
