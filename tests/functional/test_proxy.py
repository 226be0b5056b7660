"""The proxy's configuration, in nginx itself: who is answered from memory, and who never is."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
import uvicorn

from hub.auth.roles import Role
from hub.protected.releases import Audience
from hub.running import RunningHub
from hub.server import configured
from tests.functional.conftest import Sign
from tests.functional.released import publish_empty
from tests.integration.line import self_signed
from tests.provider.running import free_port

ROOT = Path(__file__).parents[2]
NGINX = shutil.which("nginx")
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
PAGE = "/releases.atom"


@asynccontextmanager
async def proxied(hub: RunningHub, folder: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """The hub on one port, and nginx with the shipped configuration on others."""
    inner, outer, plain = free_port(), free_port(), free_port()
    changes = {"port": inner, "proxy": "127.0.0.1"}
    served = replace(hub, settings=hub.settings.model_copy(update=changes))
    server = uvicorn.Server(configured(served))
    task = asyncio.create_task(server.serve())
    authority, _ = self_signed(folder)
    conf = (ROOT / "infra/proxy/nginx.conf").read_text(encoding="utf-8")
    for old, new in (
        ("127.0.0.1:8000", f"127.0.0.1:{inner}"),
        ("listen 443 ssl", f"listen 127.0.0.1:{outer} ssl"),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("/etc/hub-proxy/tls.crt", str(authority)),
        ("/etc/hub-proxy/tls.key", str(folder / "server.key")),
        ("/var/cache/nginx/hub", str(folder / "cache")),
        ("server_tokens off;", "server_tokens off; " + _places(folder)),
    ):
        assert old in conf
        conf = conf.replace(old, new)
    file = folder / "nginx.conf"
    file.write_text(f"user root; pid {folder}/pid; error_log {folder}/log; daemon off;\n{conf}")
    assert NGINX is not None
    process = await asyncio.create_subprocess_exec(NGINX, "-c", str(file), "-p", str(folder))
    trust = ssl.create_default_context(cafile=str(authority))
    trust.check_hostname = False
    async with httpx2.AsyncClient(base_url=f"https://127.0.0.1:{outer}", verify=trust) as http:
        try:
            await _answers(http, process)
            yield http
        finally:
            process.terminate()
            await process.wait()
            server.should_exit = True
            await task


def _places(folder: Path) -> str:
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)


async def _answers(http: httpx2.AsyncClient, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(30):
        while True:
            assert process.returncode is None
            try:
                if (await http.get("/healthz")).status_code == 200:
                    return
            except httpx2.HTTPError:
                pass
            await asyncio.sleep(0.1)


async def test_strangers_share_an_answer_and_nobody_else_does(
    hub: RunningHub, sign: Sign, tmp_path: Path
) -> None:
    await publish_empty(hub.database, "public-1", Audience.PUBLIC)
    await publish_empty(hub.database, "partner-1", Audience.PARTNER)
    analyst = await sign(Role.ANALYST)
    async with proxied(hub, tmp_path) as http:
        first, second = await http.get(PAGE), await http.get(PAGE)
        assert (first.headers["x-cache"], second.headers["x-cache"]) == ("MISS", "HIT")
        assert "public-1" in second.text
        assert "partner-1" not in second.text
        known = await http.get(PAGE, headers=analyst.headers)
        assert known.headers["x-cache"] == "BYPASS"
        assert "partner-1" in known.text
        # What a partner was told was not kept, and a cookie of any kind passes as well.
        assert "partner-1" not in (await http.get(PAGE)).text
        cookie = await http.get(PAGE, headers={"Cookie": "anything=1"})
        assert cookie.headers["x-cache"] == "BYPASS"
        # What needs a proof is never kept, and what is inside is not shown.
        query = {"query": "{ viewer { roles } }"}
        told = await http.post("/graphql", json=query, headers=analyst.headers)
        assert (told.status_code, "x-cache" in told.headers) == (200, False)
        assert (await http.get("/metrics")).status_code == 404
        page = await http.get("/method")
        assert (page.status_code, page.headers["x-cache"]) == (200, "MISS")
        # A new release is seen when four seconds are over.
        await publish_empty(hub.database, "public-2", Audience.PUBLIC)
        async with asyncio.timeout(9):
            while "public-2" not in (await http.get(PAGE)).text:  # noqa: ASYNC110
                await asyncio.sleep(0.2)


def test_nginx_takes_the_file(tmp_path: Path) -> None:
    """As it stands, but for the certificate, which is the operator's."""
    self_signed(tmp_path)
    conf = (ROOT / "infra/proxy/nginx.conf").read_text(encoding="utf-8")
    conf = conf.replace("/etc/hub-proxy/tls.crt", str(tmp_path / "server.crt"))
    conf = conf.replace("/etc/hub-proxy/tls.key", str(tmp_path / "server.key"))
    conf = conf.replace("/var/cache/nginx/hub", str(tmp_path / "cache"))
    conf = conf.replace("server_tokens off;", "server_tokens off; " + _places(tmp_path))
    file = tmp_path / "nginx.conf"
    file.write_text(f"pid {tmp_path}/pid; error_log {tmp_path}/log;\n{conf}")
    assert NGINX is not None
    done = subprocess.run([NGINX, "-t", "-c", str(file), "-p", str(tmp_path)], capture_output=True)
    assert done.returncode == 0, done.stderr
