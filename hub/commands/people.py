"""``hub user``: accounts of people who sign in at the provider, and who gives which role."""

from typing import Annotated, Any

import typer

from hub.auth.people import decide, open_proposals, register_person, subjects
from hub.auth.registry import clients as all_clients
from hub.auth.registry import require, revoke_role
from hub.auth.roles import Role
from hub.commands.acting import ClientId, acting, event, give, say
from hub.commands.checking import AsJson
from hub.commands.clients import disable_account, proposed
from hub.errors import SettingsError
from hub.running import RunningHub

app = typer.Typer(help="People and their roles.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(help="Number of the proposal.")]
ARole = Annotated[Role, typer.Argument(help="The role.")]


@app.command("add")
def add(
    client_id: ClientId,
    subject: Annotated[
        str, typer.Option("--subject", help="What the provider calls the person (`sub`).")
    ],
    title: Annotated[str, typer.Option("--title", help="What the account is for, never a name.")],
    issuer: Annotated[
        str | None, typer.Option("--issuer", help="The provider; that of the profile if left out.")
    ] = None,
    role: Annotated[
        list[Role] | None, typer.Option("--role", help="A role; repeat for more.")
    ] = None,
    agency: Annotated[str | None, typer.Option("--agency", help="Code of the agency.")] = None,
    person: Annotated[
        str, typer.Option("--person", help="Opaque mark of the person; the id if left out.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Open an account for a person; a role needs a second administrator once there are two."""

    async def act(hub: RunningHub) -> dict[str, Any]:
        by, at = await acting(hub), hub.clock()
        vouching = issuer or (hub.provider.profile.issuer if hub.provider else None)
        if vouching is None:
            raise SettingsError("Name the provider with --issuer, or set HUB_SIGN_IN_PROFILE.")
        areas = hub.words.agency(agency).areas if agency else ()
        async with hub.database.identity() as session:
            await register_person(
                session,
                client_id=client_id,
                issuer=vouching,
                subject=subject,
                title=title,
                at=at,
                agency=agency,
                areas=areas,
                person=person,
            )
            given = await give(session, client_id, role or (), by=by, at=at)
            await event(session, "user.add", client_id, agency, by, at, given.told())
        return {"clientId": client_id, "issuer": vouching} | given.as_json()

    say(act, lambda done: [f"Opened the account {client_id}.", *proposed(done)], as_json)


@app.command("grant")
def grant(client_id: ClientId, role: ARole, as_json: AsJson = False) -> None:
    """Give a role to a person or client, or propose it to a second administrator."""

    async def act(hub: RunningHub) -> dict[str, Any]:
        by, at = await acting(hub), hub.clock()
        async with hub.database.identity() as session:
            agency = (await require(session, client_id)).agency
            given = await give(session, client_id, [role], by=by, at=at)
            name = "role.propose" if given.proposed else "role.grant"
            await event(session, name, client_id, agency, by, at, given.told())
        return {"clientId": client_id} | given.as_json()

    def lines(done: dict[str, Any]) -> list[str]:
        return [*(f"{client_id} now is {name}." for name in done["roles"]), *proposed(done)]

    say(act, lines, as_json)


@app.command("approve")
def approve(number: Number, as_json: AsJson = False) -> None:
    """Approve a proposed role; by another administrator than the one who proposed it."""
    _decide(number, as_json, approved=True)


@app.command("refuse")
def refuse(number: Number, as_json: AsJson = False) -> None:
    """Refuse a proposed role, or take back one's own proposal."""
    _decide(number, as_json, approved=False)


def _decide(number: int, as_json: bool, *, approved: bool) -> None:
    async def act(hub: RunningHub) -> dict[str, Any]:
        by, at = await acting(hub), hub.clock()
        async with hub.database.identity() as session:
            found = await decide(session, number, by=by, approved=approved, at=at)
            told = {"proposal": str(number), "role": str(found.role)}
            name = "role.grant" if approved else "role.refuse"
            await event(session, name, found.client_id, None, by, at, told)
        return {"clientId": found.client_id, "role": str(found.role), "approved": approved}

    def lines(done: dict[str, Any]) -> list[str]:
        word = "now is" if approved else "will not be"
        return [f"{done['clientId']} {word} {done['role']}."]

    say(act, lines, as_json)


@app.command("revoke")
def revoke(client_id: ClientId, role: ARole, as_json: AsJson = False) -> None:
    """Take a role away, in force within five seconds; one administrator is enough."""

    async def act(hub: RunningHub) -> dict[str, Any]:
        by, at = await acting(hub), hub.clock()
        async with hub.database.identity() as session:
            agency = (await require(session, client_id)).agency
            await revoke_role(session, client_id, role)
            told = {"role": str(role)}
            await event(session, "role.revoke", client_id, agency, by, at, told)
        return {"clientId": client_id, "revoked": str(role)}

    say(act, lambda _: [f"{client_id} no longer is {role}."], as_json)


@app.command("disable")
def disable(client_id: ClientId, as_json: AsJson = False) -> None:
    """Disable an account; sessions and tokens end within five seconds on every worker."""
    disable_account(client_id, "user.disable", as_json)


@app.command("list")
def listing(as_json: AsJson = False) -> None:
    """List people's accounts, and the roles that wait for a second administrator."""

    async def act(hub: RunningHub) -> dict[str, Any]:
        async with hub.database.identity() as session:
            known, waiting = await subjects(session), await open_proposals(session)
            found = [one for one in await all_clients(session) if one.auth_method == "sign_in"]
        return {
            "users": [
                {
                    "clientId": one.client_id,
                    "agency": one.agency,
                    "roles": sorted(map(str, one.roles)),
                    "enabled": one.enabled,
                    "issuer": known[one.client_id][0],
                    "subject": known[one.client_id][1],
                }
                for one in found
            ],
            "proposals": [
                {"id": one.id, "clientId": one.client_id, "role": str(one.role)} for one in waiting
            ],
        }

    say(act, _lines, as_json)


def _lines(found: dict[str, Any]) -> list[str]:
    users = [
        "\t".join(
            [
                *(one["clientId"], one["agency"] or "-", ",".join(one["roles"])),
                "enabled" if one["enabled"] else "disabled",
            ]
        )
        for one in found["users"]
    ]
    waiting = [
        f"proposal {one['id']}: {one['role']} for {one['clientId']}" for one in found["proposals"]
    ]
    return users + waiting
