"""``hub client``: register OAuth clients, list them, give them keys, disable them."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.auth.origins import set_origins
from hub.auth.registry import clients as all_clients
from hub.auth.registry import (
    disable_client,
    register_client,
    register_public,
    replace_keys,
)
from hub.auth.roles import Role
from hub.commands.acting import ClientId, acting, event, give, say
from hub.commands.checking import AsJson
from hub.errors import InvalidError
from hub.running import RunningHub

app = typer.Typer(help="OAuth clients of agencies and people.", no_args_is_help=True)
Keys = Annotated[
    Path | None, typer.Option("--jwks", help="Public keys for private_key_jwt.", exists=True)
]


@app.command("add")
def add(
    client_id: ClientId,
    title: Annotated[str, typer.Option("--title", help="What it is, never a person's name.")],
    role: Annotated[list[Role], typer.Option("--role", help="A role; repeat for more.")],
    agency: Annotated[str | None, typer.Option("--agency", help="Code of its agency.")] = None,
    person: Annotated[str, typer.Option("--person", help="Opaque mark of who is behind it.")] = "",
    jwks: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Register a client; a secret, if one is made, is printed once."""
    keys = _keys(jwks)

    async def act(hub: RunningHub) -> dict[str, Any]:
        by, at = await acting(hub), hub.clock()
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
            given = await give(session, client_id, role, by=by, at=at)
            await event(session, "client.add", client_id, agency, by, at, given.told())
        return {"clientId": client_id, "clientSecret": made.secret} | given.as_json()

    def lines(done: dict[str, Any]) -> list[str]:
        secret = done["clientSecret"]
        shown = [f"Its secret, shown this once: {secret}"] if secret else []
        return [f"Registered {client_id}.", *shown, *proposed(done)]

    say(act, lines, as_json)


@app.command("add-public")
def add_public(
    client_id: ClientId,
    title: Annotated[str, typer.Option("--title", help="What people are asked to let act.")],
    redirect_uri: Annotated[
        list[str], typer.Option("--redirect-uri", help="Where its codes go; repeat for more.")
    ],
    scope: Annotated[
        list[str], typer.Option("--scope", help="A scope it may ask people for; repeat for more.")
    ],
    as_json: AsJson = False,
) -> None:
    """Register a native program or notebook: no secret, no role; people act through it."""

    async def act(hub: RunningHub) -> dict[str, Any]:
        by, at = await acting(hub), hub.clock()
        async with hub.database.identity() as session:
            await register_public(
                session,
                client_id=client_id,
                title=title,
                at=at,
                redirect_uris=redirect_uri,
                scopes=scope,
            )
            await event(session, "client.add", client_id, None, by, at)
        return {"clientId": client_id, "redirectUris": redirect_uri, "scopes": sorted(set(scope))}

    say(act, lambda done: [f"Registered {done['clientId']}."], as_json)


@app.command("rotate")
def rotate(
    client_id: ClientId,
    jwks: Annotated[Path, typer.Option("--jwks", help="Its public keys from now on.", exists=True)],
    as_json: AsJson = False,
) -> None:
    """Replace a client's public keys: first old and new together, later the new alone."""
    keys = _keys(jwks) or {}

    async def act(hub: RunningHub) -> dict[str, Any]:
        by, at = await acting(hub), hub.clock()
        async with hub.database.identity() as session:
            await replace_keys(session, client_id, keys)
            await event(session, "client.rotate", client_id, None, by, at)
        return {"clientId": client_id, "keys": [key["kid"] for key in keys["keys"]]}

    say(act, lambda done: [f"{client_id} now signs with {', '.join(done['keys'])}."], as_json)


@app.command("origins")
def origins(
    client_id: ClientId,
    origin: Annotated[
        list[str] | None, typer.Option("--origin", help="Such as https://board.example.org.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Name the sites whose pages may read answers to it in a browser; without any, none may."""
    named = sorted(set(origin or []))

    async def act(hub: RunningHub) -> dict[str, Any]:
        by, at = await acting(hub), hub.clock()
        async with hub.database.identity() as session:
            await set_origins(session, client_id, named)
            told = {"origins": " ".join(named)}
            await event(session, "client.origins", client_id, None, by, at, told)
        return {"clientId": client_id, "origins": named}

    say(act, lambda done: done["origins"] or ["No site's pages may read."], as_json)


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
                "method": one.auth_method,
            }
            for one in found
            if one.auth_method != "sign_in"
        ]

    say(act, lambda found: list(map(_line, found)), as_json)


def _line(one: dict[str, Any]) -> str:
    state = "enabled" if one["enabled"] else "disabled"
    return "\t".join([one["clientId"], one["agency"] or "-", ",".join(one["roles"]), state])


@app.command("disable")
def disable(client_id: ClientId, as_json: AsJson = False) -> None:
    """Disable a client; its tokens end within five seconds on every worker."""
    disable_account(client_id, "client.disable", as_json)


def disable_account(client_id: str, name: str, as_json: bool) -> None:
    """Disable a client or a person's account, and record who did it."""

    async def act(hub: RunningHub) -> dict[str, Any]:
        by, at = await acting(hub), hub.clock()
        async with hub.database.identity() as session:
            await disable_client(session, client_id, at)
            await event(session, name, client_id, None, by, at)
        return {"clientId": client_id, "enabled": False}

    say(act, lambda _: [f"Disabled {client_id}."], as_json)


def proposed(done: dict[str, Any]) -> list[str]:
    """Say which roles wait for a second administrator."""
    return [
        f"The role {one['role']} waits for a second administrator: hub user approve {one['id']}"
        for one in done["proposed"]
    ]


def _keys(file: Path | None) -> dict[str, Any] | None:
    if file is None:
        return None
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        raise InvalidError(f"{file.name} is no JSON.", code="JWKS") from None
    if not isinstance(found, dict):
        raise InvalidError(f"{file.name} is no JWK set.", code="JWKS")
    return found
