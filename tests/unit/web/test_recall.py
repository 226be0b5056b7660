"""What a request came to is found for the same bytes of the same caller only."""

import pytest

from hub.web.answers import Form
from hub.web.recall import RECALLED, Recalled, Recalls, same_of

SCOPE = {"method": "GET", "query_string": b"query=1", "headers": [(b"accept", b"*/*")]}
CALLER = object()
CAME_TO = Recalled(CALLER, ("partner", 1, "d", "{}"), '"tag"', Form(200, []), 5, ())


@pytest.fixture
def recalls() -> Recalls:
    made = Recalls(longest=30)
    made.keep(SCOPE, b"body", CAME_TO)
    return made


def test_the_same_request_is_found(recalls: Recalls) -> None:
    again = SCOPE | {"headers": [(b"accept", b"*/*")]}
    assert recalls.get(same_of(again, b"body"), CALLER) is CAME_TO


@pytest.mark.parametrize(
    ("changed", "body"),
    [
        ({"method": "POST"}, b"body"),
        ({"query_string": b"query=2"}, b"body"),
        ({"headers": [(b"accept", b"*/*"), (b"if-none-match", b"*")]}, b"body"),
        ({"headers": [(b"accept", b"text/html")]}, b"body"),
        ({}, b"Body"),
    ],
)
def test_another_is_not(recalls: Recalls, changed: dict[str, object], body: bytes) -> None:
    assert recalls.get(same_of(SCOPE | changed, body), CALLER) is None


def test_another_caller_is_another_however_alike(recalls: Recalls) -> None:
    assert recalls.get(same_of(SCOPE, b"body"), object()) is None


@pytest.mark.parametrize(
    ("changed", "body"),
    [
        ({}, b"x" * 20),
        ({"query_string": b"x" * 30}, b""),
        ({"headers": [(b"x" * 15, b"y" * 15)]}, b""),
    ],
)
def test_a_long_one_is_not_remembered(
    recalls: Recalls, changed: dict[str, object], body: bytes
) -> None:
    recalls.keep(SCOPE | changed, body, CAME_TO)
    assert recalls.get(same_of(SCOPE | changed, body), CALLER) is None


def test_they_are_few(recalls: Recalls) -> None:
    bodies = [str(number).encode() for number in range(RECALLED)]
    for body in bodies:
        recalls.keep(SCOPE, body, CAME_TO)
    assert recalls.get(same_of(SCOPE, b"body"), CALLER) is None
    assert recalls.get(same_of(SCOPE, bodies[0]), CALLER) is CAME_TO
