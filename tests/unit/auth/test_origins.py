"""Which texts are origins that a client's pages may be at."""

import pytest

from hub.auth.origins import LONGEST, is_origin

FIT = ["https://board.example.org", "https://board.example.org:8443", "http://127.0.0.1:3000",
       "http://localhost"]  # fmt: skip
UNFIT = ["*", "null", "https://*.example.org", "https://board.example.org/", "HTTPS://a.example",
         "http://board.example.org", "https://board.example.org:443", "board.example.org",
         "https://a@b.example", "https://", "https://" + "a" * LONGEST]  # fmt: skip


@pytest.mark.parametrize("text", FIT)
def test_an_origin_is_one(text: str) -> None:
    assert is_origin(text)


@pytest.mark.parametrize("text", UNFIT)
def test_what_is_no_origin(text: str) -> None:
    assert not is_origin(text)
