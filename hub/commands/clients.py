"""``hub client``: register OAuth clients, list them, disable them. For operators."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from hub.app import RunningHub, running
from hub.audit import Event, record
from hub.auth.registry import clients as all_clients
from hub.auth.registry import disable_client, grant_role, register_client
from hub.auth.roles import Role
from hub.commands.checking import AsJson
from hub.settings import settings

T = TypeVar("T")
app = typer.Typer(help="OAuth clients of agencies and people.", no_args_is_help=True)
ClientId = Annotated[str, typer.Argument(help="Id of the client.")]


@app.command("add")
def add(
    client_id: ClientId,
    title: Annotated[str, typer.Option("--title", help="What it is, never a person's name.")],
    role: Annotated[list[Role], typer.Option("--role", help="A role; repeat for more.")],
    agency: Annotated[str | None, typer.Option("--agency", help="Code of its agency.")] = None,
    person: Annotated[str, typer.Option("--person", help="Opaque mark of who is behind it.")] = "",
    jwks: Annotated[
        Path | None, typer.Option("--jwks", help="Public keys for private_key_jwt.", exists=True)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Register a client; a secret, if one is made, is printed once."""
    keys = json.loads(jwks.read_text(encoding="utf-8")) if jwks else None

    async def act(hub: RunningHub) -> str | None:
        at = hub.clock()
        areas = hub.words.agency(agency).areas if agency else ()
        async with hub.database.identity() as session:
            made = await register_client(
                session,
                client_id=client_id,
                title=title,
                at=at,
                agency=agency,
                areas=areas,
                person=person,
                jwks=keys,
            )
            for one in role:
                await grant_role(session, client_id, one, granted_by="operator", at=at)
            await record(session, _event("client.add", client_id, agency), at)
        return made.secret

    secret = asyncio.run(_with_hub(act))
    if as_json:
        typer.echo(json.dumps({"clientId": client_id, "clientSecret": secret}))
        return
    typer.echo(f"Registered {client_id}.")
    if secret:
        typer.echo(f"Its secret, shown this once: {secret}")


@app.command("list")
def listing(as_json: AsJson = False) -> None:
    """List every client with its agency, its roles and whether it is enabled."""

    async def act(hub: RunningHub) -> list[dict[str, Any]]:
        async with hub.database.identity() as session:
            found = await all_clients(session)
        return [
            {
                "clientId": one.client_id,
                "agency": one.agency,
                "roles": sorted(map(str, one.roles)),
                "enabled": one.enabled,
            }
            for one in found
        ]

    listed = asyncio.run(_with_hub(act))
    typer.echo(json.dumps(listed) if as_json else "\n".join(map(_line, listed)))


def _line(one: dict[str, Any]) -> str:
    state = "enabled" if one["enabled"] else "disabled"
    return "\t".join([one["clientId"], one["agency"] or "-", ",".join(one["roles"]), state])


@app.command("disable")
def disable(client_id: ClientId) -> None:
    """Disable a client; its tokens end within five seconds on every worker."""

    async def act(hub: RunningHub) -> None:
        async with hub.database.identity() as session:
            await disable_client(session, client_id, hub.clock())
            await record(session, _event("client.disable", client_id, None), hub.clock())

    asyncio.run(_with_hub(act))
    typer.echo(f"Disabled {client_id}.")


async def _with_hub(act: Callable[[RunningHub], Awaitable[T]]) -> T:
    async with running(settings()) as hub:
        return await act(hub)


def _event(act: str, client_id: str, agency: str | None) -> Event:
    return Event(
        act=act, actor="operator", client_id=None, agency=agency, object=client_id, outcome="done"
    )
