"""What the short way writes and says of itself; how it answers: ``tests/functional``."""

from typing import Any

import pytest

from hub.web.express import Arrived, Asked, Came, Head, Told, joined

PLANTED = "planted-617"


def test_header_fields_are_written_one_a_line() -> None:
    assert joined([(b"a", b"b"), (b"c", b"d, e")]) == b"a: b\r\nc: d, e\r\n"


@pytest.mark.parametrize("value", [b"x\r\nset-cookie: y", b"x\ny", b"x\ry"])
def test_a_field_that_would_be_two_is_an_error(value: bytes) -> None:
    with pytest.raises(ValueError, match="line end"):
        joined([(b"a", value)])


def test_nothing_of_a_request_or_an_answer_is_in_a_repr() -> None:
    text = PLANTED.encode()
    caller: Any = None
    arrived, head = Arrived(text, PLANTED), Head({"x": PLANTED}, 1, text, PLANTED, PLANTED, PLANTED)
    for one in (
        arrived,
        head,
        Came(head, text, PLANTED, 200, text),
        Asked(head, text, arrived, caller, {"x": PLANTED}, 0.0),
        Told(200, text, text),
    ):
        assert PLANTED not in repr(one)
