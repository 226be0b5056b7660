"""Secrets in files: generated once, readable by their owner only, replaced whole."""

import os
import secrets
import stat
from pathlib import Path

from hub.errors import DatabaseError

PRIVATE_FILE = 0o600


def make_folder(data_dir: Path) -> None:
    """Make the data folder; root lets other accounts pass through it, never list or write."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)


def generate() -> str:
    """Draw a password of 256 bits that needs no quoting anywhere."""
    return secrets.token_hex(32)


def read(path: Path) -> str | None:
    """Give the content of a secret file, or None when there is no such file.

    Raises ``DatabaseError`` when others may read or write it: what others could have read is
    no secret any more, and using it in silence would hide that.
    """
    try:
        with path.open(encoding="utf-8") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise DatabaseError(f"{path.name} is open to others (mode {mode:04o}); chmod 600.")
            return file.read()
    except FileNotFoundError:
        return None
    except PermissionError:
        raise DatabaseError(
            f"{path.name} cannot be read by this account; start the hub as the account that "
            "made its data folder."
        ) from None


def write(path: Path, text: str, *, uid: int | None = None, gid: int | None = None) -> None:
    """Write a secret file whole or not at all, private from its first moment.

    ``uid`` and ``gid`` name the owner where it is not the running account.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            if uid is not None and gid is not None:
                os.fchown(file.fileno(), uid, gid)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
