"""``hub agency``: everything of one agency can be taken out, and erased by two (security B6)."""

import hashlib
import json
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.audit import verify_chain
from hub.auth.roles import Role
from hub.errors import ConflictError, RefusedError, SettingsError
from hub.running import RunningHub
from hub.submissions.portable import CLIENT
from tests.functional.acts import Partnership, codes, rows
from tests.functional.conftest import Run, Sign

POLICE, REFUGE = "HERTS_POLICE", "REFUGE_HERTS"
CRIMES = f"POLICE_CRIME/{POLICE}/CY2017"
LATER = f"POLICE_CRIME/{POLICE}/CY2018"
OTHERS = f"IDVA/{REFUGE}/FY2017-18"
NAMED = "SELECT count(*) FROM intake.{} AS x JOIN intake.return AS r ON r.id = x.return_id"


@pytest.fixture
async def partners(hub: RunningHub, sign: Sign) -> Partnership:
    """The police have one return published, one sent since; a refuge has one published."""
    found = Partnership(hub, sign)
    await found.returned(CRIMES, rows(("POL_DA_CRIME", 617), ("POL_DA_INCIDENT", 1270)))
    await found.returned(OTHERS, rows(("IDV_REFERRAL", 1411)))
    await found.release()
    await found.returned(LATER, rows(("POL_DA_CRIME", 4242)))
    return found


def read(file: Path) -> tuple[bytes, int]:
    """A file's content and mode."""
    return file.read_bytes(), file.stat().st_mode & 0o777


async def count(owner: AsyncEngine, query: str) -> int:
    async with owner.connect() as connection:
        return int(await connection.scalar(text(query)) or 0)


async def left(owner: AsyncEngine, agency: str) -> dict[str, int]:
    """How much there is of an agency, table by table."""
    tables = ("observation", "finding", "sign_off", "receipt", "transition", "revision")
    where = f" WHERE r.agency = '{agency}'"
    return {table: await count(owner, NAMED.format(table) + where) for table in tables}


async def test_what_is_taken_out_can_be_pushed_again(
    partners: Partnership, hub_command: Run, tmp_path: Path
) -> None:
    await partners.push(CRIMES, rows(("POL_DA_CRIME", 618)))
    file = tmp_path / "police.jsonl"
    told = await hub_command("agency", "export", POLICE, str(file))
    content, mode = read(file)
    header, *lines, end = map(json.loads, content.splitlines())
    assert (told["lines"], mode) == (len(lines) + 2, 0o600)
    assert (header["format"], header["agency"]) == ("hub-agency-1", POLICE)
    returns = [line["return"] for line in lines if "return" in line]
    assert [(one["period"], len(one["revisions"])) for one in returns] == [
        ("CY2017", 2),
        ("CY2018", 1),
    ]
    body, last = content[: content.rindex(b'{"end"')], end["end"]
    assert (last["lines"], last["sha256"]) == (len(lines) + 1, hashlib.sha256(body).hexdigest())
    assert {name for line in lines for name in line} == {"return", "client", "record"}
    clients = [line["client"] for line in lines if "client" in line]
    assert {name for one in clients for name in one} == set(CLIENT)
    assert REFUGE not in content.decode()
    for one in returns:
        newest = one["revisions"][-1]
        address = f"{one['dataset']}/{one['agency']}/{one['period']}"
        again = await partners.push(address, newest["body"])
        assert again["contentHash"] == newest["contentHash"]
        assert again["counts"]["unchanged"] == again["counts"]["received"]


async def test_erasing_needs_two_and_leaves_the_record_whole(
    partners: Partnership, hub: RunningHub, hub_command: Run, sign: Sign, owner: AsyncEngine
) -> None:
    with pytest.raises(SettingsError, match="two administrators"):
        await hub_command("agency", "erase", POLICE, "--reason", "Left.")
    first = await sign(Role.ADMINISTRATOR, person="a1")
    second = await sign(Role.ADMINISTRATOR, person="a2")
    confirm = ("agency", "erase", POLICE, "--confirm")
    with pytest.raises(ConflictError, match="Nobody has proposed"):
        await hub_command(*confirm, token=second.token)
    await hub_command("agency", "erase", POLICE, "--reason", "Left.", token=first.token)
    with pytest.raises(RefusedError, match="second person"):
        await hub_command(*confirm, token=first.token)
    before, others = await left(owner, POLICE), await left(owner, REFUGE)
    assert before["observation"] == 3
    draft = (await partners.prepare())["release"]
    assert await hub_command(*confirm, token=second.token) == {"agency": POLICE, "state": "erased"}

    # What was never published is gone; of what was, the bare counts stay that later releases need.
    assert await left(owner, POLICE) == dict.fromkeys(before, 0) | {
        "observation": 2,
        "revision": 1,
        "transition": 5,
    }
    assert await left(owner, REFUGE) == others
    kept = "SELECT count(*) FROM intake.revision WHERE submitted_by = 'erased' AND note IS NULL"
    assert await count(owner, kept) == 1
    async with hub.database.identity() as session:
        assert (await verify_chain(session)).is_intact
    hub.standing.forget()
    police = await partners.client(Role.SUBMITTER, POLICE)
    assert (await police.put(CRIMES, rows(("POL_DA_CRIME", 1)))).status_code == 401
    assert codes(await partners.approve(draft)) == ["NOT_FOUND"]

    # Published figures stay; the next release is made without the agency's, and protected against
    # the one before.
    shown = await partners.cells()
    assert shown["POL_DA_CRIME", "E07000102", "CY2017", ""]["status"] == "PUBLISHED"
    after = await partners.cells(await partners.release())
    assert {cell[0] for cell in after} == {"IDV_REFERRAL"}


async def test_erased_with_its_counts_the_hub_makes_no_more_releases(
    partners: Partnership, hub_command: Run, sign: Sign, owner: AsyncEngine
) -> None:
    first = await sign(Role.ADMINISTRATOR, person="a1")
    second = await sign(Role.ADMINISTRATOR, person="a2")
    erase = ("agency", "erase", POLICE)
    await hub_command(*erase, "--reason", "Left.", "--counts", token=first.token)
    await hub_command(*erase, "--confirm", token=second.token)
    assert (await left(owner, POLICE))["observation"] == 0
    assert await count(owner, "SELECT count(*) FROM intake.observation WHERE value = 617") == 0
    assert codes(await partners.prepare()) == ["ERASED"]
