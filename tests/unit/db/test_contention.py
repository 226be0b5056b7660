"""What goes wrong at the database, in the hub's own words."""

import pytest
from asyncpg import CannotConnectNowError as StartingError
from asyncpg import TooManyConnectionsError as ServerFullError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFreeError

from hub.db.contention import commit_said, connecting_said, contention_said
from hub.errors import (
    BusyError,
    DatabaseError,
    HubError,
    OutcomeUnknownError,
    OverloadedError,
    StorageFullError,
)


class ServerError(Exception):
    """Stands for what the driver raises."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("said the server")
        self.sqlstate = sqlstate


def failure(sqlstate: str | None, *, lost: bool = False) -> DBAPIError:
    return DBAPIError("COMMIT", {}, ServerError(sqlstate), connection_invalidated=lost)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (failure("40001"), BusyError),
        (failure("40P01"), BusyError),
        (failure("55P03"), BusyError),
        (failure("57014"), OverloadedError),
        (failure("53100"), StorageFullError),
        (failure(None, lost=True), DatabaseError),
        (failure("53300", lost=True), OverloadedError),
        (ConnectionResetError(), DatabaseError),
    ],
)
def test_before_the_commit_nothing_was_kept(error: Exception, said: type[HubError]) -> None:
    with pytest.raises(said, match=r"[Nn]othing was (kept|done)"), contention_said():
        raise error


def test_who_competes_for_nothing_was_not_outrun() -> None:
    with pytest.raises(OverloadedError), contention_said(is_shared=True):
        raise failure("55P03")
    with pytest.raises(BusyError), contention_said(is_shared=True):
        raise failure("40P01")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NoConnectionFreeError("QueuePool limit"), OverloadedError),
        (ServerFullError("too many connections"), OverloadedError),
        (StartingError("starting up"), DatabaseError),
        (FileNotFoundError(), DatabaseError),
        (ConnectionRefusedError(), DatabaseError),
    ],
)
def test_without_a_connection_nothing_was_begun(error: Exception, said: type[HubError]) -> None:
    with pytest.raises(said) as told, connecting_said():
        raise error
    assert type(told.value) is said
    assert "Nothing was kept" in told.value.message


@pytest.mark.parametrize("error", [failure(None), failure("57P01"), ConnectionResetError()])
def test_a_commit_without_an_answer_is_unknown(error: Exception) -> None:
    with pytest.raises(OutcomeUnknownError), commit_said():
        raise error


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("40001", BusyError),
        ("53100", StorageFullError),
        ("23505", DBAPIError),
        ("57014", OverloadedError),
    ],
)
def test_a_commit_that_was_refused_is_known(state: str, said: type[Exception]) -> None:
    with pytest.raises(said), commit_said():
        raise failure(state)
