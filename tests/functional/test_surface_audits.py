"""The published GraphQL-over-HTTP audits (package graphql-http 1.23.1), against a real server."""

import asyncio
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette

from hub.web.graphql import graphql_route
from hub.web.middleware import Wall, wall
from tests.serving import listening as listening
from tests.unit.web.sample import SCHEMA, SERVING

RUN = """
const { auditServer } = require('graphql-http');
auditServer({ url: process.argv[2] }).then((results) => {
  console.log(JSON.stringify(results.map(({ id, name, status }) => ({ id, name, status }))));
});
"""
# The audits that ask for GET; where GET is off (security requirement H7) they are waived.
WAIVED = {"5A70", "D6D5", "6A70"}


async def run(*command: str, folder: Path) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 120)
    return process.returncode or 0, output.decode()


@pytest.fixture(scope="session")
async def auditor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the audits aside; says why when it cannot."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("SKIPPED ALOUD: the published GraphQL audits need Node and npm")
    folder = tmp_path_factory.mktemp("audits")
    (folder / "run.cjs").write_text(RUN)
    packages = ("graphql-http@1.23.1", "graphql@16.11.0")
    status, _ = await run("npm", "install", "--silent", "--no-audit", *packages, folder=folder)
    if status:
        pytest.skip("SKIPPED ALOUD: npm could not install the published GraphQL audits")
    return folder


async def failed(auditor: Path, get_allowed: bool) -> tuple[int, set[str]]:
    route = graphql_route("/graphql", SCHEMA, replace(SERVING, get_allowed=get_allowed))
    app = Starlette(routes=[route], middleware=wall(Wall(is_https=False, cookie="session")))
    async with listening(app) as address:
        status, output = await run("node", "run.cjs", f"{address}/graphql", folder=auditor)
    assert status == 0
    results = json.loads(output)
    return len(results), {each["id"] for each in results if each["status"] != "ok"}


async def test_every_audit_passes_with_get(auditor: Path) -> None:
    assert await failed(auditor, get_allowed=True) == (61, set())


async def test_only_audits_of_get_fail_without_it(auditor: Path) -> None:
    assert await failed(auditor, get_allowed=False) == (61, WAIVED)
