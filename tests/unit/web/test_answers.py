"""Kept answers: bounded, apart by audience, compressed and tagged as HTTP asks."""

import gzip
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.requests import Request

from hub.web.answers import Answer, Answers, Reply, given, key_of, takes_gzip, text_of


@dataclass(frozen=True)
class Made:
    """An edition."""

    number: int
    audience: str


PARTNER, PUBLIC = Made(1, "partner"), Made(1, "public")
BODY = b'{"data":"' + b"x" * 4000 + b'"}'


def asked(method: str = "GET", **headers: str) -> Request:
    named = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    return Request({"type": "http", "method": method, "headers": named, "query_string": b""})


def fields(reply: Reply) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in reply.form.fields}


def test_the_audience_is_part_of_the_key() -> None:
    answers = Answers(10**6)
    answers.keep(key_of(PARTNER, "d", text_of({})), b"for partners")
    assert answers.get(key_of(PUBLIC, "d", text_of({}))) is None


@pytest.mark.parametrize(
    ("edition", "digest", "variables"),
    [(Made(2, "partner"), "d", {"a": 1}), (PARTNER, "e", {"a": 1}), (PARTNER, "d", {"a": "1"})],
)
def test_all_that_decides_an_answer_is_part_of_the_key(
    edition: Made, digest: str, variables: dict[str, Any]
) -> None:
    assert key_of(edition, digest, text_of(variables)) != key_of(PARTNER, "d", text_of({"a": 1}))


def test_the_order_of_variables_is_not() -> None:
    assert key_of(PARTNER, "d", text_of({"a": 1, "b": 2})) == key_of(
        PARTNER, "d", text_of({"b": 2, "a": 1})
    )


def test_what_was_not_asked_for_the_longest_goes_first() -> None:
    answers = Answers(6 * Answer(BODY).size)
    keys = [key_of(PARTNER, str(number), text_of({})) for number in range(9)]
    for key in keys:
        answers.keep(key, BODY)
        assert answers.get(keys[0]) is not None
        assert answers.size <= 6 * Answer(BODY).size
    assert answers.get(keys[1]) is None


def test_one_answer_never_fills_the_memory() -> None:
    answers = Answers(3 * Answer(BODY).size)
    answers.keep(key_of(PARTNER, "d", text_of({})), BODY)
    assert answers.size == 0


def test_the_compressed_answer_is_the_same_answer_with_a_tag_of_its_own() -> None:
    answer = Answer(BODY)
    plain = given(asked(), answer, "application/json")
    small = given(asked(accept_encoding="br, gzip;q=0.5"), answer, "application/json")
    assert gzip.decompress(small.body) == plain.body == BODY
    assert fields(small)["content-encoding"] == "gzip"
    assert fields(small)["etag"] != fields(plain)["etag"]


def test_who_has_it_is_told_so_and_sent_nothing() -> None:
    answer = Answer(BODY)
    etag = fields(given(asked(), answer, "application/json"))["etag"]
    again = given(asked(if_none_match=etag), answer, "application/json")
    assert (again.form.status, again.body) == (304, b"")
    assert given(asked("POST", if_none_match=etag), answer, "application/json").form.status == 200


@pytest.mark.parametrize(
    ("header", "takes"),
    [("gzip", True), ("br,GZIP ; q=0.1", True), ("gzip;q=0", False), ("br", False), ("", False)],
)
def test_gzip_is_for_who_names_it(header: str, takes: bool) -> None:
    assert takes_gzip(asked(accept_encoding=header)) is takes
