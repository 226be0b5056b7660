"""Entity tags: the same bytes, the same tag; a client that has them gets no bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response

from hub.web.etag import conditional, is_match, strong_etag

TAG = strong_etag(b"body")


def asking(header: str | None) -> Request:
    headers = [] if header is None else [(b"if-none-match", header.encode())]
    return Request({"type": "http", "method": "GET", "headers": headers})


@given(st.binary(), st.binary())
def test_tags_are_equal_just_when_bodies_are(one: bytes, other: bytes) -> None:
    assert (strong_etag(one) == strong_etag(other)) == (one == other)


@pytest.mark.parametrize(
    ("header", "matches"),
    [
        (TAG, True),
        (f'"other", {TAG}', True),
        (f"W/{TAG}", True),
        ("*", True),
        ("", False),
        ('"other"', False),
        (TAG.strip('"'), False),
        (TAG[:-2] + '"', False),
    ],
)
def test_header_names_the_tag(header: str, matches: bool) -> None:
    assert is_match(header, TAG) is matches


def test_known_bytes_are_not_sent_again() -> None:
    response = Response("body", headers={"Vary": "Cookie", "Content-Disposition": "x"})
    again = conditional(asking(TAG), response)
    assert (again.status_code, again.body) == (304, b"")
    assert again.headers["etag"] == TAG
    assert again.headers["cache-control"] == "private, no-cache"
    assert again.headers["vary"] == "Cookie"
    assert "content-disposition" not in again.headers


def test_new_bytes_are_sent_with_their_tag() -> None:
    response = conditional(asking('"old"'), Response("body"), cache="public, max-age=60")
    assert (response.status_code, response.body) == (200, b"body")
    assert response.headers["etag"] == TAG
    assert response.headers["cache-control"] == "public, max-age=60"


def test_refusals_are_never_tagged() -> None:
    response = conditional(asking("*"), Response("no", 403))
    assert response.status_code == 403
    assert "etag" not in response.headers and "cache-control" not in response.headers
