"""What the database says when others are in the way or it goes away, in the hub's own errors.

Three moments, three meanings: before a connection is there and before the commit nothing was
kept, and asking again is safe; at the commit nobody may know.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from asyncpg import InterfaceError, PostgresError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFreeError

from hub.errors import (
    BusyError,
    DatabaseError,
    HubError,
    OutcomeUnknownError,
    OverloadedError,
    StorageFullError,
)

WAITED = "55P03"
"""lock_not_available: ``lock_timeout`` passed."""
IN_THE_WAY = frozenset({"40001", "40P01", WAITED})
"""serialization_failure, deadlock_detected, lock_not_available."""
STOPPED = "57014"
"""query_canceled: ``statement_timeout`` passed, or an operator stopped the statement."""
FULL = "53"
"""Class of insufficient resources: connections, memory."""
DISK_FULL = "53100"
REFUSALS = ("23", "40")
"""Classes of errors with which the server itself ends a transaction: nothing is kept."""


def code_of(error: BaseException | None) -> str:
    """Give the SQLSTATE of an error; empty when the server did not send one."""
    found = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(found, "sqlstate", None) or "")


@contextmanager
def connecting_said() -> Iterator[None]:
    """Around taking a connection: the pool may be empty, the server full or not there.

    Raises ``OverloadedError`` or ``DatabaseError``; nothing was begun.
    """
    try:
        yield
    except NoConnectionFreeError as error:
        raise OverloadedError from error
    except (DBAPIError, PostgresError, InterfaceError, OSError) as error:
        raise _gone_or_full(error) from error


@contextmanager
def contention_said(*, is_shared: bool = False) -> Iterator[None]:
    """Say before the commit that others were in the way, or that the server went away.

    ``is_shared`` says that nobody competes for an object here: who waited in vain for a lock is
    told that the hub is overloaded, not that somebody else was faster. Raises ``BusyError``,
    ``OverloadedError``, ``StorageFullError`` or ``DatabaseError``; in every case nothing was kept.
    """
    try:
        yield
    except (DBAPIError, PostgresError) as error:
        if is_shared and code_of(error) == WAITED:
            raise OverloadedError from error
        said = _refused(code_of(error))
        if said is not None:
            raise said from error
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise _gone_or_full(error) from error
        raise
    except ConnectionError as error:
        raise _gone_or_full(error) from error


@contextmanager
def commit_said() -> Iterator[None]:
    """Around the COMMIT: an answer that never came is neither success nor failure.

    Raises ``OutcomeUnknownError`` then; ``BusyError``, ``OverloadedError`` or
    ``StorageFullError`` when the server refused the commit.
    """
    try:
        yield
    except DBAPIError as error:
        code = code_of(error)
        said = _refused(code)
        if said is not None:
            raise said from error
        if code.startswith(REFUSALS):
            raise
        raise OutcomeUnknownError from error
    except OSError as error:
        raise OutcomeUnknownError from error


def _refused(code: str) -> HubError | None:
    """Say in the hub's words why the server did not do it; None for what is not of this kind."""
    if code in IN_THE_WAY:
        return BusyError()
    if code == DISK_FULL:
        return StorageFullError()
    if code == STOPPED or code.startswith(FULL):
        return OverloadedError()
    return None


def _gone_or_full(error: BaseException) -> DatabaseError:
    if code_of(error).startswith(FULL):
        return OverloadedError()
    return DatabaseError("The database does not answer. Nothing was kept; ask again soon.")
