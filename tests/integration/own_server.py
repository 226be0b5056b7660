"""A PostgreSQL of one's own: another cluster, on TCP, whose owner is no superuser.

The embedded programs are built without TLS; :mod:`tests.integration.line` speaks it before them.
"""

import asyncio
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from hub.db.embedded import Server, binaries
from hub.db.embedded.account import Account, choose
from hub.db.embedded.home import shelf

ROOT, OWNER = "root-of-tests", "owner-of-tests"
"""Passwords of the superuser and of the hub's owner on a server that lives for seconds."""
SET_UP = (
    # As docs/how-to/use-your-own-postgresql.md has it.
    f"CREATE ROLE hub_owner LOGIN CREATEROLE PASSWORD '{OWNER}'",
    "CREATE DATABASE hub OWNER hub_owner ENCODING 'UTF8' TEMPLATE template0",
    "REVOKE ALL ON DATABASE hub FROM PUBLIC",
)
ALLOWED = """\
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
"""


@dataclass
class OwnServer:
    """One cluster and the process that serves it."""

    folder: Path
    account: Account
    programs: binaries.Binaries
    port: int
    user: str = "root"
    password: str = field(default=ROOT, repr=False)
    child: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def cluster(self) -> Path:
        return self.folder / "cluster"

    def make(self, *options: str) -> None:
        """Make the cluster with initdb's ``options``."""
        note = self.folder / "password"
        self.give(note, ROOT)
        argv = [f"--pgdata={self.cluster}", "--username=root", f"--pwfile={note}", "--no-sync"]
        self.run("initdb", *argv, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", *options)
        (self.cluster / "pg_hba.conf").write_text(ALLOWED)

    def give(self, file: Path, content: str) -> None:
        """Write a file that the server's account can read."""
        file.write_text(content)
        file.chmod(0o600)
        if self.account.foreign:
            shutil.chown(file, self.account.uid, self.account.gid)

    def run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's programs to its end; what it said."""
        argv = [self.programs.program(program), *arguments]
        done = self.account.run(argv, folder=self.folder)
        assert done.returncode == 0, done.stderr
        return done.stdout

    async def start(self, **settings: str) -> None:
        """Serve, with settings beside those of the cluster."""
        fixed = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "shared_buffers": "16MB",
        }
        argv = [self.programs.program("postgres"), "-D", str(self.cluster)]
        for name, value in (fixed | settings).items():
            argv += ["-c", f"{name}={value}"]
        log = self.folder / "log"
        self.child = self.account.launch(argv, folder=self.folder, log=log)
        deadline = time.monotonic() + 60
        while True:
            try:
                await self.ask("SELECT 1")
                return
            except (OSError, asyncpg.PostgresError):
                assert time.monotonic() < deadline, log.read_text()
                assert self.child.poll() is None, log.read_text()
                await asyncio.sleep(0.1)

    async def switch(self, value: str, *names: str) -> None:
        """Set settings of the whole server; return when new connections have them."""
        await self.ask(*(f"ALTER SYSTEM SET {name} = {value}" for name in names))
        await self.ask("SELECT pg_reload_conf()")
        for name in names:
            async with asyncio.timeout(10):
                while await self.ask(f"SHOW {name}") != value:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)

    async def ask(self, *statements: str, database: str = "postgres") -> object:
        """Run statements as the superuser, over the private socket; the last one's value."""
        connection = await asyncpg.connect(
            host=str(self.folder),
            port=self.port,
            user=self.user,
            password=self.password,
            database=database,
            timeout=5,
        )
        try:
            found: object = None
            for statement in statements:
                found = await connection.fetchval(statement)
            return found
        finally:
            await connection.close()

    def follow(self, primary: Server) -> None:
        """Make the cluster as a standby of ``primary``, which is running, by streaming."""
        self.user, self.password = primary.owner, primary.password
        line = (
            f"host={primary.socket_folder} port={primary.port} user={primary.owner} "
            f"password={primary.password}"
        )
        argv = [f"--dbname={line}", f"--pgdata={self.cluster}", "--write-recovery-conf"]
        self.run("pg_basebackup", *argv, "--checkpoint=fast", "--no-sync", "--wal-method=stream")

    def kill(self) -> None:
        """End it as a power cut would, without a word to its clients."""
        assert self.child is not None
        self.child.kill()
        self.child.wait(timeout=30)
        self.child = None

    def stop(self) -> None:
        """Stop fast; harmless when it does not run."""
        if self.child is not None:
            self.child.send_signal(2)
            self.child.wait(timeout=30)
            self.child = None


@asynccontextmanager
async def own_server(*options: str, primary: Server | None = None) -> AsyncIterator[OwnServer]:
    """Make a cluster, not yet served; it is stopped and deleted at the end.

    With a ``primary`` it is a standby of that.
    """
    account = choose()
    programs = binaries.shipped()
    if not account.executes(Path(programs.program("postgres"))):
        programs = binaries.copied(programs, shelf())
    folder = Path(tempfile.mkdtemp(prefix="hub-own-", dir="/tmp"))  # a socket's path is short
    account.make_folder(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = OwnServer(folder, account, programs, port)
    try:
        if primary is None:
            await asyncio.to_thread(server.make, *options)
        else:
            await asyncio.to_thread(server.follow, primary)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)
