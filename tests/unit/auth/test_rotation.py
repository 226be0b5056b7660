"""Rotating keys: each step in its time, and a running process follows without a restart."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.auth import keys as keys_module
from hub.auth.keys import key_file, read_keys, signing_keys
from hub.auth.rotation import CACHE, OLD_TOKENS, activate, publish_next, retire, states
from hub.errors import ConflictError, NotFoundError

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(keys_module, "LOOK_AGAIN", 0)
    signing_keys(tmp_path)
    return tmp_path


def kids(folder: Path) -> tuple[str, list[str]]:
    with key_file(folder) as file:
        found = states(read_keys(file))
    return next(one.kid for one in found if one.is_active), [one.kid for one in found]


def test_a_whole_rotation(folder: Path) -> None:
    running = signing_keys(folder)
    old, (first, second) = kids(folder)
    assert old == first
    activate(folder, second, AT)
    assert running.active.kid == second
    assert running.find(first) is not None, "tokens of the old key still hold"
    with pytest.raises(ConflictError, match="Tokens of this key"):
        retire(folder, first, AT + OLD_TOKENS - timedelta(seconds=1))
    retire(folder, first, AT + OLD_TOKENS)
    assert running.find(first) is None
    fresh = publish_next(folder, AT + OLD_TOKENS).kid
    assert kids(folder) == (second, [second, fresh])
    assert running.find(fresh) is not None
    with pytest.raises(ConflictError, match="Not every cache"):
        activate(folder, fresh, AT + OLD_TOKENS + CACHE - timedelta(seconds=1))
    activate(folder, fresh, AT + OLD_TOKENS + CACHE)


def test_steps_out_of_turn_are_refused(folder: Path) -> None:
    active, (_, other) = kids(folder)
    with pytest.raises(ConflictError, match="Two keys"):
        publish_next(folder, AT)
    with pytest.raises(ConflictError, match="signs already"):
        activate(folder, active, AT)
    with pytest.raises(ConflictError, match="activate another"):
        retire(folder, active, AT)
    for act in (activate, retire):
        with pytest.raises(NotFoundError):
            act(folder, "another", AT)
    assert kids(folder) == (active, [active, other])


def test_a_lost_key_is_replaced_at_once(folder: Path) -> None:
    active, (_, other) = kids(folder)
    activate(folder, other, AT, at_once=True)
    retire(folder, active, AT, at_once=True)
    assert kids(folder) == (other, [other])


def test_a_file_that_breaks_leaves_the_last_good_keys(folder: Path) -> None:
    running = signing_keys(folder)
    kid = running.active.kid
    (folder / "keys" / "signing.json").write_text("{")
    assert running.active.kid == kid


def test_the_file_stays_private(folder: Path) -> None:
    activate(folder, kids(folder)[1][1], AT)
    assert (folder / "keys" / "signing.json").stat().st_mode & 0o777 == 0o600
