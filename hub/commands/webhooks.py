"""``hub webhook``: who is told of new releases, and what became of each notice."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

import typer

from hub.audit import Event, record
from hub.commands.acting import acting, say
from hub.commands.checking import AsJson
from hub.db.sessions import IdentitySession
from hub.protected.releases import Audience
from hub.running import RunningHub
from hub.webhooks import outbox
from hub.webhooks.sending import reach_of, visible_releases
from hub.webhooks.signing import webhook_key
from hub.webhooks.subscriptions import (
    Webhook,
    add_webhook,
    remove_webhook,
    rotate_secret,
    webhooks,
)

app = typer.Typer(help="Signed notices of new releases.", no_args_is_help=True)
WebhookId = Annotated[str, typer.Argument(help="Id of the webhook.")]


@app.command("add")
def add(
    url: Annotated[str, typer.Argument(help="Where to POST; https.")],
    title: Annotated[str, typer.Option("--title", help="What it is, never a person's name.")],
    audience: Annotated[Audience, typer.Option("--audience", help="Whose releases.")],
    as_json: AsJson = False,
) -> None:
    """Tell a program of every release from now on; its secret is printed once."""

    async def act(hub: RunningHub) -> dict[str, Any]:
        by, at = await acting(hub), hub.clock()
        known = [one for one in await visible_releases(hub.database) if one.audience is audience]
        async with hub.database.identity() as session:
            made = await add_webhook(
                session, url, title, audience, reach_of(hub.settings), known, by, at
            )
            await _event(session, "webhook.add", made, by, at)
        secret = webhook_key(hub.settings.data_dir).secret(made.id, made.generation)
        return {"id": made.id, "secret": secret, "audience": str(audience)}

    def lines(done: dict[str, Any]) -> list[str]:
        return [f"Added {done['id']}.", f"Its secret, shown this once: {done['secret']}"]

    say(act, lines, as_json)


@app.command("list")
def listing(as_json: AsJson = False) -> None:
    """List every webhook."""

    async def act(hub: RunningHub) -> list[dict[str, Any]]:
        async with hub.database.identity() as session:
            found = await webhooks(session)
        return [
            {"id": one.id, "title": one.title, "audience": str(one.audience), "url": one.shown}
            for one in found
        ]

    def lines(found: list[dict[str, Any]]) -> list[str]:
        return ["\t".join(one.values()) for one in found] or ["There is no webhook."]

    say(act, lines, as_json)


@app.command("remove")
def remove(webhook_id: WebhookId, as_json: AsJson = False) -> None:
    """Tell a program nothing more."""
    _change("webhook.remove", webhook_id, remove_webhook, as_json)


@app.command("rotate")
def rotate(webhook_id: WebhookId, as_json: AsJson = False) -> None:
    """Give a program another secret; for a day notices are signed with both."""
    _change("webhook.rotate", webhook_id, rotate_secret, as_json)


@app.command("log")
def log(
    webhook: Annotated[str | None, typer.Option("--webhook", help="Only this one's.")] = None,
    most: Annotated[int, typer.Option("--most", min=1, max=10_000, help="How many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List the newest deliveries: release, state, tries, the last answer's status."""

    async def act(hub: RunningHub) -> list[dict[str, Any]]:
        async with hub.database.identity() as session:
            found = await outbox.log(session, webhook, most)
        return [_told(row) for row in found]

    def lines(found: list[dict[str, Any]]) -> list[str]:
        shown = [
            "\t".join("-" if cell is None else str(cell) for cell in one.values()) for one in found
        ]
        return shown or ["Nothing was owed yet."]

    say(act, lines, as_json)


@app.command("retry")
def retry(
    delivery: Annotated[str, typer.Argument(help="Id of a delivery that was given up.")],
    as_json: AsJson = False,
) -> None:
    """Try a delivery that was given up once more."""

    async def act(hub: RunningHub) -> dict[str, Any]:
        await acting(hub)
        async with hub.database.identity() as session:
            await outbox.retry(session, delivery, hub.clock())
        return {"id": delivery, "state": outbox.WAITING}

    say(act, lambda done: [f"{done['id']} will be tried again."], as_json)


def _told(row: dict[str, Any]) -> dict[str, Any]:
    waits = row["state"] == outbox.WAITING
    return {
        "id": row["id"],
        "webhook": row["webhook_id"],
        "release": row["release_id"],
        "state": row["state"],
        "tries": row["tries"],
        "lastTry": row["at"].isoformat() if row["at"] else None,
        "status": row["status"],
        "fault": row["fault"],
        "milliseconds": row["milliseconds"],
        "nextTry": row["next_at"].isoformat() if waits else None,
    }


Act = Callable[[IdentitySession, str, datetime], Awaitable[Webhook]]


def _change(name: str, webhook_id: str, change: Act, as_json: bool) -> None:
    async def act(hub: RunningHub) -> dict[str, Any]:
        by, at = await acting(hub), hub.clock()
        async with hub.database.identity() as session:
            done = await change(session, webhook_id, at)
            await _event(session, name, done, by, at)
        if done.removed_at is not None:
            return {"id": done.id, "removed": True}
        secret = webhook_key(hub.settings.data_dir).secret(done.id, done.generation)
        return {"id": done.id, "secret": secret}

    def lines(done: dict[str, Any]) -> list[str]:
        if "secret" not in done:
            return [f"Removed {done['id']}."]
        return [f"Its new secret, shown this once: {done['secret']}"]

    say(act, lines, as_json)


async def _event(session: IdentitySession, act: str, hook: Webhook, by: str, at: datetime) -> None:
    """Record an act on a webhook in the act's own transaction; never its address's query."""
    found = Event(
        act=act,
        actor=by,
        client_id=None,
        agency=None,
        object=hook.id,
        outcome="done",
        details={"url": hook.shown, "audience": str(hook.audience)},
    )
    await record(session, found, at)
