"""Every hostile file is refused cleanly; every odd but valid one is accepted (U1)."""

import time

import pytest

from hub.errors import MalformedError, TooLargeError
from hub.loaders import load
from tests.factory import words
from tests.hostile.files import HOSTILE, ODD_BUT_VALID, PLANTED

_WORDS = words()


def answer(media_type: str, body: bytes) -> tuple[bool, str]:
    """Whether it was accepted, and everything that was said."""
    try:
        loaded = load(
            body,
            media_type,
            dataset="POLICE_RECORDS",
            agency="HERTS_POLICE",
            period="CY2017",
            words=_WORDS,
        )
    except (MalformedError, TooLargeError) as error:
        return False, f"{error} {error!r}"
    return loaded.is_whole, f"{loaded!r} {loaded.findings}"


def test_the_set_is_large() -> None:
    assert len(HOSTILE) >= 48


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_cleanly_and_repeat_nothing(name: str) -> None:
    media_type, make = HOSTILE[name]
    body = make()
    started = time.monotonic()
    accepted, said = answer(media_type, body)
    assert not accepted
    assert PLANTED not in said
    assert "/" + "hub" not in said
    assert "Traceback" not in said
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("name", ODD_BUT_VALID)
def test_odd_but_valid_files_are_accepted(name: str) -> None:
    media_type, make, rows = ODD_BUT_VALID[name]
    loaded = load(
        make(),
        media_type,
        dataset="POLICE_RECORDS",
        agency="HERTS_POLICE",
        period="CY2017",
        words=_WORDS,
    )
    assert loaded.return_ is not None
    assert len(loaded.return_.observations) == rows
