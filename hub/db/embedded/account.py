"""The operating-system account the server runs as.

PostgreSQL refuses to run as root, and rightly: so root hands it to an account that exists
anyway and owns nothing. Nobody is created, and no folder is opened to let that account in.
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from hub.errors import DatabaseError

UNPRIVILEGED = "nobody"
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
"""All that the server's programs inherit: no PG* variable of the operator changes what runs."""
PRIVATE_FOLDER = 0o700


@dataclass(frozen=True, slots=True)
class Account:
    """Who the server is, and whether the hub must step down to become it."""

    uid: int
    gid: int
    foreign: bool
    """True when this is not the account the hub itself runs as."""

    def run(
        self, argv: list[str], *, folder: Path, text: str | None = None, seconds: float = 120
    ) -> "subprocess.CompletedProcess[str]":
        """Run a program to its end as this account, in ``folder``, with ``text`` as its input."""
        return subprocess.run(  # noqa: S603 (fixed programs, no shell)
            argv,
            input=text or "",
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            cwd=folder,
            env=ENVIRONMENT,
            umask=0o077,
            user=self.uid if self.foreign else None,
            group=self.gid if self.foreign else None,
            extra_groups=[] if self.foreign else None,
        )

    def launch(self, argv: list[str], *, folder: Path, log: Path) -> "subprocess.Popen[bytes]":
        """Start a program that outlives a Ctrl-C given to the hub: it leads its own session."""
        # O_NOFOLLOW: the folder belongs to the lesser account, which must not aim root's pen.
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
        with os.fdopen(os.open(log, flags, 0o600), "ab") as output:
            return subprocess.Popen(  # noqa: S603 (fixed programs, no shell)
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd=folder,
                env=ENVIRONMENT,
                umask=0o077,
                user=self.uid if self.foreign else None,
                group=self.gid if self.foreign else None,
                extra_groups=[] if self.foreign else None,
            )

    def make_folder(self, path: Path) -> None:
        """Make a folder that only this account (and root) may enter."""
        path.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        path.chmod(PRIVATE_FOLDER)
        if self.foreign:
            os.chown(path, self.uid, self.gid)

    def writes(self, folder: Path) -> bool:
        """Say whether this account can enter ``folder`` and write in it, by trying."""
        return self._tries('cd "$1" && test -w .', folder)

    def executes(self, program: Path) -> bool:
        """Say whether this account can run ``program``, by trying."""
        return self._tries('"$1" --version', program)

    def _tries(self, script: str, subject: Path) -> bool:
        argv = ["/bin/sh", "-c", script, "sh", str(subject)]
        try:
            return self.run(argv, folder=Path("/")).returncode == 0
        except (OSError, subprocess.SubprocessError):
            return False


def choose(cluster: Path | None = None) -> Account:
    """Choose the account: the owner of an existing cluster, else oneself, else ``nobody``.

    Raises ``DatabaseError`` when the hub may not act as the account that owns the cluster.
    """
    me = os.geteuid()
    owner = cluster.stat() if cluster is not None and cluster.exists() else None
    if owner is not None and owner.st_uid not in (0, me):
        if me != 0:
            raise DatabaseError("The database belongs to another account; start the hub as that.")
        return Account(owner.st_uid, owner.st_gid, foreign=True)
    if me != 0:
        return Account(me, os.getegid(), foreign=False)
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise DatabaseError(
            f"PostgreSQL does not run as root and there is no account {UNPRIVILEGED!r}; start "
            "the hub as an ordinary user."
        ) from None
    return Account(entry.pw_uid, entry.pw_gid, foreign=True)
