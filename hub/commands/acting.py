"""What the operators' commands on clients and people share: who acts, and what is recorded.

As long as a hub has fewer than two administrators, whoever can read its data folder sets it up.
From then on an administrator's own token (``HUB_TOKEN``) is needed, and a role is proposed by
one of them and given by another: no operator alone makes a steward, nor an administrator.
"""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

import typer

from hub.audit import Event, record
from hub.auth.people import Proposal, needs_two, propose_role
from hub.auth.permissions import demand
from hub.auth.registry import grant_role
from hub.auth.roles import Role
from hub.db.sessions import IdentitySession
from hub.errors import SettingsError
from hub.running import RunningHub, running
from hub.settings import settings
from hub.web.state import verifier

T = TypeVar("T")
ClientId = Annotated[str, typer.Argument(help="Id of the client or account.")]
OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Given:
    """What became of the roles that were to be given."""

    at_once: tuple[Role, ...] = ()
    proposed: tuple[Proposal, ...] = ()

    def told(self) -> dict[str, str]:
        """Say it for the audit record; a role given by one person alone is marked."""
        details = {"roles": " ".join(sorted(self.at_once)), "alone": "yes"} if self.at_once else {}
        waiting = " ".join(f"{one.id}:{one.role}" for one in self.proposed)
        return details | ({"proposed": waiting} if waiting else {})

    def as_json(self) -> dict[str, Any]:
        """Say it for programs."""
        waiting = [{"id": one.id, "role": str(one.role)} for one in self.proposed]
        return {"roles": sorted(map(str, self.at_once)), "proposed": waiting}


async def acting(hub: RunningHub) -> str:
    """Say who acts: the administrator of ``HUB_TOKEN``, or the operator of a hub being set up.

    Raises ``SettingsError`` when an administrator is needed and no token is given,
    ``UnauthenticatedError``, ``RefusedError`` or ``StepUpError`` when the token does not do.
    """
    token = os.environ.get("HUB_TOKEN")
    async with hub.database.identity() as session:
        two = await needs_two(session)
    if token:
        caller = demand(await verifier(hub).verify(token), "client.manage")
        return caller.subject
    if two:
        raise SettingsError("This hub has administrators: set HUB_TOKEN to a token of one of them.")
    return OPERATOR


async def give(
    session: IdentitySession, client_id: str, roles: Iterable[Role], *, by: str, at: datetime
) -> Given:
    """Give roles at once while a hub is being set up, propose them afterwards."""
    if await needs_two(session):
        return Given(
            proposed=tuple(
                [await propose_role(session, client_id, role, by=by, at=at) for role in roles]
            )
        )
    given = tuple(roles)
    for role in given:
        await grant_role(session, client_id, role, granted_by=by, at=at)
    return Given(at_once=given)


async def event(
    session: IdentitySession,
    act: str,
    client_id: str,
    agency: str | None,
    by: str,
    at: datetime,
    details: Mapping[str, str] | None = None,
) -> None:
    """Record an act on a client in the act's own transaction."""
    found = Event(
        act=act,
        actor=by,
        client_id=None,
        agency=agency,
        object=client_id,
        outcome="done",
        details=details or {},
    )
    await record(session, found, at)


def say(
    act: Callable[[RunningHub], Awaitable[T]], lines: Callable[[T], Iterable[str]], as_json: bool
) -> None:
    """Run an act on the hub and print what came of it."""

    async def run() -> T:
        async with running(settings()) as hub:
            return await act(hub)

    done = asyncio.run(run())
    typer.echo(json.dumps(done) if as_json else "\n".join(lines(done)))
