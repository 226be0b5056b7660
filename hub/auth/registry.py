"""The registry of clients: who there is, for which agency, with which roles.

What a caller may do is read from here and never from a claim. Functions that take a plain
``Session`` are for the token endpoint, which runs inside ``AsyncSession.run_sync``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from hub.auth.client_keys import client_keys
from hub.auth.clients import Client, hash_secret, new_secret
from hub.auth.redirects import is_redirect_uri
from hub.auth.roles import AGENCY_ROLES, Role, all_scopes, refuse_forbidden
from hub.db.sessions import IdentitySession
from hub.db.tables import identity
from hub.errors import ConflictError, InvalidError, NotFoundError

LONGEST_ID = 100


@dataclass(frozen=True, slots=True)
class Registration:
    """A new client's credentials: ``secret`` is shown this once, None with ``private_key_jwt``."""

    client_id: str
    secret: str | None = field(default=None, repr=False)


async def register_client(
    session: IdentitySession,
    *,
    client_id: str,
    title: str,
    at: datetime,
    agency: str | None = None,
    areas: Iterable[str] = (),
    person: str = "",
    jwks: Mapping[str, Any] | None = None,
) -> Registration:
    """Register a client that has no role yet.

    With ``jwks`` it proves itself by ``private_key_jwt``, otherwise by a secret drawn here.
    ``person`` is an opaque mark of who stands behind it, never a name. Raises ``InvalidError``
    for an unfit id or key set, ``ConflictError`` for an id that is taken.
    """
    if jwks is not None:
        client_keys(jwks)
    secret = new_secret() if jwks is None else None
    row = {
        "client_id": client_id,
        "title": title,
        "agency": agency,
        "areas": list(areas),
        "auth_method": "client_secret_basic" if secret else "private_key_jwt",
        "secret_hash": hash_secret(secret) if secret else None,
        "jwks": jwks,
        "person": person,
        "created_at": at,
    }
    await store(session, row)
    return Registration(client_id, secret)


async def register_public(
    session: IdentitySession,
    *,
    client_id: str,
    title: str,
    at: datetime,
    redirect_uris: Iterable[str],
    scopes: Iterable[str],
) -> None:
    """Register a program without a secret: native, or a notebook (RFC 8252).

    It never acts for itself; people let it act for them, for some of ``scopes``. Raises
    ``InvalidError`` for an unfit id, address or scope, ``ConflictError`` for an id that is taken.
    """
    addresses, asked = list(dict.fromkeys(redirect_uris)), sorted(set(scopes))
    if not addresses or not all(map(is_redirect_uri, addresses)):
        raise InvalidError(
            "A redirect address is https, http on a loopback address with its port, or a scheme "
            "of the program's own with a dot in it; no fragment, no user, no wildcard.",
            code="REDIRECT_URI",
        )
    unknown = sorted(set(asked) - all_scopes())
    if unknown or not asked:
        known = " ".join(sorted(all_scopes()))
        raise InvalidError(f"Name scopes the hub knows: {known}.", code="SCOPE")
    row = {
        "client_id": client_id,
        "title": title,
        "auth_method": "none",
        "redirect_uris": addresses,
        "scopes": asked,
        "created_at": at,
    }
    await store(session, row)


async def replace_keys(session: IdentitySession, client_id: str, jwks: Mapping[str, Any]) -> None:
    """Give a client other public keys; assertions signed with one left out end with it.

    To change without a gap, first register old and new together, then the new alone. Raises
    ``InvalidError`` for an unfit set, ``ConflictError`` for a client that has no keys.
    """
    client_keys(jwks)
    client = await require(session, client_id)
    if client.auth_method != "private_key_jwt":
        raise ConflictError("This client proves itself without keys.", code="NO_KEYS")
    table = identity.client.c
    await session.execute(
        update(identity.client).where(table.client_id == client_id).values(jwks=dict(jwks))
    )


async def store(session: IdentitySession, row: Mapping[str, Any]) -> None:
    """Add a row to the registry, with the checks that every kind of row needs."""
    client_id = row["client_id"]
    if not client_id.isprintable() or not 0 < len(client_id) <= LONGEST_ID or ":" in client_id:
        raise InvalidError("A client id has 1 to 100 printable characters, no colon.")
    statement = postgresql.insert(identity.client).values(dict(row)).on_conflict_do_nothing()
    stored = await session.scalar(statement.returning(identity.client.c.client_id))
    if stored is None:
        raise ConflictError(f"There is a client {client_id!r} already; choose another id.")


async def grant_role(
    session: IdentitySession, client_id: str, role: Role, *, granted_by: str, at: datetime
) -> None:
    """Give a client a role; harmless to repeat.

    All clients of one person count together. Raises ``NotFoundError`` for an unknown client,
    ``ConflictError`` when the role must not be combined with one the person holds, or when an
    agency's role goes to a client without an agency.
    """
    client = await require(session, client_id)
    await refuse_grant(session, client, role)
    row = {"client_id": client_id, "role": role, "granted_by": granted_by, "granted_at": at}
    await session.execute(
        postgresql.insert(identity.client_role).values(row).on_conflict_do_nothing()
    )


async def refuse_grant(session: IdentitySession, client: Client, role: Role) -> None:
    """Raise ``ConflictError`` where :func:`grant_role` would."""
    if client.is_public:
        raise ConflictError("A public client has no role: people act through it.", code="PUBLIC")
    if role in AGENCY_ROLES and client.agency is None:
        raise ConflictError(f"The role {role} needs a client of an agency.", code="NO_AGENCY")
    refuse_forbidden({role} | await _roles_of_person(session, client))


async def _roles_of_person(session: IdentitySession, client: Client) -> frozenset[Role]:
    """Read every role of the person, with a lock: two grants at once must see each other."""
    table = identity.client.c
    same = table.person == client.person if client.person else table.client_id == client.client_id
    query = select(table.client_id).where(same).order_by(table.client_id)
    ids = (await session.scalars(query.with_for_update())).all()
    roles = identity.client_role.c
    held = await session.scalars(select(roles.role).where(roles.client_id.in_(ids)))
    return frozenset(Role(role) for role in held)


async def revoke_role(session: IdentitySession, client_id: str, role: Role) -> None:
    """Take a role away; in force on every worker within five seconds. Harmless to repeat."""
    table = identity.client_role.c
    await session.execute(
        delete(identity.client_role).where(table.client_id == client_id, table.role == role)
    )


async def disable_client(session: IdentitySession, client_id: str, at: datetime) -> None:
    """End a client's access, on every worker within five seconds. Harmless to repeat.

    Raises ``NotFoundError`` for an unknown client.
    """
    await require(session, client_id)
    table = identity.client.c
    await session.execute(
        update(identity.client)
        .where(table.client_id == client_id, table.disabled_at.is_(None))
        .values(disabled_at=at)
    )


async def find(session: AsyncSession, client_id: str) -> Client | None:
    """Look a client up, disabled ones too."""
    return await session.run_sync(find_now, client_id)


async def require(session: AsyncSession, client_id: str) -> Client:
    """Look a client up; raises ``NotFoundError`` where there is none."""
    client = await find(session, client_id)
    if client is None:
        raise NotFoundError(f"There is no client {client_id!r}.")
    return client


async def clients(session: AsyncSession) -> tuple[Client, ...]:
    """Read every client, disabled ones too, by id."""
    return tuple(_client(row) for row in await session.execute(_query()))


def find_now(session: Session, client_id: str) -> Client | None:
    """Look a client up, disabled ones too."""
    table = identity.client.c
    row = session.execute(_query().where(table.client_id == client_id)).one_or_none()
    return None if row is None else _client(row)


def spend_assertion(session: Session, client_id: str, jti: str, expires_at: datetime) -> bool:
    """Use a client assertion up; False when it was used before, also by one running right now."""
    row = {"client_id": client_id, "jti": jti, "expires_at": expires_at}
    statement = postgresql.insert(identity.assertion).values(row).on_conflict_do_nothing()
    return session.scalar(statement.returning(identity.assertion.c.jti)) is not None


def _query() -> Select[Any]:
    client, role = identity.client, identity.client_role.c
    held = (
        select(func.coalesce(func.array_agg(role.role), postgresql.array([], type_=role.role.type)))
        .where(role.client_id == client.c.client_id)
        .scalar_subquery()
    )
    return select(client, held.label("roles")).order_by(client.c.client_id)


def _client(row: Row[Any]) -> Client:
    return Client(
        client_id=row.client_id,
        title=row.title,
        roles=frozenset(Role(role) for role in row.roles),
        agency=row.agency,
        areas=tuple(row.areas),
        auth_method=row.auth_method,
        secret_hash=row.secret_hash,
        jwks=row.jwks,
        person=row.person,
        disabled_at=row.disabled_at,
        redirect_uris=tuple(row.redirect_uris),
        own_scopes=frozenset(row.scopes),
        origins=tuple(row.origins),
    )
