"""Locks between hub processes that share one data folder."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.errors import DatabaseError


class FileLock:
    """An exclusive lock on a file; the system lets go of it when its holder dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this object holds the lock."""
        return self._handle is not None

    def acquire(self) -> bool:
        """Take the lock if it is free; say whether it is held now."""
        if self._handle is None:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(handle)
                return False
            self._handle = handle
        return True

    def release(self) -> None:
        """Let go; harmless when the lock is not held."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


@contextmanager
def held(path: Path, *, seconds: float) -> Iterator[None]:
    """Hold the lock on ``path`` for a block, waiting up to ``seconds`` for it.

    Raises ``DatabaseError`` when another process keeps it longer than that.
    """
    lock = FileLock(path)
    deadline = time.monotonic() + seconds
    while not lock.acquire():
        if time.monotonic() > deadline:
            raise DatabaseError("Another hub process is still starting or stopping the database.")
        time.sleep(0.05)
    try:
        yield
    finally:
        lock.release()
