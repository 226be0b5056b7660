"""Many writers of one return at once: one current revision, no gap, every loser told (K1, K3)."""

import asyncio
import sys

import httpx2
import pytest
from sqlalchemy import select

from hub.auth.roles import Role
from hub.db import pools
from hub.db.logins import Duty
from hub.db.tables import intake
from hub.running import RunningHub
from tests.conftest import FreshSettings
from tests.functional.acts import open_partnership, rows
from tests.functional.conftest import Client, Sign

LOST = {(409, "BUSY"), (412, "PRECONDITION")}
"""What a writer who came too late is told; nothing of theirs was kept."""


async def at_once(
    police: Client, period: str, writers: int, after: int = 0, /, **conditions: str
) -> list[httpx2.Response]:
    """Push as many different contents to one address at once, all on the same conditions.

    None is the content of one of the ``after`` revisions before, which would be no revision.
    """
    address, first = f"POLICE_CRIME/HERTS_POLICE/{period}", 700 + 1_000 * after
    bodies = [rows(("POL_DA_CRIME", first + number)) for number in range(writers)]
    return await asyncio.gather(*(police.put(address, body, **conditions) for body in bodies))


def winners(answers: list[httpx2.Response]) -> list[int]:
    """Give the numbers of the revisions that were stored; every other answer says who lost."""
    won = [answer for answer in answers if answer.status_code == 201]
    lost = [answer for answer in answers if answer.status_code != 201]
    assert {(answer.status_code, answer.json()["code"]) for answer in lost} <= LOST
    return sorted(answer.json()["revision"] for answer in won)


async def stored(hub: RunningHub, period: str) -> tuple[list[int], list[int]]:
    """Give the numbers of a return's revisions, and of the current ones."""
    head, body = intake.return_, intake.revision
    query = (
        select(body.c.number, body.c.is_current)
        .join(head, head.c.id == body.c.return_id)
        .where(head.c.period == period)
        .order_by(body.c.number)
    )
    async with hub.database.release() as session:
        found = (await session.execute(query)).all()
    return [one.number for one in found], [one.number for one in found if one.is_current]


async def without_condition(hub: RunningHub, police: Client, writers: int) -> None:
    """Unconditional writers queue up, and may all be stored, one after the other."""
    before, _ = await stored(hub, "CY2017")
    won = winners(await at_once(police, "CY2017", writers, len(before)))
    last = len(before) + len(won)
    assert won == list(range(len(before) + 1, last + 1))
    assert await stored(hub, "CY2017") == (list(range(1, last + 1)), [last])


async def on_one_revision(hub: RunningHub, police: Client, writers: int) -> None:
    """Writers that name the revision they replace: one of them does."""
    first = await police.put("POLICE_CRIME/HERTS_POLICE/CY2016", rows(("POL_DA_CRIME", 617)))
    seen, number = first.headers["etag"], first.json()["revision"]
    won = winners(await at_once(police, "CY2016", writers, **{"If-Match": seen}))
    assert won == [number + 1]
    assert await stored(hub, "CY2016") == (list(range(1, number + 2)), [number + 1])


async def test_thirty_writers_leave_one_current_and_no_gap(hub: RunningHub, sign: Sign) -> None:
    await without_condition(hub, await sign(Role.SUBMITTER, "HERTS_POLICE"), 30)


async def test_of_thirty_who_replace_one_revision_one_does(hub: RunningHub, sign: Sign) -> None:
    await on_one_revision(hub, await sign(Role.SUBMITTER, "HERTS_POLICE"), 30)


async def test_of_thirty_first_revisions_one_is(hub: RunningHub, sign: Sign) -> None:
    police = await sign(Role.SUBMITTER, "HERTS_POLICE")
    won = winners(await at_once(police, "CY2015", 30, **{"If-None-Match": "*"}))
    assert won == [1]
    assert await stored(hub, "CY2015") == ([1], [1])


async def test_writers_of_one_return_wait_for_each_other_and_not_for_connections(
    fresh_settings: FreshSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the queue, nobody in it is told that the hub is overloaded: it is not."""
    monkeypatch.setattr(pools, "SIZES", {**pools.SIZES, Duty.INGEST: 1})
    monkeypatch.setattr(pools, "WAITS", {**pools.WAITS, Duty.INGEST: 0.1})
    async with open_partnership(fresh_settings) as one:
        police = await one.client(Role.SUBMITTER, "HERTS_POLICE")
        await without_condition(one.hub, police, 12)
        await on_one_revision(one.hub, police, 12)


@pytest.mark.long
@pytest.mark.parametrize("part", range(4))
async def test_a_hundred_writers_a_hundred_times(hub: RunningHub, sign: Sign, part: int) -> None:
    """In parts of twenty-five, so that a run cut short says how far it came."""
    for number in range(25):
        police = await sign(Role.SUBMITTER, "HERTS_POLICE", f"p{number}")  # tokens live minutes
        await without_condition(hub, police, 100)
        await on_one_revision(hub, police, 100)
        sys.stdout.write(f"part {part}: {number + 1} rounds\n")
