"""Which server processes of a cluster are alive, told by the system rather than by a pid file.

A pid file may be stale, half-written, or name a process id that belongs to somebody else by
now. A process is ours when it is a ``postgres`` whose working folder is the cluster: the
postmaster and every child of it is, and nothing else is. Only when there is none is it safe to
remove a pid file, because the file also guards against children that outlive their postmaster.
"""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

PROCESSES = Path("/proc")
PAUSE = 0.03


@dataclass(frozen=True, slots=True)
class PidFile:
    """What ``postmaster.pid`` says."""

    pid: int
    port: int
    socket_folder: Path
    is_ready: bool


def read_pid_file(cluster: Path) -> PidFile | None:
    """Read the pid file; None when it is absent or not (yet) whole."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return PidFile(int(lines[0]), int(lines[3]), Path(lines[4]), lines[7].strip() == "ready")
    except (OSError, ValueError, IndexError):
        return None


def running(cluster: Path) -> frozenset[int]:
    """Give the ids of all live processes of this cluster's server."""
    if not (PROCESSES / "self").exists():
        return _running_by_command(cluster)
    entries = (entry for entry in PROCESSES.iterdir() if entry.name.isdecimal())
    return frozenset(int(entry.name) for entry in entries if _serves(entry, cluster))


def _is_running(pid: int, cluster: Path) -> bool:
    """Whether this one process is of the cluster's server; a hub asks every second."""
    if not (PROCESSES / "self").exists():
        return pid in _running_by_command(cluster)
    return _serves(PROCESSES / str(pid), cluster)


def _serves(entry: Path, cluster: Path) -> bool:
    try:
        if (entry / "cwd").readlink() != cluster:
            return False
        return (entry / "exe").readlink().name.removesuffix(" (deleted)") == "postgres"
    except OSError:
        return False


def _running_by_command(cluster: Path) -> frozenset[int]:
    """Do the same where there is no /proc (macOS): the postmaster's command names the cluster."""
    listing = subprocess.run(
        ["/bin/ps", "-axo", "pid=,command="], capture_output=True, text=True, check=True
    )
    rows = (line.strip().partition(" ") for line in listing.stdout.splitlines())
    return frozenset(
        int(pid) for pid, _, command in rows if "postgres" in command and str(cluster) in command
    )


def ready(cluster: Path) -> PidFile | None:
    """Give the pid file of a live, ready server that can be reached; otherwise None."""
    found = read_pid_file(cluster)
    if found is None or not found.is_ready or not _is_running(found.pid, cluster):
        return None
    return found if (found.socket_folder / f".s.PGSQL.{found.port}").exists() else None


def wait_until_gone(cluster: Path, seconds: float) -> bool:
    """Wait for the last process of the server to leave; say whether it did."""
    deadline = time.monotonic() + seconds
    while running(cluster):
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE)
    return True


def shut_down(cluster: Path, *, fast_seconds: float = 20, immediate_seconds: float = 10) -> bool:
    """Stop whatever serves the cluster: fast first, then at once; say whether all are gone.

    Both keep every committed row; after the second the next start replays the log.
    """
    found = read_pid_file(cluster)
    if found is not None and found.pid in running(cluster):
        _signal(found.pid, signal.SIGINT)
        if wait_until_gone(cluster, fast_seconds):
            return True
    for pid in running(cluster):
        _signal(pid, signal.SIGQUIT)
    return wait_until_gone(cluster, immediate_seconds)


def clear(cluster: Path, *, patience: float = 15) -> PidFile | None:
    """Bring the cluster to one of two states: a ready server (given back), or none at all.

    Waits for one that is starting or leaving, stops one that stays unreachable, and removes the
    pid file once no process is left that it could protect. None also means "could not be
    stopped"; the start that follows then fails and says so.
    """
    deadline = time.monotonic() + patience
    while running(cluster):
        found = ready(cluster)
        if found is not None:
            return found
        if time.monotonic() > deadline:
            shut_down(cluster, fast_seconds=1)
            break
        time.sleep(PAUSE)
    if not running(cluster):
        (cluster / "postmaster.pid").unlink(missing_ok=True)
    return None


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
