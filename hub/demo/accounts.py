"""The demo's OAuth clients: a submitter and an approver for each agency, one for each role."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from hub.auth.registry import grant_role, register_client
from hub.auth.roles import Role
from hub.running import RunningHub

SINGLE = (Role.ANALYST, Role.PUBLIC, Role.AUDITOR, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Account:
    """A client with its secret, drawn at random when the demo started."""

    client_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Accounts:
    """Every client of the demo."""

    agencies: dict[str, dict[Role, Account]]
    """By agency code: its submitter and its approver, two different people."""
    roles: dict[Role, Account]
    stewards: tuple[Account, Account]


async def open_accounts(hub: RunningHub, agencies: Iterable[str]) -> Accounts:
    """Register every client the demo needs."""
    both = (Role.SUBMITTER, Role.APPROVER)
    return Accounts(
        agencies={
            code: {role: await _open(hub, f"{code.lower()}-{role}", role, code) for role in both}
            for code in agencies
        },
        roles={role: await _open(hub, f"demo-{role}", role, None) for role in SINGLE},
        stewards=(
            await _open(hub, "demo-steward-1", Role.STEWARD, None),
            await _open(hub, "demo-steward-2", Role.STEWARD, None),
        ),
    )


async def _open(hub: RunningHub, client_id: str, role: Role, agency: str | None) -> Account:
    at = hub.clock()
    title = f"{hub.words.agency(agency).title}, {role}" if agency else f"Demo {role}"
    areas = hub.words.agency(agency).areas if agency else ()
    async with hub.database.identity() as session:
        made = await register_client(
            session,
            client_id=client_id,
            title=title,
            at=at,
            agency=agency,
            areas=areas,
            person=client_id,
        )
        await grant_role(session, client_id, role, granted_by="demo", at=at)
    return Account(client_id, made.secret or "")
