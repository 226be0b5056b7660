"""A real OpenID Connect provider in a process of its own (npm package ``oidc-provider``)."""

import asyncio
import json
import secrets
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

PACKAGE = "oidc-provider@9.13.3"
SCRIPT = Path(__file__).parent / "provider.mjs"


@dataclass(frozen=True, slots=True)
class RunningProvider:
    """The provider: its issuer, and the files by which the hub is known to it."""

    issuer: str
    folder: Path

    def profile(self, *, by_key: bool = False, **more: str) -> Path:
        """Write a profile that names it; the hub proves itself by a key or by a secret."""
        proof = {"key_file": "hub.jwk"} if by_key else {"secret_file": "hub.secret"}
        lines = {
            "issuer": self.issuer,
            "client_id": "hub-by-key" if by_key else "hub-by-secret",
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/session/end",
            "algorithm": "ES256",
            **{name: str(self.folder / file) for name, file in proof.items()},
            **more,
        }
        path = self.folder / f"profile-{secrets.token_hex(4)}.toml"
        path.write_text("".join(f"{name} = {json.dumps(text)}\n" for name, text in lines.items()))
        return path


async def install(folder: Path) -> None:
    """Install the package aside; skips aloud where that cannot be done."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("SKIPPED ALOUD: signing in needs a provider, which needs Node and npm")
    process = await asyncio.create_subprocess_exec(
        npm, "install", "--silent", "--no-audit", PACKAGE, cwd=folder
    )
    if await asyncio.wait_for(process.wait(), 120):
        pytest.skip("SKIPPED ALOUD: npm could not install the OpenID Connect provider")


@asynccontextmanager
async def running_provider(folder: Path, hub: str) -> AsyncIterator[RunningProvider]:
    """Run the provider for a block; it knows the hub at the address ``hub`` as its client."""
    await install(folder)
    key = ECKey.generate_key("P-256", {"kid": "hub-1", "use": "sig", "alg": "ES256"})
    secret = secrets.token_urlsafe(32)
    _write(folder / "hub.jwk", json.dumps(key.as_dict(private=True)))
    _write(folder / "hub.secret", secret)
    port = free_port()
    public = json.dumps(key.as_dict(private=False))
    process = await asyncio.create_subprocess_exec(
        *("node", str(SCRIPT), str(port), hub, secret, public),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        said = b""
        while b"listening" not in said:
            said = await asyncio.wait_for(process.stdout.readline(), 30)
            assert said, "the provider did not start"
        yield RunningProvider(f"http://localhost:{port}", folder)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as place:
        port: int = place.getsockname()[1]
    return port


def _write(path: Path, text: str) -> None:
    path.touch(0o600)
    path.write_text(text)
