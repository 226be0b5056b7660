"""What the database says when others are in the way or it goes away, in the hub's own errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFreeError

from hub.errors import BusyError, DatabaseError, OutcomeUnknownError, StorageFullError

IN_THE_WAY = frozenset({"40001", "40P01", "55P03"})
"""serialization_failure, deadlock_detected, lock_not_available (``lock_timeout``)."""
DISK_FULL = "53100"
REFUSALS = ("23", "40")
"""Classes of errors with which the server itself ends a transaction: nothing is kept."""


def code_of(error: DBAPIError) -> str:
    """Give the SQLSTATE of an error; empty when the server did not send one."""
    return str(getattr(error.orig, "sqlstate", None) or "")


@contextmanager
def contention_said() -> Iterator[None]:
    """Say before the commit that others were in the way, or that the server went away.

    Raises ``BusyError`` or ``DatabaseError``; in both cases nothing was kept.
    """
    try:
        yield
    except DBAPIError as error:
        if code_of(error) in IN_THE_WAY:
            raise BusyError from error
        if code_of(error) == DISK_FULL:
            raise StorageFullError from error
        if error.connection_invalidated:
            raise DatabaseError("The database went away; nothing was kept. Ask again.") from error
        raise
    except NoConnectionFreeError as error:
        raise DatabaseError("Too many are asking at once; nothing was kept. Ask again.") from error
    except ConnectionError as error:
        raise DatabaseError("The database does not answer; nothing was kept. Ask again.") from error


@contextmanager
def commit_said() -> Iterator[None]:
    """Around the COMMIT: an answer that never came is neither success nor failure.

    Raises ``OutcomeUnknownError`` then, ``BusyError`` when the server refused the commit.
    """
    try:
        yield
    except DBAPIError as error:
        code = code_of(error)
        if code in IN_THE_WAY:
            raise BusyError from error
        if code == DISK_FULL:
            raise StorageFullError from error
        if code.startswith(REFUSALS):
            raise
        raise OutcomeUnknownError from error
    except OSError as error:
        raise OutcomeUnknownError from error
