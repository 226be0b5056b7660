"""``hub key``: what signs tokens and opens the database, and rotating it with no failed request."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from hub.auth import rotation
from hub.auth.keys import key_file, read_keys, signing_keys
from hub.auth.rotation import CACHE, OLD_TOKENS, KeyState
from hub.clock import now
from hub.commands.acting import acting, event, say
from hub.commands.checking import AsJson
from hub.db import roles
from hub.db.logins import Duty
from hub.running import RunningHub
from hub.settings import settings

app = typer.Typer(
    help="Keys that sign tokens (two published, one active); database passwords.",
    no_args_is_help=True,
)
Kid = Annotated[str, typer.Argument(help="Id of the key, as `hub key list` shows it.")]
AtOnce = Annotated[
    bool, typer.Option("--at-once", help="Do not wait for caches: the old key was lost.")
]


@app.command("list")
def listing(as_json: AsJson = False) -> None:
    """List the published keys and which one signs; never their private halves."""

    async def act(hub: RunningHub) -> list[dict[str, Any]]:
        with key_file(hub.settings.data_dir) as file:
            return [_plain(one) for one in rotation.states(read_keys(file))]

    say(act, lambda found: list(map(_line, found)), as_json)


@app.command("new")
def new(as_json: AsJson = False) -> None:
    """Publish the next key; it signs nothing until it is activated."""

    def change(hub: RunningHub, at: datetime) -> dict[str, Any]:
        return _plain(rotation.publish_next(hub.settings.data_dir, at))

    _change("key.new", change, lambda done: f"Published {done['kid']}.", as_json)


@app.command("activate")
def activate(kid: Kid, at_once: AtOnce = False, as_json: AsJson = False) -> None:
    """Sign with another published key, once every cache has it."""

    def change(hub: RunningHub, at: datetime) -> dict[str, Any]:
        rotation.activate(hub.settings.data_dir, kid, at, at_once=at_once)
        return {"kid": kid, "active": True}

    _change("key.activate", change, lambda _: f"{kid} signs from now on.", as_json)


@app.command("retire")
def retire(kid: Kid, at_once: AtOnce = False, as_json: AsJson = False) -> None:
    """Stop publishing a key, once its last token has run out."""

    def change(hub: RunningHub, at: datetime) -> dict[str, Any]:
        rotation.retire(hub.settings.data_dir, kid, at, at_once=at_once)
        return {"kid": kid, "published": False}

    _change("key.retire", change, lambda _: f"{kid} is published no more.", as_json)


@app.command("rotate")
def rotate(at_once: AtOnce = False, as_json: AsJson = False) -> None:
    """Do the whole rotation: switch, wait for old tokens to run out, retire, publish the next.

    Takes about eleven minutes, or twenty-one where no second key is published yet; it may be
    stopped at any point and begun again.
    """
    folder = settings().data_dir
    signing_keys(folder)
    with key_file(folder) as file:
        found = rotation.states(read_keys(file))
    old = next(one for one in found if one.is_active)
    fresh = next((one for one in found if not one.is_active), None)
    if fresh is None:
        fresh = rotation.publish_next(folder, now())
    if not at_once:
        _wait("Caches take the next key", fresh.since + CACHE)
    activate(fresh.kid, at_once, as_json)
    if not at_once:
        _wait("Tokens of the old key run out", now() + OLD_TOKENS)
    retire(old.kid, at_once, as_json)
    new(as_json)


@app.command("passwords")
def passwords(as_json: AsJson = False) -> None:
    """Give the four database logins new passwords; running servers follow, none fails."""

    async def act(hub: RunningHub) -> dict[str, Any]:
        by = await acting(hub)
        await roles.rotate(hub.settings)
        logins = sorted(duty.value for duty in Duty)
        async with hub.database.identity() as session:
            await event(session, "key.passwords", " ".join(logins), None, by, hub.clock())
        return {"logins": logins}

    say(act, lambda done: [f"New passwords: {', '.join(done['logins'])}."], as_json)


def _wait(reason: str, until: datetime) -> None:
    """Wait with a bar on standard error, so that standard output stays for programs."""
    left = (until - now()).total_seconds()
    if left <= 0:
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(reason, total=left)
        while now() < until:
            time.sleep(0.5)
            progress.update(task, completed=left - (until - now()).total_seconds())


def _change(
    name: str,
    change: Callable[[RunningHub, datetime], dict[str, Any]],
    line: Callable[[dict[str, Any]], str],
    as_json: bool,
) -> None:
    """Change the file and record it; a change whose record fails is told as an error."""

    async def act(hub: RunningHub) -> dict[str, Any]:
        by, at = await acting(hub), hub.clock()
        async with hub.database.identity() as session:
            done = change(hub, at)
            await event(session, name, done["kid"], None, by, at)
        return done

    say(act, lambda done: [line(done)], as_json)


def _plain(one: KeyState) -> dict[str, Any]:
    return {"kid": one.kid, "active": one.is_active, "since": one.since.isoformat()}


def _line(one: dict[str, Any]) -> str:
    return "\t".join([one["kid"], "active" if one["active"] else "published", one["since"]])
