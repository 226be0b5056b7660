"""A planted value and planted secrets through the whole hub, at DEBUG: in no sink (D5, A11, S2).

A server of its own takes returns that hold the value, refuses bad ones that hold it, releases it
hidden, and is asked for it in every way there is. Then everything that left the server is looked
through: its log, the database server's log, metrics, headers, answers, files, the audit record.
"""

import asyncio
import io
import json
import os
import sys
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.auth.roles import Role
from hub.db.logins import credentials
from hub.running import RunningHub
from tests.functional.acts import OBSERVATIONS, Partnership, act, rows
from tests.functional.conftest import Client, signed_on
from tests.functional.test_two_servers import _answers as answers
from tests.provider.running import free_port

VALUE = 777_777
TEXTS = ("777777", "777,777", "777 777", "7.77777")
ADDRESS = "POLICE_CRIME/HERTS_POLICE/CY2017"
REPORT = """query($id: ID!) { disclosureReport(release: $id) { shown primary secondary
  cells { indicator area period role low high forcedBy } loss { title cells } } }"""


@dataclass
class Sinks:
    """Everything that came out of the server, by where it came out."""

    found: dict[str, str] = field(default_factory=dict)

    async def note(self, answer: httpx2.Response) -> None:
        """Keep an answer: its headers and its body, unpacked if it is a workbook."""
        content = await answer.aread()
        name = f"{answer.request.method} {answer.request.url.path} {len(self.found)}"
        shown = content.decode(errors="replace")
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as parts:
                shown = "".join(
                    parts.read(one).decode(errors="replace") for one in parts.namelist()
                )
        self.found[name] = f"{sorted(answer.headers.multi_items())} {shown}"

    def with_(self, *planted: str) -> list[tuple[str, str]]:
        return [(name, one) for name, said in self.found.items() for one in planted if one in said]


@dataclass
class Server:
    """A server process, what it said, and a client of it."""

    http: httpx2.AsyncClient
    log: Path
    sinks: Sinks


@pytest.fixture
async def server(hub: RunningHub, tmp_path: Path) -> AsyncIterator[Server]:
    """Run ``hub serve`` at DEBUG."""
    address, port = hub.settings.database_url, free_port()
    assert address is not None
    environ = os.environ | {
        "HUB_ENV": "development",
        "HUB_DATABASE_URL": address.get_secret_value(),
        "HUB_DATA_DIR": str(hub.settings.data_dir),
        "HUB_PORT": str(port),
        "HUB_ISSUER": f"http://127.0.0.1:{port}",
        "HUB_LOG_LEVEL": "DEBUG",
        "HUB_AUDIT_HEADS": str(tmp_path / "heads.jsonl"),
    }
    log, sinks = tmp_path / "server.log", Sinks()
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hub.cli", "serve"), env=environ, stdout=out, stderr=out
        )
        try:
            url = f"http://127.0.0.1:{port}"
            async with httpx2.AsyncClient(base_url=url, timeout=60) as http:
                await answers(http)
                http.event_hooks["response"].append(sinks.note)
                yield Server(http, log, sinks)
        finally:
            if process.returncode is None:
                process.terminate()
            await asyncio.wait_for(process.wait(), 60)


@pytest.fixture
def partnership(hub: RunningHub, server: Server) -> Partnership:
    return Partnership(hub, partial(signed_on, hub.database, server.http))


def planted_return() -> dict[str, Any]:
    """A small count is hidden, and the planted one with it: the other is larger."""
    grades = {"HIGH": 3, "MEDIUM": VALUE, "STANDARD": 2_000_000}
    parts = (("POL_DA_CRIME", n, {"breakdown": {"RISK": one}}) for one, n in grades.items())
    return rows(("POL_DA_CRIME", sum(grades.values())), *parts, ("POL_DA_INCIDENT", 3_000_000))


async def push_badly(client: Client) -> None:
    """Bodies that are refused, each with the value in it; every refusal is kept as well."""
    good = planted_return()["observations"]
    kind = {"content-type": "application/json"}
    for body in (
        {"observations": [*good, *good]},
        {"observations": [good[0] | {"indicator": f"X{VALUE}"}]},
        {"observations": [good[0] | {"value": -VALUE}]},
        {"observations": [good[0] | {"value": f"{VALUE}"}]},
        {"observations": [good[0] | {"value": VALUE + 0.5}]},
        {"observations": [good[0] | {f"extra{VALUE}": VALUE}]},
        {"observations": [good[1] | {"breakdown": {"RISK": f"{VALUE}"}}]},
        {"observations": [good[0] | {"area": f"E{VALUE}00"}]},
    ):
        answer = await client.put(ADDRESS, json.dumps(body).encode(), **kind)
        assert answer.status_code in {400, 422}, answer.text
    for content in (b'{"observations": [%d' % VALUE, b"\xff%d" % VALUE, b'{"a": %d}' % VALUE):
        assert (await client.put(ADDRESS, content, **kind)).status_code in {400, 422}
    lines = f"indicator,area,period,value,status,note\nPOL_DA_CRIME,E07000102,,{VALUE},,,,\n"
    answer = await client.put(ADDRESS, lines.encode(), **{"content-type": "text/csv"})
    assert answer.status_code in {400, 422}


HERE = "area=E07000102"
FILES = {
    "observations": f"{HERE}&period=CY2017",
    "journey": f"{HERE}&period=CY2017",
    "overview": f"{HERE}&period=CY2017",
    "performance": f"{HERE}&asAt=CY2017",
    "profile": f"dataset=POLICE_CRIME&{HERE}&period=CY2017",
    "series": f"indicator=POL_DA_CRIME&{HERE}&from=CY2016&to=CY2017",
}
FORMS = ("json", "csv", "csv-metadata.json", "xlsx", "png", "svg")
PAGES = (
    "/",
    *(f"/{name}?{FILES[name]}" for name in ("journey", "overview", "performance", "profile")),
    f"/series?indicator=POL_DA_CRIME&{HERE}",
    "/changes",
    "/method",
    "/releases.atom",
)
"""The profile's table is the one of the planted count itself. Who may not read the partners'
release has none here, and is told so."""


async def read_everything(partnership: Partnership, release: str) -> None:
    for role in (Role.ANALYST, Role.STEWARD, Role.AUDITOR, Role.APPROVER, Role.PUBLIC):
        agency = "REFUGE_HERTS" if role is Role.APPROVER else None
        client = await partnership.client(role, agency, f"reader-{role}")
        await client.graphql("/graphql", OBSERVATIONS)
        # Every kind of file for one reader of each audience; what the others get is the same.
        forms = FORMS if role in (Role.ANALYST, Role.PUBLIC) else ("json",)
        for name, given in FILES.items():
            for form in forms:
                await client.get(f"/v1/queries/{name}.{form}?{given}")
        for page in PAGES:
            answer = await client.get(page)
            assert role is not Role.ANALYST or answer.status_code == 200, page
        await client.get("/v1/audit/export")
    steward = await partnership.client(Role.STEWARD, None, "first")
    assert (await steward.graphql("/graphql/intake", REPORT, id=release))["data"]
    for end in ("", "/report.xlsx"):
        assert (await steward.get(f"/releases/{release}{end}")).status_code == 200
    for path in ("/metrics", "/readyz", "/openapi.json", "/v1/audit/heads"):
        await steward.get(path)


async def recorded(owner: AsyncEngine) -> str:
    async with owner.connect() as connection:
        return str((await connection.execute(text("SELECT * FROM audit.event"))).all())


def logs_of_the_database(hub: RunningHub) -> dict[str, str]:
    found = hub.settings.data_dir.rglob("*.log")
    return {str(one.name): one.read_text(errors="replace") for one in found if one.is_file()}


async def test_nothing_planted_comes_out(
    hub: RunningHub, server: Server, partnership: Partnership, owner: AsyncEngine
) -> None:
    submitter = await partnership.client(Role.SUBMITTER, "HERTS_POLICE")
    await push_badly(submitter)
    await partnership.returned(ADDRESS, planted_return())
    release = await partnership.release()
    cells = await partnership.cells()
    hidden = cells["POL_DA_CRIME", "E07000102", "CY2017", "RISK=MEDIUM"]
    assert (hidden["symbol"], hidden["value"]) == ("c", None), "the value must be hidden"
    await read_everything(partnership, release)
    payload = await act(
        await partnership.client(Role.APPROVER, "HERTS_POLICE"),
        'mutation($id: ID!) { withdrawReturn(returnId: $id, reason: "777") '
        "{ userErrors { code message } } }",
        id=str(VALUE),
    )
    assert payload["userErrors"]

    sinks = server.sinks
    assert len(sinks.found) > 120
    clients = list(partnership.clients.values())
    sinks.found["server log"] = server.log.read_text(errors="replace")
    sinks.found["audit record"] = await recorded(owner)
    for name, said in logs_of_the_database(hub).items():
        sinks.found[f"database log {name}"] = said
    assert '"event":"request"' in sinks.found["server log"], "nothing was logged"
    assert sinks.with_(*TEXTS) == []

    tokens = [one.token for one in clients]
    secrets = [one.secret for one in clients] + list(
        credentials(hub.settings.data_dir).passwords.values()
    )
    given_out = {name: said for name, said in sinks.found.items() if "/oauth/token" not in name}
    assert Sinks(given_out).with_(*tokens, *secrets) == []
    assert Sinks(sinks.found).with_(*secrets) == []


async def test_the_search_can_find() -> None:
    """A value that is sent out is found in a body, in a header and in a workbook."""
    sinks, packed = Sinks(), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("sheet.xml", f"<v>{VALUE}</v>")
    request = httpx2.Request("GET", "http://hub.test/")
    for answer in (
        httpx2.Response(200, text=f"{VALUE}", request=request),
        httpx2.Response(200, headers={"etag": f"{VALUE}"}, request=request),
        httpx2.Response(200, content=packed.getvalue(), request=request),
    ):
        await sinks.note(answer)
    assert len(sinks.with_("777777")) == 3
