"""People: the accounts that an identity provider's subjects act with, and who may give a role.

The provider says who somebody is; what they may do is in the registry, found by issuer and
subject alone. No claim about groups, roles or agencies is ever read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, insert, select, update
from sqlalchemy.dialects import postgresql

from hub.auth import registry
from hub.auth.clients import Client
from hub.auth.permissions import different_person
from hub.auth.roles import Role
from hub.db.sessions import IdentitySession
from hub.db.tables import identity
from hub.errors import ConflictError, InvalidError, NotFoundError

LONGEST_SUBJECT = 255


@dataclass(frozen=True, slots=True)
class Proposal:
    """A role that one person proposed; ``approved`` is None until another one decides."""

    id: int
    client_id: str
    role: Role
    proposed_by: str
    approved: bool | None = None


async def register_person(
    session: IdentitySession,
    *,
    client_id: str,
    issuer: str,
    subject: str,
    title: str,
    at: datetime,
    agency: str | None = None,
    areas: Iterable[str] = (),
    person: str = "",
) -> None:
    """Open an account, without a role, for whom ``issuer`` calls ``subject``.

    ``title`` says what the account is for, never a person's name; ``person`` is an opaque mark,
    the account's id if left out. Raises ``InvalidError`` for an unfit id or subject,
    ``ConflictError`` when the id or the subject is taken.
    """
    if not subject.isprintable() or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise InvalidError("A subject has 1 to 255 printable characters.", code="SUBJECT")
    row = {
        "client_id": client_id,
        "title": title,
        "agency": agency,
        "areas": list(areas),
        "auth_method": "sign_in",
        "person": person or client_id,
        "created_at": at,
    }
    await registry.store(session, row)
    link = {"issuer": issuer, "subject": subject, "client_id": client_id, "created_at": at}
    statement = postgresql.insert(identity.subject).values(link).on_conflict_do_nothing()
    if await session.scalar(statement.returning(identity.subject.c.client_id)) is None:
        raise ConflictError("This subject has an account already.", code="SUBJECT_TAKEN")


async def account_of(session: IdentitySession, issuer: str, subject: str) -> Client | None:
    """Find the enabled account of a subject; None for a stranger."""
    table = identity.subject.c
    query = select(table.client_id).where(table.issuer == issuer, table.subject == subject)
    client_id = await session.scalar(query)
    found = await registry.find(session, client_id) if client_id is not None else None
    return found if found is not None and found.enabled else None


async def subjects(session: IdentitySession) -> Mapping[str, tuple[str, str]]:
    """Tell issuer and subject of every person's account, by its id."""
    rows = await session.execute(select(identity.subject))
    return {row.client_id: (row.issuer, row.subject) for row in rows}


async def needs_two(session: IdentitySession) -> bool:
    """Say whether a role needs a second person: as soon as two administrators can act.

    Before that a hub is being set up, and there is nobody to ask.
    """
    held = await registry.clients(session)
    return len({one.subject for one in held if one.enabled and Role.ADMINISTRATOR in one.roles}) > 1


async def propose_role(
    session: IdentitySession, client_id: str, role: Role, *, by: str, at: datetime
) -> Proposal:
    """Ask a second administrator to give a role. Raises ``NotFoundError``, ``ConflictError``.

    A combination that is forbidden now is refused now, not when somebody has approved it.
    """
    client = await registry.require(session, client_id)
    if role in client.roles:
        raise ConflictError(f"{client_id} holds the role {role} already.", code="HELD")
    await registry.refuse_grant(session, client, role)
    row = {"client_id": client_id, "role": role, "proposed_by": by, "proposed_at": at}
    made = insert(identity.proposal).values(row).returning(identity.proposal.c.id)
    number = (await session.execute(made)).scalar_one()
    return Proposal(number, client_id, role, by)


async def decide(
    session: IdentitySession, number: int, *, by: str, approved: bool, at: datetime
) -> Proposal:
    """Approve or refuse a proposed role; approving gives it.

    Raises ``NotFoundError`` where nothing is proposed, ``ConflictError`` when it was decided,
    ``RefusedError`` when the proposer or the one who would get the role approves it.
    """
    table = identity.proposal.c
    query = select(identity.proposal).where(table.id == number).with_for_update()
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFoundError(f"There is no proposal {number}.")
    if row.decided_at is not None:
        raise ConflictError(f"Proposal {number} was decided already.", code="DECIDED")
    if approved:
        receiver = await registry.require(session, row.client_id)
        different_person(row.proposed_by, by)
        different_person(receiver.subject, by)
        await registry.grant_role(session, row.client_id, Role(row.role), granted_by=by, at=at)
    await session.execute(
        update(identity.proposal)
        .where(table.id == number)
        .values(decided_by=by, decided_at=at, approved=approved)
    )
    return Proposal(row.id, row.client_id, Role(row.role), row.proposed_by, approved)


async def open_proposals(session: IdentitySession) -> tuple[Proposal, ...]:
    """List what waits for a second person, oldest first."""
    table = identity.proposal.c
    query = select(identity.proposal).where(table.decided_at.is_(None)).order_by(table.id)
    return tuple(map(_proposal, await session.execute(query)))


def _proposal(row: Row[tuple[object, ...]]) -> Proposal:
    return Proposal(row.id, row.client_id, Role(row.role), row.proposed_by, row.approved)
