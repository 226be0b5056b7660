"""Strict JSON and bodies counted on the stream."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.types import Message

from hub.errors import MalformedError, MediaTypeError, TooLargeError
from hub.web.body import parse_json, read_body, read_json


class Stream:
    """A body that arrives in parts and remembers how many were taken."""

    def __init__(self, *parts: bytes) -> None:
        self.parts = list(parts)
        self.taken = 0

    async def __call__(self) -> Message:
        part = self.parts[self.taken]
        self.taken += 1
        more = self.taken < len(self.parts)
        return {"type": "http.request", "body": part, "more_body": more}


def request_of(stream: Stream, **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "headers": raw}, stream)


async def test_body_at_the_limit_is_read() -> None:
    assert await read_body(request_of(Stream(b"ab", b"cd")), 4) == b"abcd"


async def test_chunked_body_is_refused_at_the_limit_and_not_read_on() -> None:
    stream = Stream(*[b"x" * 10] * 100)
    with pytest.raises(TooLargeError):
        await read_body(request_of(stream), 25)
    assert stream.taken == 3


async def test_declared_length_is_refused_before_reading() -> None:
    stream = Stream(b"x")
    with pytest.raises(TooLargeError):
        await read_body(request_of(stream, content_length="9" * 5000), 25)
    assert stream.taken == 0


async def test_lying_length_is_counted_all_the_same() -> None:
    with pytest.raises(TooLargeError):
        await read_body(request_of(Stream(b"x" * 30), content_length="3"), 25)


@pytest.mark.parametrize(
    "kind",
    ["application/json", "Application/JSON;charset=UTF-8", 'application/json; charset="utf-8"'],
)
async def test_json_in_utf8_is_read(kind: str) -> None:
    assert await read_json(request_of(Stream(b'{"a":1}'), content_type=kind), 99) == {"a": 1}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content_type": ""},
        {"content_type": "text/plain"},
        {"content_type": "x-application/json-x"},
        {"content_type": "application/json5"},
        {"content_type": "application/json; charset=utf-16"},
        {"content_type": "application/json; boundary=x"},
        {"content_type": "application/json, text/plain"},
        {"content_type": "application/graphql"},
        {"content_type": "application/x-www-form-urlencoded"},
        {"content_type": "multipart/form-data; boundary=x"},
        {"content_type": "application/json", "content_encoding": "gzip"},
    ],
)
async def test_other_media_types_are_refused_unread(headers: dict[str, str]) -> None:
    stream = Stream(b'{"a":1}')
    with pytest.raises(MediaTypeError):
        await read_json(request_of(stream, **headers), 99)
    assert stream.taken == 0


REFUSED = {
    "empty": b"",
    "half": b'{"a": ',
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "huge float": b'{"a": 1e999}',
    "21 digits": b'{"a": 123456789012345678901}',
    "21 digits negative": b'{"a": -123456789012345678901}',
    "doubled key": b'{"a": 1, "a": 1}',
    "doubled key below": b'{"b": [{"a": 1, "a": 2}]}',
    "doubled key escaped": b'{"a": 1, "\\u0061": 1}',
    "nesting 65": b"[" * 65 + b"]" * 65,
    "nesting 65 objects": b'{"a":' * 65 + b"1" + b"}" * 65,
    "nesting 100000": b"[" * 100_000,
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf{}",
    "latin-1": b'{"a": "\xe9"}',
    "surrogate in UTF-8": b'{"a": "\xed\xa0\x80"}',
    "half a pair": b'{"a": "\\ud800"}',
    "half a pair in a key": b'{"\\udc00": 1}',
    "NUL escaped": b'{"a": "x\\u0000"}',
    "NUL raw": b'{"a": "\x00"}',
    "trailing comma": b"[1,]",
    "two values": b"{} {}",
    "single quotes": b"{'a': 1}",
    "leading zero": b'{"a": 01}',
    "comment": b"{} // x",
}


@pytest.mark.parametrize("name", REFUSED)
def test_loose_json_is_refused(name: str) -> None:
    with pytest.raises(MalformedError):
        parse_json(REFUSED[name])


def test_error_tells_the_place_and_not_the_content() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_json(b'{\n "value": 777777 oops}')
    assert "line 2" in caught.value.message
    assert "777777" not in caught.value.message and "oops" not in caught.value.message


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 64 + b"]" * 64,
        b"12345678901234567890",
        b"-12345678901234567890",
        b'"\\ud83c\\udfc3"',
        b'"\\\\u0000 is text"',
        '"\N{RUNNER}"'.encode(),
    ],
)
def test_unusual_but_valid_json_is_read(body: bytes) -> None:
    parse_json(body)


@pytest.mark.parametrize("body", [b"[]", b'"a"', b"1", b"null", b"true"])
async def test_anything_but_an_object_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedError):
        await read_json(request_of(Stream(body), content_type="application/json"), 99)


@given(st.binary(max_size=60))
def test_no_bytes_make_it_fail_otherwise(body: bytes) -> None:
    try:
        value: Any = parse_json(body)
    except MalformedError:
        return
    assert value is None or isinstance(value, bool | int | float | str | list | dict)
