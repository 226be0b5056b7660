"""What is written on standard error, word for word."""

import io
import json
import logging
import re
import sys
from collections.abc import Iterator

import pytest
import structlog

from hub import logs
from hub.logs import Lines, configure_logs, outline

SECRET = "planted-7f3a9c"


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Standard error of a hub that was started like this."""
    out, root = io.StringIO(), logging.getLogger()
    handlers, level, hook = root.handlers[:], root.level, sys.unraisablehook
    monkeypatch.setattr(sys, "stderr", out)
    root.handlers = []
    configure_logs("INFO")
    yield out
    root.handlers, sys.unraisablehook = handlers, hook
    root.setLevel(level)
    structlog.reset_defaults()
    monkeypatch.setattr(logs, "_out", None)


def fail() -> None:
    try:
        raise KeyError(SECRET)
    except KeyError as error:
        raise RuntimeError(f"{SECRET} in a text") from error


def test_an_exception_is_told_by_type_and_place(said: io.StringIO) -> None:
    """As uvicorn and asyncio log what nobody caught; asyncio puts reprs in the message too."""
    for name, message in (("uvicorn.error", "Exception in ASGI application"), ("asyncio", SECRET)):
        try:
            fail()
        except RuntimeError as error:
            logging.getLogger(name).error(message, exc_info=error)
    first, second = [json.loads(line) for line in said.getvalue().splitlines()]
    assert (first["logger"], second["logger"]) == ("uvicorn.error", "asyncio")
    assert first["error"][0] == "builtins.RuntimeError"
    assert "builtins.KeyError" in first["error"]
    assert any("test_logs.py" in line and "in fail" in line for line in first["error"])
    assert SECRET not in said.getvalue()


def test_a_plain_message_stays(said: io.StringIO) -> None:
    logging.getLogger("somebody").warning("the pool is %s", "small")
    logging.getLogger("sqlalchemy.pool").warning("this may hold SQL")
    assert [json.loads(line)["message"] for line in said.getvalue().splitlines()] == [
        "the pool is small"
    ]


def test_what_nobody_can_catch_is_told_without_its_text(said: io.StringIO) -> None:
    class Bad:
        def __del__(self) -> None:
            raise ValueError(SECRET)

    bad = Bad()
    del bad
    assert json.loads(said.getvalue())["error"][0] == "builtins.ValueError"
    assert SECRET not in said.getvalue()


def test_a_circle_of_causes_ends() -> None:
    error = ValueError()
    error.__cause__ = error
    assert outline(error) == ["builtins.ValueError"]


def test_a_frequent_line_is_as_structlog_writes_it(said: io.StringIO) -> None:
    structlog.get_logger("a").info("made", number=1, nothing=None)
    Lines("a", "made").tell(number=1, nothing=None)
    first, second = [json.loads(line) for line in said.getvalue().splitlines()]
    assert list(first) == list(second)
    for told in (first, second):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", told.pop("timestamp"))
    assert first == second


@pytest.mark.parametrize(("level", "many"), [("DEBUG", 1), ("INFO", 1), ("WARNING", 0)])
def test_a_frequent_line_keeps_to_the_level(
    said: io.StringIO, monkeypatch: pytest.MonkeyPatch, level: str, many: int
) -> None:
    monkeypatch.setattr(sys, "stderr", said)
    configure_logs(level)
    Lines("a", "made").tell(number=1)
    assert len(said.getvalue().splitlines()) == many


def test_a_frequent_line_goes_where_structlog_writes_before_it_is_told_where(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_out", None)
    Lines("a", "made").tell(number=1)
    assert "number=1" in capsys.readouterr().out
