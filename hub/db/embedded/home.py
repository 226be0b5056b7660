"""Where a data folder's cluster lives, remembered in the data folder."""

import hashlib
import json
import os
import secrets as random
from dataclasses import dataclass
from pathlib import Path

from hub import keyfiles
from hub.db.embedded.account import Account, choose
from hub.errors import DatabaseError

RECORD = "postgres.json"
FOLDER = "postgres"
ARCHIVED = "archive.json"
"""Stands in a data folder whose log is archived, and says where to and for whom."""
SHELVES = (Path("/var/lib/da-hub"), Path("/var/tmp/da-hub"))  # noqa: S108 (owner and mode checked)
"""Places that survive a reboot and that an unprivileged account can reach."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one cluster, and the account that owns it."""

    folder: Path
    account: Account

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.folder / "cluster"

    @property
    def spool(self) -> Path:
        """Where the server lays finished pieces of its log, for the hub to seal and take away."""
        return self.folder / "wal.spool"

    @property
    def log(self) -> Path:
        """What the server wrote to its log; no statement and no value is in it."""
        return self.folder / "server.log"


def settle(data_dir: Path) -> Home:
    """Find the home that belongs to ``data_dir``, or choose one and remember it.

    Below the data folder where the server's account can reach it; otherwise (a clone below
    root's own 0700 folder) on a shelf outside it, under a name made from the data folder and
    chance: a folder that is made anew never meets the cluster of one that was deleted.
    """
    remembered = keyfiles.read(data_dir / RECORD)
    if remembered is not None:
        folder = data_dir / json.loads(remembered)["home"]
        home = Home(folder, choose(folder))
    else:
        account = choose()
        home = Home(_choose_folder(data_dir, account), account)
        # Relative where it can be, so that the data folder may be moved.
        inside = home.folder.parent == data_dir
        kept = home.folder.name if inside else str(home.folder)
        keyfiles.write(data_dir / RECORD, json.dumps({"home": kept}))
    home.account.make_folder(home.folder)
    return home


def _choose_folder(data_dir: Path, account: Account) -> Path:
    inside = data_dir / FOLDER
    account.make_folder(inside)
    if account.writes(inside):
        return inside
    inside.rmdir()
    digest = hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]
    return shelf() / f"{digest}-{random.token_hex(4)}"


def shelf() -> Path:
    """Give a folder of ours outside every private one, made when needed.

    Raises ``DatabaseError`` when none of the places is writable, or is someone else's.
    """
    for place in SHELVES:
        try:
            place.mkdir(mode=0o755, exist_ok=True)
            place.chmod(0o755)
        except OSError:
            continue
        if place.stat().st_uid == os.geteuid() and not place.is_symlink():
            return place
    raise DatabaseError(
        "The server's account cannot reach the data folder, and there is no other place for "
        "the database; set HUB_DATA_DIR to a folder it can enter."
    )
