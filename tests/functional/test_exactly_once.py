"""One key, one effect, one answer; and an honest word when nobody knows (I1 to I7, C5, K7)."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.auth.roles import Role
from hub.clock import now
from hub.db import pools
from hub.db.sessions import IntakeSession
from hub.db.tables import audit, intake
from hub.errors import DatabaseError
from hub.running import RunningHub
from hub.submissions.idempotency import KEPT, forget_old, keep
from tests.functional.conftest import Client, Sign

ADDRESS = "POLICE_CRIME/HERTS_POLICE/CY2017"


def body(number: int = 617) -> dict[str, Any]:
    row = {"indicator": "POL_DA_CRIME", "area": "E07000102", "value": number}
    return {"observations": [row], "note": "Checked."}


async def effects(hub: RunningHub) -> tuple[int, int]:
    """Count stored revisions and their records."""
    submitted = audit.event.c.act == "return.submit"
    async with hub.database.release() as session:
        revisions = await session.scalar(select(func.count()).select_from(intake.revision))
    async with hub.database.identity() as session:
        acts = select(func.count()).select_from(audit.event).where(submitted)
        return revisions or 0, await session.scalar(acts) or 0


@pytest.fixture
async def police(sign: Sign) -> Client:
    return await sign(Role.SUBMITTER, "HERTS_POLICE")


async def test_fifty_equal_requests_at_once_have_one_effect_and_one_answer(
    hub: RunningHub, police: Client
) -> None:
    key = {"Idempotency-Key": "k"}
    answers = await asyncio.gather(*(police.put(ADDRESS, body(), **key) for _ in range(50)))
    assert {(each.status_code, each.content, each.headers["etag"]) for each in answers} == {
        (201, answers[0].content, answers[0].headers["etag"])
    }
    assert await effects(hub) == (1, 1)


async def test_one_key_is_one_request(hub: RunningHub, police: Client) -> None:
    first = await police.put(ADDRESS, body(), **{"Idempotency-Key": "k"})
    other = await police.put(ADDRESS, body(618), **{"Idempotency-Key": "k"})
    moved = await police.put(ADDRESS[:-1] + "6", body(), **{"Idempotency-Key": "k"})
    again = await police.put(ADDRESS, body(), **{"Idempotency-Key": "k"})
    assert [each.status_code for each in (first, other, moved, again)] == [201, 422, 422, 201]
    assert {each.json()["code"] for each in (other, moved)} == {"IDEMPOTENCY_KEY"}
    assert again.content == first.content
    assert await effects(hub) == (1, 1)


async def test_another_clients_key_is_another_key(hub: RunningHub, sign: Sign) -> None:
    for person in ("p1", "p2"):
        caller = await sign(Role.SUBMITTER, "HERTS_POLICE", person)
        answer = await caller.put(ADDRESS, body(len(person)), **{"Idempotency-Key": "k"})
        assert answer.status_code in (200, 201)


async def test_a_refused_push_leaves_the_key_free(hub: RunningHub, police: Client) -> None:
    key = {"Idempotency-Key": "k"}
    assert (await police.put(ADDRESS, body(-1), **key)).status_code == 422
    assert (await police.put(ADDRESS, body(), **key)).status_code == 201


async def test_the_answer_is_kept_with_the_effect_or_neither(
    hub: RunningHub, police: Client, owner: AsyncEngine
) -> None:
    """I4: where the answer cannot be kept, nothing is; the retry then does both."""
    key = {"Idempotency-Key": "k"}
    async with owner.begin() as connection:
        await connection.execute(text("REVOKE INSERT ON intake.idempotency FROM hub_ingest"))
    assert (await police.put(ADDRESS, body(), **key)).status_code == 500
    assert await effects(hub) == (0, 0)
    async with owner.begin() as connection:
        await connection.execute(text("GRANT INSERT ON intake.idempotency TO hub_ingest"))
    assert (await police.put(ADDRESS, body(), **key)).status_code == 201
    assert await effects(hub) == (1, 1)


async def test_what_cannot_be_answered_is_not_kept(
    hub: RunningHub, police: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The receipt is made in the transaction of the push: no stored return behind a 503."""

    async def gone(*_: Any) -> None:
        raise DatabaseError("The database does not answer. Nothing was kept; ask again soon.")

    for key in ({}, {"Idempotency-Key": "k"}):
        with monkeypatch.context() as patch:
            patch.setattr("hub.web.returns.receipt_of", gone)
            assert (await police.put(ADDRESS, body(), **key)).status_code == 503
        assert await effects(hub) == (0, 0)


async def test_keys_are_remembered_for_thirty_days(hub: RunningHub, police: Client) -> None:
    key = {"Idempotency-Key": "k"}
    await police.put(ADDRESS, body(), **key)
    async with hub.database.intake() as session:
        assert await forget_old(session, now() + KEPT - timedelta(minutes=5)) == 0
    assert (await police.put(ADDRESS, body(618), **key)).status_code == 422
    async with hub.database.intake() as session:
        assert await forget_old(session, now() + KEPT + timedelta(minutes=5)) == 1
    assert (await police.put(ADDRESS, body(618), **key)).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
async def test_a_key_that_is_none_is_malformed(police: Client, key: str) -> None:
    assert (await police.put(ADDRESS, body(), **{"Idempotency-Key": key})).status_code == 400


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections made from now on wait for a lock a moment only; five seconds in the product."""
    monkeypatch.setattr(pools, "SHARED", pools.SHARED | {"lock_timeout": "200ms"})


async def test_who_waits_too_long_is_told_409(
    impatient: None, police: Client, owner: AsyncEngine
) -> None:
    """K5, K7: a lock is waited for at most ``lock_timeout``; then the caller hears of it."""
    async with owner.begin() as connection:
        await connection.execute(text("LOCK TABLE intake.return IN ACCESS EXCLUSIVE MODE"))
        answer = await police.put(ADDRESS, body())
        assert (answer.status_code, answer.json()["code"]) == (409, "BUSY")


async def pushes(hub: RunningHub, police: Client, keys: int, each: int, first: int = 1000) -> None:
    """Push every key several times, in any order, some at once: as many effects as keys."""
    dice, before = random.Random(first), await effects(hub)
    todo = [number for number in range(keys) for _ in range(each)]
    dice.shuffle(todo)
    answers: dict[int, set[bytes]] = {}
    for start in range(0, len(todo), 20):
        some = todo[start : start + 20]
        found = await asyncio.gather(
            *(
                police.put(ADDRESS, body(first + number), **{"Idempotency-Key": f"k{number}"})
                for number in some
            )
        )
        for number, answer in zip(some, found, strict=True):
            answers.setdefault(number, set()).add(answer.content)
    assert {len(contents) for contents in answers.values()} == {1}
    assert await effects(hub) == (before[0] + keys, before[1] + keys)


async def test_as_many_effects_as_keys(hub: RunningHub, police: Client) -> None:
    await pushes(hub, police, 10, 5)


@pytest.mark.long
async def test_ten_thousand_pushes_have_as_many_effects_as_keys(
    hub: RunningHub, sign: Sign
) -> None:
    for number in range(10):  # a token lives for minutes only
        police = await sign(Role.SUBMITTER, "HERTS_POLICE", f"p{number}")
        await pushes(hub, police, 100, 10, first=1000 * (number + 2))


async def test_a_line_cut_at_the_commit_is_neither_success_nor_failure(
    hub: RunningHub, police: Client, owner: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C5: the server's process is ended after the last statement, before the COMMIT."""

    async def cut_after(session: IntakeSession, *rest: Any) -> None:
        await keep(session, *rest)
        pid = await session.scalar(text("SELECT pg_backend_pid()"))
        async with owner.begin() as connection:
            await connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})

    key = {"Idempotency-Key": "k"}
    with monkeypatch.context() as patch:
        patch.setattr("hub.submissions.reception.keep", cut_after)
        answer = await police.put(ADDRESS, body(), **key)
    assert (answer.status_code, answer.json()["code"]) == (503, "OUTCOME_UNKNOWN")
    assert "same Idempotency-Key" in answer.json()["detail"]
    assert (await police.put(ADDRESS, body(), **key)).status_code == 201
    assert await effects(hub) == (1, 1)
