"""What goes wrong at the database, in the hub's own words."""

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFreeError

from hub.db.contention import commit_said, contention_said
from hub.errors import BusyError, DatabaseError, HubError, OutcomeUnknownError, StorageFullError


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
        (failure("53100"), StorageFullError),
        (failure(None, lost=True), DatabaseError),
        (NoConnectionFreeError("QueuePool limit"), DatabaseError),
        (ConnectionResetError(), DatabaseError),
    ],
)
def test_before_the_commit_nothing_was_kept(error: Exception, said: type[HubError]) -> None:
    with pytest.raises(said, match=r"[Nn]othing was (kept|done)"), contention_said():
        raise error


@pytest.mark.parametrize("error", [failure(None), failure("57P01"), ConnectionResetError()])
def test_a_commit_without_an_answer_is_unknown(error: Exception) -> None:
    with pytest.raises(OutcomeUnknownError), commit_said():
        raise error


@pytest.mark.parametrize(
    ("state", "said"), [("40001", BusyError), ("53100", StorageFullError), ("23505", DBAPIError)]
)
def test_a_commit_that_was_refused_is_known(state: str, said: type[Exception]) -> None:
    with pytest.raises(said), commit_said():
        raise failure(state)
