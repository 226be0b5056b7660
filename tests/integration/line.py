"""A line to PostgreSQL that can be cut at a COMMIT, or that speaks TLS before a server without.

Stands between the hub and a real server: what passes is the real protocol. The embedded programs
are built without TLS, so the encrypted leg ends here; the hub's side of it is the real one.
"""

import asyncio
import contextlib
import ipaddress
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

SSL_REQUEST = struct.pack("!ii", 8, 80877103)
COMMIT = b"COMMIT;\0"
PATIENCE = 10.0
"""Seconds that the line waits for anything at most, so that no test can hang on it."""

Cut = Literal["before the commit", "after the commit"]


@dataclass
class Answer:
    """What the server answers on one connection: whether it is kept back, and that it came."""

    is_kept_back: bool = False
    came: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Line:
    """A listening line to one server; ``socket`` is the server's socket file or TCP port."""

    socket: Path | int
    tls: ssl.SSLContext | None = None
    marker: bytes = b""
    """What a transaction must hold for its COMMIT to be cut."""
    cut: Cut | None = None
    """Where the next such transaction is cut; None lets all pass. Cuts once."""
    port: int = 0
    encrypted: int = 0
    """How many connections came in encrypted."""
    cuts: int = 0
    _open: set["asyncio.Task[None]"] = field(default_factory=set, repr=False)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until either side ends it, or it is cut."""
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
                await self._carry(reader, writer)
        finally:
            self._open.discard(task)
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.tls is not None:
            async with asyncio.timeout(PATIENCE):
                if await reader.readexactly(len(SSL_REQUEST)) != SSL_REQUEST:
                    return  # nobody comes in unencrypted
                writer.write(b"S")
                await writer.drain()
                await writer.start_tls(self.tls)
            self.encrypted += 1
        if isinstance(self.socket, Path):
            inner, outer = await asyncio.open_unix_connection(self.socket)
        else:
            inner, outer = await asyncio.open_connection("127.0.0.1", self.socket)
        answer = Answer()
        ways = (self._to_server(reader, outer, answer), _pump(inner, writer, answer))
        both = [asyncio.create_task(way) for way in ways]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in both:
                way.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            outer.transport.abort()

    async def _to_server(
        self, reader: asyncio.StreamReader, server: asyncio.StreamWriter, answer: Answer
    ) -> None:
        """Pass on what the hub says; end where the line is to be cut."""
        marked = False
        while said := await reader.read(65536):
            marked = marked or (bool(self.marker) and self.marker in said)
            if marked and self.cut is not None and COMMIT in said:
                cut, self.cut = self.cut, None
                self.cuts += 1
                if cut == "after the commit":
                    answer.is_kept_back = True
                    server.write(said)
                    async with asyncio.timeout(PATIENCE):
                        await answer.came.wait()
                return
            server.write(said)
            await server.drain()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer) -> None:
    while said := await reader.read(65536):
        if answer.is_kept_back:
            answer.came.set()
            continue
        writer.write(said)
        await writer.drain()


def self_signed(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Make a certificate for 127.0.0.1 that vouches for itself; its file, and a server's side."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hub tests")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file, key_file = folder / "server.crt", folder / "server.key"
    file.write_bytes(made.public_bytes(Encoding.PEM))
    key_file.write_bytes(private)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file, key_file)
    return file, context


@asynccontextmanager
async def line_to(socket: Path | int, tls: ssl.SSLContext | None = None) -> AsyncIterator[Line]:
    """Listen on a port of 127.0.0.1 and carry what comes to ``socket``."""
    line = Line(socket, tls)
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        server.close()
        for task in list(line._open):
            task.cancel()
        await asyncio.gather(*line._open, return_exceptions=True)
