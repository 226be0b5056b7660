"""The servers that are compared, each started as its users would."""

import asyncio
import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import ask, get, memory, post

NODE = Path(__file__).with_name("peers-node")
NOTHING = subprocess.DEVNULL


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its port, its process, and how long it took to answer at first."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    started_in: float

    @property
    def megabytes(self) -> float:
        """What it holds now."""
        return memory(self.process.pid)

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait()


async def _begin(
    name: str, port: int, command: list[str], probe: bytes, changes: Mapping[str, str], cwd: Path
) -> Server:
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 ASYNC220 our own programs; it returns at once
        command, env={**os.environ, **changes}, cwd=cwd, stdout=NOTHING, stderr=NOTHING
    )
    for _ in range(1200):
        try:
            await ask(port, probe)
        except (OSError, asyncio.IncompleteReadError):
            if process.poll() is not None:
                raise RuntimeError(f"{name} ended with status {process.returncode}.") from None
            await asyncio.sleep(0.05)
            continue
        except ValueError:
            pass
        return Server(name, port, process, time.perf_counter() - began)
    raise TimeoutError(f"{name} did not come up.")


async def hub(name: str, port: int, folder: Path, workers: int = 1, **changes: str) -> Server:
    """Start the hub with everything switched on, and limits that a benchmark does not meet."""
    settings = {
        "HUB_ENV": "development",
        "HUB_DATA_DIR": str(folder),
        "HUB_PORT": str(port),
        "HUB_ISSUER": "http://127.0.0.1:8470",
        "HUB_REQUESTS_PER_MINUTE": "1000000000",
        "HUB_ADDRESS_REQUESTS_PER_MINUTE": "1000000000",
        "HUB_ROWS_PER_MINUTE": "1000000000000",
        "HUB_SCAN_ROWS": "1000000000000",
        "HUB_SCAN_AREAS": "100000",
    }
    command = [sys.executable, "-m", "hub.cli", "serve"]
    command += ["--workers", str(workers)] if workers > 1 else []
    probe = get("/healthz")
    return await _begin(name, port, command, probe, settings | changes, Path.cwd())


async def node(name: str, port: int, modules: Path, address: str) -> Server:
    """Start a peer; ``modules`` is the folder in which npm installed it."""
    program = modules / f"{name}.mjs"
    program.write_text((NODE / f"{name}.mjs").read_text())
    command = ["node", str(program), str(port), address]
    changes = {"NODE_ENV": "production", "GRAPHILE_ENV": "production"}
    body = json.dumps({"query": "{ __typename }"}).encode()
    return await _begin(name, port, command, post("/graphql", body), changes, modules)


async def bare(port: int, address: str, answers: Path) -> Server:
    """Start the roofline."""
    command = [sys.executable, "-m", "benchmarks.bare", str(port), address, str(answers)]
    return await _begin("bare", port, command, post("/bare/Q1", b"{}"), {}, Path.cwd())


async def token(port: int, secret: str) -> str:
    """Get a reader's token."""
    proof = base64.b64encode(f"bench:{secret}".encode()).decode()
    body = b"grant_type=client_credentials"
    request = (
        "POST /oauth/token HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Authorization: Basic {proof}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    _, found = await ask(port, request)
    given: str = json.loads(found)["access_token"]
    return given
