"""``hub serve`` that kills itself (SIGKILL) in the midst of publishing, at a moment given to it.

    python -m tests.functional.dying 3          before the third statement of the transaction
    python -m tests.functional.dying commit     when all is done but the commit
    python -m tests.functional.dying answer     committed, and not yet answered

The transaction is the one that takes the lock on a release being made.
"""

import os
import signal
import sys
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import Pool

from hub.cli import app


class Death:
    """Counts the statements of the publishing transaction and ends the process at its moment."""

    def __init__(self, moment: str) -> None:
        self.moment, self.done = moment, 0
        self.connection: Any = None

    def statement(self, connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        """Before each statement."""
        if "release_draft" in statement and "FOR UPDATE" in statement:
            self.connection = connection.connection.dbapi_connection
        if connection.connection.dbapi_connection is self.connection:
            self.done += 1
            self._now(str(self.done))

    def commit(self, connection: Connection) -> None:
        """Before a commit."""
        if connection.connection.dbapi_connection is self.connection:
            self._now("commit")

    def back(self, connection: Any, *_: Any) -> None:
        """After it, when the connection goes back to the pool."""
        if connection is not None and connection is self.connection:
            self._now("answer")

    def _now(self, moment: str) -> None:
        if moment == self.moment:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Serve until the moment comes."""
    death = Death(sys.argv[1])
    event.listen(Engine, "before_cursor_execute", death.statement)
    event.listen(Engine, "commit", death.commit)
    event.listen(Pool, "checkin", death.back)
    app(["serve"])


if __name__ == "__main__":
    main()
