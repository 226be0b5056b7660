"""Signed notices of new releases, sent to a real receiving process."""

import asyncio
import base64
import hmac
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.auth.roles import Role
from hub.clock import now
from hub.db.engine import Database
from hub.errors import NotFoundError, RefusedError, SettingsError
from hub.protected.releases import Audience
from hub.running import RunningHub
from hub.webhooks import outbox
from hub.webhooks.outbox import PAUSES
from hub.webhooks.sending import Sending, reach_of, visible_releases
from hub.webhooks.signing import webhook_key
from hub.webhooks.subscriptions import Webhook, add_webhook, remove_webhook, rotate_secret
from tests.functional.conftest import Run, Sign
from tests.functional.released import publish_empty

RECEIVER = Path(__file__).parent / "receiver.py"
LOOPBACK = "127.0.0.0/8"


@dataclass
class Receiving:
    """A receiver's process."""

    process: asyncio.subprocess.Process
    url: str

    async def next(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), 10)
        found: dict[str, Any] = json.loads(line)
        return found

    async def has_none(self) -> bool:
        try:
            assert self.process.stdout is not None
            await asyncio.wait_for(self.process.stdout.readline(), 0.3)
        except TimeoutError:
            return True
        return False


@asynccontextmanager
async def receiving(*answers: int) -> AsyncIterator[Receiving]:
    command = [sys.executable, str(RECEIVER), *map(str, answers)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        port = int(await asyncio.wait_for(process.stdout.readline(), 20))
        yield Receiving(process, f"http://127.0.0.1:{port}/notices?token=planted-777777")
    finally:
        process.kill()
        await process.wait()


@dataclass
class Time:
    """A clock that a test moves."""

    at: datetime = field(default_factory=now)

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Follower:
    """A hub that serves, as far as notices go, and what was registered at it."""

    hub: RunningHub
    time: Time
    sending: Sending

    async def add(self, url: str, audience: Audience = Audience.PUBLIC) -> Webhook:
        settings = self.hub.settings
        known = await visible_releases(self.hub.database)
        async with self.hub.database.identity() as session:
            return await add_webhook(
                *(session, url, "test", audience, reach_of(settings), known, "t", self.time())
            )

    def secret(self, hook: Webhook, generation: int = 1) -> bytes:
        shown = webhook_key(self.hub.settings.data_dir).secret(hook.id, generation)
        return base64.b64decode(shown.removeprefix("whsec_"))

    async def look(self, after: timedelta = timedelta(0)) -> None:
        self.time.at += after
        async with Sending.client() as http:
            await self.sending.look(http)

    async def log(self) -> list[dict[str, Any]]:
        async with self.hub.database.identity() as session:
            return await outbox.log(session)


@pytest.fixture
def follower(hub: RunningHub) -> Follower:
    settings = hub.settings.model_copy(update={"webhook_networks": LOOPBACK})
    own, time = replace(hub, settings=settings), Time()
    return Follower(own, time, Sending(hub.database, settings, time))


def require_signed(notice: dict[str, Any], secret: bytes) -> None:
    """Verify as the Standard Webhooks specification tells receivers to."""
    headers = notice["headers"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{notice['body']}"
    mark = "v1," + base64.b64encode(hmac.digest(secret, signed.encode(), "sha256")).decode()
    assert mark in headers["webhook-signature"].split(" ")


async def test_a_release_is_told_once_signed_and_without_a_figure(follower: Follower) -> None:
    async with receiving() as receiver:
        await publish_empty(follower.hub.database, "earlier", Audience.PUBLIC)
        hook = await follower.add(receiver.url)
        await publish_empty(follower.hub.database, "partners", Audience.PARTNER)
        await publish_empty(follower.hub.database, "told", Audience.PUBLIC)
        await follower.look()
        await follower.look(timedelta(days=1))
        notice = await receiver.next()
        assert await receiver.has_none()
    require_signed(notice, follower.secret(hook))
    content = json.loads(notice["body"])
    assert content["type"] == "release.published"
    assert set(content["data"]) == {"release", "audience", "publishedAt", "url"}
    assert (content["data"]["release"], content["data"]["audience"]) == ("told", "public")
    assert content["data"]["url"].endswith("/changes?release=told")
    assert notice["path"] == "/notices?token=planted-777777"
    log = await follower.log()
    assert [(one["release_id"], one["state"], one["status"]) for one in log] == [
        ("told", "delivered", 200)
    ]


async def test_a_refused_notice_is_tried_again_with_the_same_id(follower: Follower) -> None:
    async with receiving(500, 302, 204) as receiver:
        hook = await follower.add(receiver.url)
        await publish_empty(follower.hub.database, "told", Audience.PUBLIC)
        await follower.look()
        await follower.look()
        first = await receiver.next()
        assert await receiver.has_none(), "tried again before the pause was over"
        await follower.look(PAUSES[0])
        await follower.look(PAUSES[1])
        notices = [first, await receiver.next(), await receiver.next()]
        assert await receiver.has_none()
    assert len({notice["headers"]["webhook-id"] for notice in notices}) == 1
    assert len({notice["headers"]["webhook-timestamp"] for notice in notices}) == 3
    for notice in notices:
        require_signed(notice, follower.secret(hook))
    assert [(one["state"], one["tries"]) for one in await follower.log()] == [("delivered", 3)]


async def test_a_receiver_that_never_takes_it_is_given_up(
    follower: Follower, owner: AsyncEngine
) -> None:
    hook = await follower.add("http://127.0.0.1:9/closed?token=planted-777777")
    await publish_empty(follower.hub.database, "told", Audience.PUBLIC)
    await follower.look()
    for pause in (*PAUSES, timedelta(days=30), timedelta(days=30)):
        await follower.look(pause)
    log = await follower.log()
    assert [(one["state"], one["tries"], one["fault"]) for one in log] == [
        ("dead", len(PAUSES) + 1, "ConnectError")
    ]
    async with follower.hub.database.identity() as session:
        await outbox.retry(session, log[0]["id"], follower.time())
        with pytest.raises(NotFoundError):
            await outbox.retry(session, log[0]["id"], follower.time())
    await follower.look()
    assert [one["tries"] for one in await follower.log()] == [len(PAUSES) + 2]
    async with owner.connect() as connection:
        tries = await connection.scalar(text("SELECT count(*) FROM identity.delivery_try"))
        held = await connection.scalar(
            text("SELECT string_agg(d::text, '') FROM identity.webhook d")
        )
    assert tries == len(PAUSES) + 2
    assert base64.b64encode(follower.secret(hook)).decode() not in held


async def test_an_embargo_holds_for_notices_too(follower: Follower) -> None:
    async with receiving() as receiver:
        until = now() + timedelta(seconds=1.5)
        await publish_empty(follower.hub.database, "later", Audience.PUBLIC, until)
        await follower.add(receiver.url)
        await follower.look()
        assert await receiver.has_none()
        await asyncio.sleep((until - now()).total_seconds() + 0.2)
        await follower.look()
        assert json.loads((await receiver.next())["body"])["data"]["release"] == "later"


async def test_processes_share_the_work_and_a_dead_one_loses_nothing(follower: Follower) -> None:
    async with receiving() as receiver:
        await follower.add(receiver.url)
        await publish_empty(follower.hub.database, "told", Audience.PUBLIC)
        others = [replace(follower, sending=_another(follower)) for _ in range(4)]
        await asyncio.gather(*(each.look() for each in others))
        await receiver.next()
        assert await receiver.has_none()
        await publish_empty(follower.hub.database, "crashed", Audience.PUBLIC)
        releases = await visible_releases(follower.hub.database)
        async with follower.hub.database.identity() as session:
            hook = (await outbox.log(session))[0]["webhook_id"]
            await outbox.owe(session, [(hook, one) for one in releases], follower.time())
            taken = await outbox.take(session, follower.time())
        assert [one.release_id for one in taken] == ["crashed"]
        await follower.look()
        assert await receiver.has_none(), "taken by two at once"
        await follower.look(outbox.LEASE)
        assert json.loads((await receiver.next())["body"])["data"]["release"] == "crashed"


async def test_a_changed_secret_overlaps_and_a_removed_webhook_is_silent(
    follower: Follower,
) -> None:
    async with receiving(200, 200, 410) as receiver:
        hook = await follower.add(receiver.url)
        database = follower.hub.database
        async with database.identity() as session:
            await rotate_secret(session, hook.id, follower.time())
        await publish_empty(database, "one", Audience.PUBLIC)
        await follower.look()
        notice = await receiver.next()
        require_signed(notice, follower.secret(hook, 1))
        require_signed(notice, follower.secret(hook, 2))
        await publish_empty(database, "two", Audience.PUBLIC)
        await follower.look(timedelta(hours=25))
        notice = await receiver.next()
        require_signed(notice, follower.secret(hook, 2))
        with pytest.raises(AssertionError):
            require_signed(notice, follower.secret(hook, 1))
        await publish_empty(database, "three", Audience.PUBLIC)
        await follower.look()
        await receiver.next()
        await publish_empty(database, "four", Audience.PUBLIC)
        await follower.look(timedelta(days=3))
        assert await receiver.has_none(), "410 means no more"
    async with database.identity() as session:
        with pytest.raises(NotFoundError):
            await remove_webhook(session, hook.id, follower.time())


async def test_a_name_that_leads_inside_is_not_followed(hub: RunningHub) -> None:
    """The name passes at registration; what it leads to is checked at each delivery."""
    time = Time()
    follower = Follower(hub, time, Sending(hub.database, hub.settings, time))
    async with receiving() as receiver:
        await follower.add(receiver.url.replace("127.0.0.1", "localhost"))
        await publish_empty(hub.database, "told", Audience.PUBLIC)
        await follower.look()
        assert await receiver.has_none()
    assert [one["fault"] for one in await follower.log()] == ["address not allowed"]


def _another(follower: Follower) -> Sending:
    return Sending(follower.hub.database, follower.hub.settings, follower.time)


async def test_a_serving_hub_hears_of_a_release_and_tells_it_at_once(
    follower: Follower, database: Database
) -> None:
    task = asyncio.create_task(follower.sending.run())
    listener = database.listener(lambda _: follower.sending.wake())
    listener.begin()
    try:
        async with receiving() as receiver:
            await follower.add(receiver.url)
            await asyncio.sleep(0.3)
            await publish_empty(database, "told", Audience.PUBLIC)
            async with asyncio.timeout(3):
                await receiver.next()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await listener.end()


def test_client_follows_nothing() -> None:
    client = Sending.client()
    assert isinstance(client, httpx2.AsyncClient)
    assert not client.follow_redirects and not client.trust_env


async def test_commands_of_an_administrator(
    hub_command: Run, sign: Sign, owner: AsyncEngine
) -> None:
    first = await sign(Role.ADMINISTRATOR, person="admin-1")
    await sign(Role.ADMINISTRATOR, person="admin-2")
    analyst = await sign(Role.ANALYST)
    add = ("webhook", "add", "https://hooks.example.org/x?token=planted", "--title", "Board")
    with pytest.raises(SettingsError, match="HUB_TOKEN"):
        await hub_command(*add, "--audience", "partner")
    with pytest.raises(RefusedError):
        await hub_command(*add, "--audience", "partner", token=analyst.token)
    made = await hub_command(*add, "--audience", "partner", token=first.token)
    listed = await hub_command("webhook", "list")
    assert [one["url"] for one in listed] == ["https://hooks.example.org/x?…"]
    again = await hub_command("webhook", "rotate", made["id"], token=first.token)
    assert again["secret"].startswith("whsec_") and again["secret"] != made["secret"]
    assert await hub_command("webhook", "log") == []
    await hub_command("webhook", "remove", made["id"], token=first.token)
    assert await hub_command("webhook", "list") == []
    async with owner.connect() as connection:
        rows = await connection.execute(
            text(
                "SELECT act, actor, details::text AS told FROM audit.event "
                "WHERE object = :id ORDER BY sequence"
            ),
            {"id": made["id"]},
        )
        recorded = [(row.act, row.actor, "planted" in row.told) for row in rows]
    assert recorded == [
        ("webhook.add", "admin-1", False),
        ("webhook.rotate", "admin-1", False),
        ("webhook.remove", "admin-1", False),
    ]
