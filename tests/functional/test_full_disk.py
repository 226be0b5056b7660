"""A full disk is a clean refusal: nothing acknowledged is lost, and all goes on with room (U11).

By default the database is made to say what PostgreSQL says on a full disk. The long run fills a
real one: a small file system of its own, first up to the room the hub keeps, then to the last byte.
"""

import asyncio
import base64
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.app import build
from hub.audit import verify_chain
from hub.auth.roles import Role
from hub.db.embedded import supervisor
from hub.db.engine import Database
from hub.db.tables import intake
from hub.running import RunningHub, running
from hub.settings import Settings
from tests.functional.acts import rows
from tests.functional.conftest import URL, Client, Sign, signed_on

ADDRESS = "POLICE_CRIME/HERTS_POLICE/CY2017"
FULL = (507, "STORAGE_FULL")
FILL = """
CREATE FUNCTION intake.full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
END $$"""
SUBMIT = """mutation($rows: [ObservationInput!]!) { submitReturn(input: {
  dataset: "POLICE_CRIME", agency: "HERTS_POLICE", period: "CY2017", observations: $rows}) {
  return { revision } userErrors { code message } } }"""
CSV = b"indicator,area,period,value,status,note\nPOL_DA_CRIME,E07000102,,617,,\n"


async def revisions(database: Database) -> int:
    async with database.release() as session:
        return await session.scalar(select(func.count()).select_from(intake.revision)) or 0


def said(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.fixture
async def full(owner: AsyncEngine) -> None:
    """Storing any row says what PostgreSQL says on a full disk."""
    trigger = (
        "CREATE TRIGGER full_disk BEFORE INSERT ON intake.observation "
        "FOR EACH STATEMENT EXECUTE FUNCTION intake.full_disk()"
    )
    async with owner.begin() as connection:
        await connection.execute(text(FILL))
        await connection.execute(text(trigger))


@pytest.mark.usefixtures("full")
async def test_a_full_disk_is_refused_everywhere_and_keeps_nothing(
    hub: RunningHub, sign: Sign, owner: AsyncEngine
) -> None:
    police = await sign(Role.SUBMITTER, "HERTS_POLICE")
    body, key = rows(("POL_DA_CRIME", 617)), {"Idempotency-Key": "k"}
    refused = await police.put(ADDRESS, body, **key)
    assert said(refused) == FULL
    assert "nothing was kept" in refused.json()["detail"]
    asked = await police.graphql("/graphql/intake", SUBMIT, rows=body["observations"])
    assert [one["code"] for one in asked["data"]["submitReturn"]["userErrors"]] == ["STORAGE_FULL"]
    dataset, agency, period = ADDRESS.split("/")
    fields = {"dataset": dataset, "agency": agency, "period": period, "kind": "csv"}
    form: Any = {name: (None, value) for name, value in fields.items()}
    form["content"] = (None, base64.b64encode(CSV).decode())
    page = await police.http.post("/returns/submit", files=form, headers=police.headers)
    assert page.status_code == 507
    assert "disk is full" in page.text
    assert page.headers["content-type"].startswith("text/html")
    assert await revisions(hub.database) == 0
    async with owner.begin() as connection:
        await connection.execute(text("DROP TRIGGER full_disk ON intake.observation"))
    assert (await police.put(ADDRESS, body, **key)).status_code == 201


def mounted(folder: Path, megabytes: int) -> bool:
    """Mount a small file system in memory; needs a privileged account."""
    argv = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=711", "tmpfs", str(folder)]
    try:
        return subprocess.run(argv, capture_output=True, timeout=30).returncode == 0
    except FileNotFoundError:
        return False


@pytest.fixture
def small() -> Iterator[Path]:
    """A disk of 260 MB: a new database takes some 60, and its log grows."""
    folder = Path(tempfile.mkdtemp(prefix="hub-small-", dir="/tmp"))
    if not mounted(folder, 260):
        folder.rmdir()
        pytest.skip("No file system can be mounted here: a full disk was NOT tried for real.")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True, timeout=30)
    folder.rmdir()


@pytest.fixture
async def serving(small: Path) -> AsyncIterator[tuple[RunningHub, Client]]:
    """A hub whose data folder is on that disk, and a police system."""
    settings = Settings(
        env="development",
        data_dir=small / "hub",
        requests_per_minute=10**9,
        address_requests_per_minute=10**9,
    )
    async with running(settings, throw_away=True) as hub:
        transport = httpx2.ASGITransport(app=build(hub))
        async with httpx2.AsyncClient(transport=transport, base_url=URL) as http:
            yield hub, await signed_on(hub.database, http, Role.SUBMITTER, "HERTS_POLICE")


def fill(disk: Path, left: int) -> None:
    """Take all room of a disk but ``left`` bytes, or as much of it as there is."""
    room = shutil.disk_usage(disk).free - left
    with (disk / "ballast").open("ab") as ballast:
        if room > 0:
            os.posix_fallocate(ballast.fileno(), ballast.tell(), room)


async def push_until_refused(police: Client, kept: list[int]) -> httpx2.Response:
    """Send revision after revision; note those that were acknowledged."""
    for number in range(1, 2000):
        items = [("POL_DA_CRIME", 1000 + number, {"period": f"2017-{m:02}"}) for m in range(1, 13)]
        answer = await police.put(ADDRESS, rows(*items))
        if answer.status_code != 201:
            return answer
        kept.append(answer.json()["revision"])
    raise AssertionError("the disk never was full")


@pytest.mark.long
async def test_a_real_disk_runs_full_and_nothing_acknowledged_is_lost(
    serving: tuple[RunningHub, Client], small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub, police = serving
    kept: list[int] = []
    fill(small, supervisor.LEAST_ROOM - 4096)
    assert said(await push_until_refused(police, kept)) == FULL
    assert kept == []
    assert (await police.http.get("/healthz")).status_code == 200
    assert (await police.http.get("/readyz")).status_code == 503
    (small / "ballast").unlink()
    assert (await police.put(ADDRESS, rows(("POL_DA_CRIME", 617)))).status_code == 201
    kept.append(1)

    # Without that room kept free the database itself meets the end of the disk, in its log too.
    monkeypatch.setattr(supervisor, "LEAST_ROOM", 0)
    fill(small, 2 * 1024 * 1024)
    refused = await push_until_refused(police, kept)
    assert refused.status_code in (503, 507), refused.text
    unsure = refused.json()["code"] == "OUTCOME_UNKNOWN"
    (small / "ballast").unlink()
    for _ in range(600):
        if (await police.http.get("/readyz")).status_code == 200:
            break
        await asyncio.sleep(0.2)
    again = await police.put(ADDRESS, rows(("POL_DA_CRIME", 99)))
    assert again.status_code == 201, again.text
    stored = again.json()["revision"]
    assert stored - len(kept) in ((1, 2) if unsure else (1,))
    assert await revisions(hub.database) == stored
    async with hub.database.identity() as session:
        assert (await verify_chain(session)).is_intact
