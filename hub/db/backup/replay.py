"""Doing again what was done after a backup, from the archive of the log, up to a given moment."""

import re
import shlex
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from hub.db.backup.archive import unseal
from hub.db.embedded import EmbeddedPostgres
from hub.db.embedded.home import Home
from hub.errors import DatabaseError, SettingsError

START = re.compile(r"START WAL LOCATION: .* \(file ([0-9A-F]{24})\)")
REASONS = {
    "recovery ended before configured recovery target was reached": (
        "The archive ends before that moment; name an earlier one, or none for its end."
    ),
    "requested recovery stop point is before consistent recovery point": (
        "That moment is before the backup was finished; take an earlier backup."
    ),
}
"""What the server's log says of a moment that cannot be reached, and what the hub says of it."""
PATIENCE = 4 * 3600.0
"""Seconds that a replay may take."""


@dataclass(frozen=True, slots=True)
class Replay:
    """Which archive to replay, and up to when; to its end, if no moment is given."""

    archive: Path
    until: datetime | None = None


def replay_log(data_dir: Path, home: Home, key: X25519PrivateKey, replay: Replay) -> None:
    """Replay the archive over a cluster that was just put back, and stop its server again.

    Raises:
        SettingsError: the archive ends before the moment, or does not open.
        DatabaseError: the server cannot replay it.
    """
    pieces, settings = home.folder / "wal.replay", home.cluster / "postgresql.auto.conf"
    before = settings.read_text(encoding="utf-8")
    home.account.make_folder(pieces)
    try:
        if not unseal(replay.archive, key, _first(home), pieces):
            raise SettingsError("The archive holds nothing after this backup.")
        _give(home, pieces)
        settings.write_text(before + _recovery(pieces, replay.until), encoding="utf-8")
        (home.cluster / "recovery.signal").touch()
        _give(home, home.cluster / "recovery.signal")
        _recover(data_dir)
        settings.write_text(before, encoding="utf-8")
    finally:
        shutil.rmtree(pieces, ignore_errors=True)


def _first(home: Home) -> str:
    """The piece of the log that the backup begins in."""
    found = START.search((home.cluster / "backup_label").read_text(encoding="utf-8"))
    if found is None:
        raise SettingsError("The backup does not say where its log begins.")
    return found[1]


def _give(home: Home, path: Path) -> None:
    for each in (path, *path.glob("*")):
        if home.account.foreign:
            shutil.chown(each, home.account.uid, home.account.gid)


def _recovery(pieces: Path, until: datetime | None) -> str:
    command = f"cp {shlex.quote(str(pieces))}/%f %p".replace("'", "''")
    lines = [
        f"restore_command = '{command}'",
        "recovery_target_action = 'promote'",
        "hot_standby = off",  # so that the server is ready when the replay has ended, not before
    ]
    if until is not None:
        lines.append(f"recovery_target_time = '{until.astimezone(UTC).isoformat()}'")
    return "\n".join(["", *lines, ""])


def _recover(data_dir: Path) -> None:
    """Let the server replay, until it would take new acts."""
    postgres = EmbeddedPostgres(data_dir, attempts=1, patience=PATIENCE)
    try:
        postgres.start()
    except DatabaseError as error:
        for theirs, ours in REASONS.items():
            if theirs in error.message:
                raise SettingsError(ours) from None
        raise
    postgres.stop()
