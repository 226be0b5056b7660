"""Reading the ``Authorization`` header."""

import base64

import pytest

from hub.auth.clients import Client, hash_secret, new_secret
from hub.auth.credentials import basic_credentials, bearer_token


def basic(text: str | bytes) -> str:
    raw = text.encode() if isinstance(text, str) else text
    return "Basic " + base64.b64encode(raw).decode()


@pytest.mark.parametrize(
    "header, expected",
    [
        (basic("a:b"), ("a", "b")),
        (basic("a:b:c"), ("a", "b:c")),
        (basic("a%3Ax:b%20c"), ("a:x", "b c")),
        (basic("a:b").replace("Basic", "bAsIc"), ("a", "b")),
        (basic("a"), None),
        (basic(":b"), None),
        (basic("a:"), None),
        (basic(b"\xff:\xfe"), None),
        ("Basic", None),
        ("Basic !!!!", None),
        ("Basic " + "A" * 9000, None),
        ("Bearer YTpi", None),
        ("", None),
    ],
)
def test_basic(header: str, expected: tuple[str, str] | None) -> None:
    assert basic_credentials(header) == expected


@pytest.mark.parametrize(
    "header, expected",
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("Bearer", ""),
        ("Basic abc", None),
        ("Bearerabc", None),
        ("", None),
    ],
)
def test_bearer(header: str, expected: str | None) -> None:
    assert bearer_token(header) == expected


def test_a_secret_has_256_bits_and_only_its_hash_is_compared() -> None:
    secret = new_secret()
    assert len(base64.urlsafe_b64decode(secret + "=")) == 32
    client = Client("c", "", frozenset(), secret_hash=hash_secret(secret))
    assert client.holds_secret(secret)
    assert not client.holds_secret(secret + "x")
    assert not client.holds_secret("")
    assert secret not in repr(client)
    assert "secret_hash" not in repr(client)


def test_a_client_without_a_secret_is_opened_by_none() -> None:
    assert not Client("c", "", frozenset()).holds_secret("")
    keyed = Client(
        "c", "", frozenset(), auth_method="private_key_jwt", secret_hash=hash_secret("x")
    )
    assert not keyed.holds_secret("x")
