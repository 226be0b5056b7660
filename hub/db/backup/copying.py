"""Taking a base backup of the embedded server, and putting one back.

``pg_basebackup`` copies a running cluster with the log it needs, so the copy starts as after a
crash; it checks every page's checksum on the way. ``pg_verifybackup`` of this wheel crashes even on
``--version``: the seal says instead that a copy is the one that was made.
"""

import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from hub import keyfiles
from hub.db.backup.envelope import Opening, Sealing
from hub.db.backup.replay import Replay, replay_log
from hub.db.embedded import Server, binaries, postmaster
from hub.db.embedded.home import Home, settle, shelf
from hub.db.embedded.supervisor import PASSWORD_FILE
from hub.errors import DatabaseError, SettingsError

MARK = "restored.json"
SECRETS = ("credentials.json", PASSWORD_FILE, "keys/ledger.json", "keys/webhook")
"""What a restored hub needs besides its cluster. Keys of tokens are left out on purpose: what was
signed before a restore, revoked or not, must not hold after it."""
TOOLS = ("pg_basebackup", "postgres", "initdb")
"""The programs relied upon."""
SECONDS = 3600


def programs(home: Home) -> binaries.Binaries:
    """Give the programs, where the server's account can run them."""
    found = binaries.shipped()
    if home.account.executes(Path(found.program("postgres"))):
        return found
    return binaries.copied(found, shelf())


def back_up(data_dir: Path, server: Server, file: Path, recipient: X25519PublicKey) -> int:
    """Write a sealed backup of the running embedded server; give its size in bytes.

    Raises ``DatabaseError`` when the copy cannot be made, ``FileExistsError`` for a file there.
    """
    home = settle(data_dir)
    with keyfiles.create(file) as out, _base_backup(home, server) as copy:
        sealing = Sealing(out, recipient)
        with tarfile.open(fileobj=cast(IO[bytes], sealing), mode="w|") as archive:
            archive.add(copy, "cluster")
            for name in SECRETS:
                if (data_dir / name).exists():
                    archive.add(data_dir / name, f"secrets/{name}")
        sealing.close()
        out.flush()
        os.fsync(out.fileno())
    return file.stat().st_size


@contextmanager
def _base_backup(home: Home, server: Server) -> Iterator[Path]:
    """Make the copy in a folder of the server's account, for the block."""
    folder = home.folder / "backup.draft"
    note = home.folder / "backup.pass"
    shutil.rmtree(folder, ignore_errors=True)
    line = f"*:*:*:{server.owner}:{server.password}\n"
    keyfiles.write(note, line, uid=home.account.uid, gid=home.account.gid)
    address = f"host={server.socket_folder} port={server.port} user={server.owner} passfile={note}"
    argv = [
        programs(home).program("pg_basebackup"),
        f"--dbname={address}",
        f"--pgdata={folder}",
        *("--format=plain", "--wal-method=stream", "--checkpoint=fast", "--no-password"),
    ]
    try:
        done = home.account.run(argv, folder=home.folder, seconds=SECONDS)
        if done.returncode != 0:
            raise DatabaseError("The backup could not be made: pg_basebackup failed.")
        yield folder
    finally:
        note.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def put_back(
    data_dir: Path,
    file: Path,
    key: X25519PrivateKey,
    at: datetime,
    replay: Replay | None = None,
) -> None:
    """Put a backup into an empty data folder; it is not served before somebody confirms it.

    With ``replay`` what was done after the backup is done again, up to a moment.

    Raises:
        SettingsError: the folder has a database, the key is another, the file was changed, or the
            archive does not reach to the moment.
        DatabaseError: the log cannot be replayed.
    """
    keyfiles.make_folder(data_dir)
    if (data_dir / "postgres.json").exists():
        raise SettingsError("This data folder has a database; restore into an empty one.")
    keyfiles.write(data_dir / MARK, json.dumps({"at": at.astimezone(UTC).isoformat()}))
    home = settle(data_dir)
    draft = home.folder / "cluster.draft"
    try:
        _unpack(file, key, draft, data_dir)
        _own(home, draft)
        draft.rename(home.cluster)
        if replay is not None:
            replay_log(data_dir, home, key, replay)
    except BaseException:
        postmaster.shut_down(home.cluster)
        shutil.rmtree(home.folder, ignore_errors=True)
        for name in ("postgres.json", MARK, *SECRETS):
            (data_dir / name).unlink(missing_ok=True)
        raise


def _unpack(file: Path, key: X25519PrivateKey, draft: Path, data_dir: Path) -> None:
    with file.open("rb") as source:
        opening = Opening(source, key)
        with tarfile.open(fileobj=cast(IO[bytes], opening), mode="r|") as archive:
            for member in archive:
                kind, _, name = member.name.partition("/")
                target = draft / name if kind == "cluster" else data_dir / name
                _write(archive, member, target, is_secret=kind == "secrets")
        opening.drain()
    if not (draft / "backup_label").exists():
        raise SettingsError("The backup holds no whole cluster.")


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, to: Path, *, is_secret: bool) -> None:
    """Write one member; only plain files and folders, only below where they belong."""
    parts = Path(member.name).parts
    if ".." in parts or member.name.startswith("/") or not (member.isfile() or member.isdir()):
        raise SettingsError("The backup holds something that no backup of a hub does.")
    if member.isdir():
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
        return
    content = archive.extractfile(member)
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if content is None or (is_secret and to.exists()):
        raise SettingsError(f"{to.name} exists; restore into an empty data folder.")
    with keyfiles.create(to) as out:
        shutil.copyfileobj(content, out)


def _own(home: Home, draft: Path) -> None:
    """Give every file to the server's account, and make sure that all is on the disk."""
    for folder, _, files in os.walk(draft):
        Path(folder).chmod(0o700)
        for path in (Path(folder), *(Path(folder) / name for name in files)):
            if home.account.foreign:
                os.chown(path, home.account.uid, home.account.gid)
    os.sync()


def is_unconfirmed(data_dir: Path) -> bool:
    """Whether this data folder was restored and nobody has confirmed it yet."""
    return (data_dir / MARK).exists()


def confirm(data_dir: Path) -> None:
    """Let the restored hub serve again."""
    (data_dir / MARK).unlink(missing_ok=True)
