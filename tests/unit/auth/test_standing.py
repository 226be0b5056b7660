"""The cached picture of the registry: fresh enough, and never old news on an error."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from hub.auth.clients import Client
from hub.auth.roles import Role
from hub.auth.standing import BrowserSession, Picture, Standing
from hub.errors import DatabaseError

from .conftest import Registry, StillClock


async def test_a_client_registered_just_now_is_found(
    registry: Registry, clock: StillClock, submitter: Client
) -> None:
    standing = Standing(registry, clock)
    assert await standing.client("POL-system") is None
    registry.clients["POL-system"] = submitter
    clock.go_on(1.5)
    assert await standing.client("POL-system") is submitter


async def test_unknown_clients_cause_one_reading_a_second(
    registry: Registry, clock: StillClock
) -> None:
    standing = Standing(registry, clock)
    for number in range(20):
        assert await standing.client(f"nobody-{number}") is None
    assert registry.reads == 1


async def test_a_role_change_holds_within_five_seconds(
    registry: Registry, clock: StillClock
) -> None:
    registry.clients["a"] = Client("a", "", frozenset({Role.ANALYST}))
    standing = Standing(registry, clock)
    await standing.client("a")
    registry.clients["a"] = Client("a", "", frozenset())
    clock.go_on(5)
    found = await standing.client("a")
    assert found is not None
    assert found.roles == frozenset()


async def test_forgetting_reads_again_at_once(
    registry: Registry, clock: StillClock, submitter: Client
) -> None:
    standing = Standing(registry, clock)
    await standing.client("POL-system")
    registry.clients["POL-system"] = submitter
    standing.forget()
    assert await standing.client("POL-system") is submitter


async def test_a_clock_set_back_does_not_freeze_the_picture(
    registry: Registry, clock: StillClock, submitter: Client
) -> None:
    standing = Standing(registry, clock)
    registry.clients["POL-system"] = submitter
    await standing.client("POL-system")
    del registry.clients["POL-system"]
    clock.go_on(-3600)
    assert await standing.client("POL-system") is None


async def test_many_at_once_read_once(registry: Registry, clock: StillClock) -> None:
    standing = Standing(registry, clock)
    await asyncio.gather(*(standing.denied("x") for _ in range(50)))
    assert registry.reads == 1


async def test_when_the_registry_cannot_be_read_nobody_gets_in(
    clock: StillClock, submitter: Client
) -> None:
    pictures = [Picture({"POL-system": submitter})]

    async def failing() -> Picture:
        if not pictures:
            raise DatabaseError("no answer")
        return pictures.pop()

    standing = Standing(failing, clock)
    await standing.client("POL-system")
    clock.go_on(5)
    with pytest.raises(DatabaseError):
        await standing.client("POL-system")


async def test_who_waited_for_a_reading_that_failed_does_not_wait_again(clock: StillClock) -> None:
    """Each would wait for a time limit of its own, one after the other."""
    reads, go = 0, asyncio.Event()

    async def failing() -> Picture:
        nonlocal reads
        reads += 1
        await go.wait()
        raise DatabaseError("no answer")

    standing = Standing(failing, clock)
    waiting = [asyncio.create_task(standing.denied("x")) for _ in range(20)]
    await asyncio.sleep(0)
    go.set()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert reads == 1
    assert all(isinstance(one, DatabaseError) for one in found)
    with pytest.raises(DatabaseError):
        await standing.denied("x")
    assert reads == 2, "the next question tries again"


async def test_a_disabled_client_is_no_client(clock: StillClock) -> None:
    ended = Client("a", "", frozenset(), disabled_at=datetime(2026, 1, 1, tzinfo=UTC))

    async def source() -> Picture:
        return Picture({"a": ended})

    assert await Standing(source, clock).client("a") is None


async def test_a_browser_session_lasts_until_its_end(clock: StillClock, submitter: Client) -> None:
    ends = clock() + timedelta(seconds=3)

    async def source() -> Picture:
        return Picture(
            {"POL-system": submitter}, sessions={b"key": BrowserSession("POL-system", ends)}
        )

    standing = Standing(source, clock)
    found = await standing.session(b"key")
    assert found is not None
    assert await standing.client(found.client_id) is submitter
    assert await standing.session(b"other") is None
    clock.go_on(3)
    assert await standing.session(b"key") is None


async def test_a_session_that_began_on_another_worker_is_found(
    clock: StillClock, submitter: Client
) -> None:
    sessions: dict[bytes, BrowserSession] = {}

    async def source() -> Picture:
        return Picture({"POL-system": submitter}, sessions=dict(sessions))

    standing = Standing(source, clock)
    assert await standing.session(b"key") is None
    sessions[b"key"] = BrowserSession("POL-system", clock() + timedelta(hours=1))
    clock.go_on(1.1)
    assert await standing.session(b"key") is not None


async def test_who_is_known_without_asking_is_known_for_as_long(
    registry: Registry, clock: StillClock
) -> None:
    standing = Standing(registry, clock)
    assert standing.known_callers() is None
    callers = await standing.callers()
    assert standing.known_callers() is callers
    clock.go_on(5)
    assert standing.known_callers() is None
    assert await standing.callers() is not callers
    standing.forget()
    assert standing.known_callers() is None
