"""Files that hold a key or a secret: made once, for their owner's eyes, replaced whole.

The one place where such files are written and read: the hub's own, those an operator names, and
the agency's.
"""

import os
import secrets
import stat
from pathlib import Path
from typing import IO

from hub.errors import KeyFileError

PRIVATE_FILE = 0o600


def make_folder(data_dir: Path) -> None:
    """Make the data folder; root lets other accounts pass through it, never list or write."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)


def generate() -> str:
    """Draw a secret of 256 bits that needs no quoting anywhere."""
    return secrets.token_hex(32)


def read_bytes(path: Path) -> bytes | None:
    """Give the content of a secret file, or None when there is no such file.

    Raises ``KeyFileError`` when others may read or write it: what others could have read is
    no secret any more, and using it in silence would hide that.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if os.name == "posix" and mode & 0o077:
                raise KeyFileError(f"{path.name} is open to others (mode {mode:04o}); chmod 600.")
            return file.read()
    except FileNotFoundError:
        return None
    except OSError:
        raise KeyFileError(
            f"{path.name} cannot be read by this account; start the hub as the account that "
            "made the file."
        ) from None


def read(path: Path) -> str | None:
    """Give the text of a secret file, or None when there is none; raises ``KeyFileError``."""
    content = read_bytes(path)
    try:
        return None if content is None else content.decode("utf-8")
    except UnicodeDecodeError:
        raise KeyFileError(f"{path.name} holds no text.") from None


def write(path: Path, text: str, *, uid: int | None = None, gid: int | None = None) -> None:
    """Write a secret file whole or not at all, private from its first moment.

    ``uid`` and ``gid`` name the owner where it is not the running account.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with create(draft) as file:
            if uid is not None and gid is not None:
                os.fchown(file.fileno(), uid, gid)
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def create(path: Path) -> IO[bytes]:
    """Open a private file that must not exist yet. Raises ``FileExistsError`` if it does."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb")
