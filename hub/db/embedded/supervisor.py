"""Starts, adopts, watches over and stops the embedded server of one data folder."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from sqlalchemy import URL

from hub import keyfiles
from hub.db.embedded import binaries, cluster, postmaster
from hub.db.embedded.home import ARCHIVED, Home, settle, shelf
from hub.db.embedded.postmaster import PidFile
from hub.db.lock import FileLock, held
from hub.errors import DatabaseError

ATTEMPTS = 5
START_SECONDS = 120
"""How long a starting server may say nothing; one that died is noticed at once."""
LOCK_SECONDS = 150
ATTACH_SECONDS = 20
LOG_LIMIT = 4 * 1024 * 1024
LEAST_ROOM = 64 * 1024 * 1024
"""Bytes that must be free: four pieces of the log, which a server cannot do without."""
PASSWORD_FILE = "postgres-owner.password"  # noqa: S105 (a file name)


@dataclass(frozen=True, slots=True)
class Server:
    """A running embedded server: how its owner connects."""

    socket_folder: Path
    port: int
    password: str = field(repr=False)
    owner: str = cluster.OWNER
    database: str = cluster.DATABASE

    @property
    def url(self) -> URL:
        """The owner's address, as SQLAlchemy takes it."""
        return URL.create(
            "postgresql+asyncpg",
            username=self.owner,
            password=self.password,
            host=str(self.socket_folder),
            port=self.port,
            database=self.database,
        )

    def address(self, database: str) -> str:
        """Give the owner's address of a database as ``HUB_DATABASE_URL`` and libpq take it."""
        return (
            f"postgresql://{self.owner}:{self.password}@/{database}"
            f"?host={self.socket_folder}&port={self.port}"
        )


REAP_SECONDS = 10.0
"""How long the process of a stopped server may take to be gone."""


class EmbeddedPostgres:
    """The embedded server of ``data_dir``.

    Several hub processes may hold one each for the same folder: the first starts the server and
    stops it at its end, the others attach. A server that outlived its hub is adopted. ``start``
    may be called again at any time; it brings back a server that has died, at the same address.
    """

    def __init__(
        self, data_dir: Path, *, attempts: int = ATTEMPTS, patience: float = START_SECONDS
    ) -> None:
        self._data_dir = data_dir.resolve()
        self._attempts = attempts
        self._patience = patience
        self._ownership = FileLock(self._data_dir / "postgres.owner.lock")
        self._home: Home | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._socket_folder: Path | None = None

    @property
    def is_owner(self) -> bool:
        """Whether this process started (or adopted) the server, and so stops it."""
        return self._ownership.is_held

    @property
    def is_alive(self) -> bool:
        """Whether the server runs and can be reached."""
        return self._home is not None and postmaster.ready(self._home.cluster) is not None

    @property
    def has_room(self) -> bool:
        """Whether the disk has room for what a server that is written to needs next."""
        if self._home is None:
            return True
        disk = os.statvfs(self._home.folder)
        return disk.f_bavail * disk.f_frsize >= LEAST_ROOM

    @property
    def log(self) -> Path | None:
        """The server's log, once started."""
        return self._home.log if self._home else None

    def start(self) -> Server:
        """Start the server, or attach to the one that runs.

        Raises ``DatabaseError`` with the last lines of the server's log when it stays down.
        """
        keyfiles.make_folder(self._data_dir)
        with self._alone():
            self._home = settle(self._data_dir)
            password = self._password(self._home)
            if self._ownership.acquire():
                try:
                    found = self._bring_up(self._home, password)
                except BaseException:
                    self._ownership.release()
                    raise
                self._socket_folder = found.socket_folder
                return Server(found.socket_folder, found.port, password)
        found = self._attach(self._home)
        return Server(found.socket_folder, found.port, password)

    def stop(self) -> None:
        """Stop the server if it is this process's to stop; harmless when it is not or is down."""
        if self._home is None or not self._ownership.is_held:
            return
        with self._alone():
            gone = postmaster.shut_down(self._home.cluster)
            self._reap(seconds=REAP_SECONDS if gone else 0)
            if self._socket_folder is not None:
                shutil.rmtree(self._socket_folder, ignore_errors=True)
            self._ownership.release()
        if not gone:
            raise DatabaseError("The embedded database did not stop.")

    def destroy(self) -> None:
        """Stop the server and delete its cluster, for throw-away data folders (tests, demos).

        Needed because a cluster may live outside its data folder. Raises ``DatabaseError`` when
        another process owns the server.
        """
        if not self._ownership.is_held:
            raise DatabaseError("Another hub process owns the embedded database.")
        self.stop()
        if self._home is not None:
            shutil.rmtree(self._home.folder)
            (self._data_dir / "postgres.json").unlink()

    def __enter__(self) -> Server:
        """Start."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def _alone(self) -> AbstractContextManager[None]:
        return held(self._data_dir / "postgres.start.lock", seconds=LOCK_SECONDS)

    def _password(self, home: Home) -> str:
        """Read the owner's password; made before the cluster, so that both always agree."""
        path = self._data_dir / PASSWORD_FILE
        password = keyfiles.read(path)
        if password is None and home.cluster.exists():
            raise DatabaseError(f"{PASSWORD_FILE} is gone; restore it, or restore a backup.")
        if password is None:
            password = keyfiles.generate()
            keyfiles.write(path, password)
        return password

    def _bring_up(self, home: Home, password: str) -> PidFile:
        programs = binaries.shipped()
        if not home.account.executes(Path(programs.program("postgres"))):
            programs = binaries.copied(programs, shelf())
        cluster.make(home, programs, password)
        return postmaster.clear(home.cluster) or self._launch(home, programs)

    def _launch(self, home: Home, programs: binaries.Binaries) -> PidFile:
        """Start the server, a few times: one that crashed may leave things for a moment."""
        archives = (self._data_dir / ARCHIVED).exists()
        folder = self._make_socket_folder(home)
        argv = cluster.serve_command(home, programs, folder, archives=archives)
        begin = _trim(home.log)
        for attempt in range(self._attempts):
            time.sleep(0.2 * (2**attempt - 1))
            self._reap()
            self._child = home.account.launch(argv, folder=home.folder, log=home.log)
            found = self._wait(home, self._child)
            if found is not None:
                if archives:
                    # The process that ends pieces by the clock went to sleep before the clock
                    # counted, for as long as between two checkpoints: wake it.
                    os.kill(found.pid, signal.SIGHUP)
                return found
            postmaster.clear(home.cluster)
        raise DatabaseError(f"The embedded database did not start: {_tail(home.log, begin)}")

    def _wait(self, home: Home, child: "subprocess.Popen[bytes]") -> PidFile | None:
        """Wait for a server that starts; one that replays its log says every ten seconds how far
        it is, and is left to it: stopped, it would begin again where it began."""
        deadline, said = time.monotonic() + self._patience, 0
        while child.poll() is None and time.monotonic() < deadline:
            found = postmaster.ready(home.cluster)
            if found is not None and found.pid == child.pid:
                return found
            if home.log.exists() and home.log.stat().st_size > said:
                deadline, said = time.monotonic() + self._patience, home.log.stat().st_size
            time.sleep(postmaster.PAUSE)
        return None

    def _attach(self, home: Home) -> PidFile:
        """Wait for the server another process owns; that process brings it back if it died."""
        deadline = time.monotonic() + ATTACH_SECONDS
        while time.monotonic() < deadline:
            found = postmaster.ready(home.cluster)
            if found is not None:
                return found
            time.sleep(postmaster.PAUSE)
        raise DatabaseError("Another hub process owns the embedded database, and it is down.")

    def _make_socket_folder(self, home: Home) -> Path:
        """Make (or keep) a private folder with a short path: a socket's may have 107 bytes."""
        kept = self._socket_folder
        if kept is None or not kept.is_dir():
            kept = Path(tempfile.mkdtemp(prefix="hub-pg-", dir="/tmp"))
            home.account.make_folder(kept)
        return kept

    def _reap(self, seconds: float = 0) -> None:
        """Collect the exit of a server that was this process's child.

        The pid file goes before the process does, so a server just stopped is waited for.
        """
        if self._child is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(timeout=seconds)
            self._child = None


def _trim(log: Path) -> int:
    """Start the log anew when it has grown long; give the place where this start's lines begin."""
    try:
        size = log.stat().st_size
    except FileNotFoundError:
        return 0
    if size > LOG_LIMIT:
        log.unlink()
        return 0
    return size


def _tail(log: Path, begin: int, lines: int = 15) -> str:
    try:
        with log.open("rb") as file:
            file.seek(begin)
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return "it left no log"
    return "\n".join(text.splitlines()[-lines:]) or "it left no log"
