"""Making a cluster, and the settings its server runs with."""

import shlex
import shutil
import sys
from pathlib import Path

from hub import keyfiles
from hub.db.embedded.binaries import MAJOR, Binaries
from hub.db.embedded.home import Home
from hub.errors import DatabaseError

OWNER = "hub_owner"
DATABASE = "hub"
PORT = 5432

SETTINGS = {
    # Reachable through the private socket folder only.
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    "password_encryption": "scram-sha-256",
    # Durable: an acknowledged row survives a crash. Never relaxed, also not for tests.
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    # Small: the hub shares its machine.
    "shared_buffers": "64MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_connections": "100",
    "max_parallel_workers_per_gather": "0",
    "max_wal_size": "512MB",
    "jit": "off",
    # The log tells what went wrong, never with which value.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
ARCHIVE_SECONDS = 20
"""After so long a piece of the log is finished even when it is not full, so that with the hub's
round of :data:`hub.db.backup.archiving.SECONDS` less than a minute can be lost (security B1)."""
ARCHIVE = "cp %p {spool}/.%f && sync {spool}/.%f && mv {spool}/.%f {spool}/%f && sync {spool}"
"""Finishing only when the copy is on the disk; a copy that was cut short is made again."""


def make(home: Home, binaries: Binaries, password: str) -> None:
    """Make the cluster if there is none yet; a making that was cut short is begun again.

    Raises ``DatabaseError`` when it cannot be made, or was made by another PostgreSQL version.
    """
    if not home.cluster.exists():
        draft = home.folder / "cluster.draft"
        shutil.rmtree(draft, ignore_errors=True)
        _initialise(home, binaries, password, draft)
        _create_database(home, binaries, draft)
        _sync(home, binaries, draft)
        draft.rename(home.cluster)
    found = (home.cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    if found != str(MAJOR):
        raise DatabaseError(
            f"The database was made by PostgreSQL {found}, this hub brings {MAJOR}; "
            "back up with the hub that made it and restore with this one."
        )


def _initialise(home: Home, binaries: Binaries, password: str, draft: Path) -> None:
    note = home.folder / "password.draft"
    keyfiles.write(note, password, uid=home.account.uid, gid=home.account.gid)
    argv = [
        binaries.program("initdb"),
        f"--pgdata={draft}",
        f"--username={OWNER}",
        "--auth=scram-sha-256",
        f"--pwfile={note}",
        "--data-checksums",
        "--encoding=UTF8",
        # Built into PostgreSQL, so an upgrade of the system's C library changes no index order.
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
        "--no-sync",  # once, at the end: see _sync
    ]
    try:
        done = home.account.run(argv, folder=home.folder)
    finally:
        note.unlink(missing_ok=True)
    if done.returncode != 0:
        raise DatabaseError(f"The database could not be made: {_last_line(done.stderr)}")


def _create_database(home: Home, binaries: Binaries, draft: Path) -> None:
    """Create the hub's database without a server, so that a cluster is whole when it appears."""
    argv = [binaries.program("postgres"), "--single", "-F", "-D", str(draft), "postgres"]
    done = home.account.run(argv, folder=home.folder, text=f"CREATE DATABASE {DATABASE};\n")
    if done.returncode != 0 or "ERROR" in done.stderr:
        raise DatabaseError(f"The database could not be made: {_last_line(done.stderr)}")


def _sync(home: Home, binaries: Binaries, draft: Path) -> None:
    """Put all of a new cluster on the disk, before its name says that it is one."""
    argv = [binaries.program("initdb"), "--sync-only", f"--pgdata={draft}"]
    if sys.platform == "linux":
        argv.append("--sync-method=syncfs")
    done = home.account.run(argv, folder=home.folder)
    if done.returncode != 0:
        raise DatabaseError(f"The database could not be made: {_last_line(done.stderr)}")


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "no reason given"


def serve_command(
    home: Home, binaries: Binaries, socket_folder: Path, *, archives: bool = False
) -> list[str]:
    """Give the server's command line; its settings stand there, where nothing overrides them."""
    argv = [binaries.program("postgres"), "-D", str(home.cluster)]
    settings = SETTINGS | {"unix_socket_directories": str(socket_folder)}
    if archives:
        home.account.make_folder(home.spool)
        settings |= {
            "archive_mode": "on",
            "archive_command": ARCHIVE.format(spool=shlex.quote(str(home.spool))),
            "archive_timeout": str(ARCHIVE_SECONDS),
        }
    for name, value in settings.items():
        argv += ["-c", f"{name}={value}"]
    return argv
