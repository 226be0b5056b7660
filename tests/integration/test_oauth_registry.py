"""The registry: clients, roles that must not meet, and how soon a change is in force."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from joserfc.jwk import ECKey
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.auth import people, registry
from hub.auth.revocation import deny_token, forget_expired, picture
from hub.auth.roles import Role, forbidden_pairs
from hub.auth.sessions import end_session, make_ticket, redeem_ticket
from hub.db.engine import Database
from hub.db.tables import identity
from hub.errors import ConflictError, InvalidError, NotFoundError, RefusedError

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


async def register(database: Database, client_id: str, *roles: Role, **more: str) -> str | None:
    async with database.identity() as session:
        made = await registry.register_client(
            session,
            client_id=client_id,
            title="A client",
            at=AT,
            agency=more.get("agency"),
            person=more.get("person", ""),
        )
        for role in roles:
            await registry.grant_role(session, client_id, role, granted_by="test", at=AT)
    return made.secret


async def test_a_registered_client_is_found_with_its_roles(database: Database) -> None:
    secret = await register(database, "c1", Role.SUBMITTER, Role.APPROVER, agency="POL")
    async with database.identity() as session:
        found = await registry.find(session, "c1")
        assert await registry.find(session, "c2") is None
    assert found is not None
    assert found.roles == {Role.SUBMITTER, Role.APPROVER}
    assert (found.agency, found.areas, found.person, found.enabled) == ("POL", (), "", True)
    assert found.holds_secret(secret or "")


async def test_an_id_is_taken_once_and_must_be_fit(database: Database) -> None:
    await register(database, "c1")
    with pytest.raises(ConflictError):
        await register(database, "c1")
    for unfit in ("", "a:b", "a\nb", "a" * 101, "a\0b"):
        with pytest.raises(InvalidError):
            await register(database, unfit)


async def test_a_private_key_is_not_taken(database: Database) -> None:
    jwks = {"keys": [ECKey.generate_key("P-256", {"kid": "a"}).as_dict(private=True)]}
    async with database.identity() as session:
        with pytest.raises(InvalidError, match="private"):
            await registry.register_client(session, client_id="c1", title="", at=AT, jwks=jwks)


async def test_roles_that_must_not_meet_are_refused_per_person(database: Database) -> None:
    await register(database, "c1", Role.STEWARD, person="person-1")
    with pytest.raises(ConflictError, match="steward and administrator"):
        await register(database, "c2", Role.ADMINISTRATOR, person="person-1")
    await register(database, "c3", Role.ADMINISTRATOR, person="person-2")
    await register(database, "c4", Role.ADMINISTRATOR)
    with pytest.raises(ConflictError):
        await register(database, "c5", Role.ANALYST, Role.AUDITOR)


async def test_forbidden_roles_that_came_in_another_way_give_nothing_at_run_time(
    database: Database, owner: AsyncEngine
) -> None:
    """Z9: every forbidden pair, over two clients of one person; a lawful pair stays."""
    pairs = [(a, b) for a, b in combinations(Role, 2) if forbidden_pairs((a, b))]
    for number, pair in enumerate([*pairs, (Role.ANALYST, Role.STEWARD)]):
        for role in pair:
            await register(database, f"{number}-{role}", agency="POL", person=f"person-{number}")
        async with owner.begin() as connection:
            for role in pair:
                await connection.execute(
                    text(
                        "INSERT INTO identity.client_role VALUES (:client, :role, 'nobody', now())"
                    ),
                    {"client": f"{number}-{role}", "role": str(role)},
                )
    async with database.identity() as session:
        seen = (await picture(session, AT)).clients
    held = {client_id for client_id, client in seen.items() if client.roles}
    assert held == {f"{len(pairs)}-analyst", f"{len(pairs)}-steward"}
    assert len(pairs) >= 14


async def test_two_grants_at_once_cannot_slip_past_each_other(database: Database) -> None:
    for number in range(5):
        person = f"person-{number}"
        await register(database, f"a{number}", person=person)
        await register(database, f"b{number}", person=person)

        async def grant(client_id: str, role: Role) -> bool:
            try:
                async with database.identity() as session:
                    await registry.grant_role(session, client_id, role, granted_by="test", at=AT)
                    await asyncio.sleep(0.02)
            except ConflictError:
                return False
            return True

        done = await asyncio.gather(
            grant(f"a{number}", Role.STEWARD), grant(f"b{number}", Role.ADMINISTRATOR)
        )
        assert sorted(done) == [False, True]


async def test_an_agencys_role_needs_an_agency(database: Database) -> None:
    with pytest.raises(ConflictError, match="agency"):
        await register(database, "c1", Role.SUBMITTER)
    async with database.identity() as session:
        with pytest.raises(NotFoundError):
            await registry.grant_role(session, "none", Role.ANALYST, granted_by="t", at=AT)


async def test_roles_are_taken_away_and_clients_end(database: Database) -> None:
    await register(database, "c1", Role.ANALYST)
    await register(database, "c2", Role.ANALYST)
    async with database.identity() as session:
        await registry.revoke_role(session, "c1", Role.ANALYST)
        await registry.disable_client(session, "c2", AT)
        await registry.disable_client(session, "c2", AT + timedelta(days=1))
        with pytest.raises(NotFoundError):
            await registry.disable_client(session, "none", AT)
    async with database.identity() as session:
        seen = await picture(session, AT)
        everyone = await registry.clients(session)
    assert {name: client.roles for name, client in seen.clients.items()} == {"c1": frozenset()}
    assert [(client.client_id, client.disabled_at) for client in everyone] == [
        ("c1", None),
        ("c2", AT),
    ]


async def test_a_ticket_opens_one_session_however_many_try(database: Database) -> None:
    await register(database, "c1", Role.ANALYST)
    async with database.identity() as session:
        ticket = await make_ticket(session, "c1", AT)
        late = await make_ticket(session, "c1", AT)

    async def redeem(shown: str, at: datetime) -> str | None:
        async with database.identity() as session:
            signed_in = await redeem_ticket(session, shown, at)
            return signed_in.key if signed_in else None

    keys = await asyncio.gather(*(redeem(ticket, AT) for _ in range(8)))
    assert len([key for key in keys if key]) == 1
    assert await redeem(late, AT + timedelta(minutes=10)) is None
    key = next(key for key in keys if key)
    assert await redeem(key, AT) is None, "a session's key is no ticket"
    async with database.identity() as session:
        assert len((await picture(session, AT)).sessions) == 1
        assert len((await picture(session, AT + timedelta(hours=8))).sessions) == 0
        assert await end_session(session, late) is None, "a ticket is no session's key"
        assert await end_session(session, key) == "c1"
        assert len((await picture(session, AT)).sessions) == 0


async def test_what_expired_is_forgotten_and_nothing_else(database: Database) -> None:
    await register(database, "c1")
    async with database.identity() as session:
        for name, minutes in (("old", -1), ("new", 1)):
            ends = AT + timedelta(minutes=minutes)
            await session.run_sync(deny_token, name, ends)
            await session.run_sync(registry.spend_assertion, "c1", name, ends)
        await forget_expired(session, AT)
        assert (await picture(session, AT)).denied == {"new"}
        assert not await session.run_sync(registry.spend_assertion, "c1", "new", AT)
        assert await session.run_sync(registry.spend_assertion, "c1", "old", AT)


async def test_the_login_can_neither_delete_a_client_nor_move_it(database: Database) -> None:
    await register(database, "c1", agency="POL")
    for statement in (
        "DELETE FROM identity.client",
        "UPDATE identity.client SET agency = 'WAID'",
        "UPDATE identity.client SET person = 'person-9'",
        "UPDATE identity.client_role SET role = 'steward'",
        "TRUNCATE identity.denied_token",
    ):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with database.identity() as session:
                await session.execute(text(statement))


async def test_no_other_login_enters_the_schema(database: Database) -> None:
    for opened in (database.intake, database.release, database.protected):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with opened() as session:
                await session.execute(text("SELECT client_id FROM identity.client"))


async def test_the_description_agrees_with_the_database(owner: AsyncEngine) -> None:
    def differences(connection: Connection) -> list[object]:
        def is_ours(name: str | None, kind: str, parents: object) -> bool:
            return kind != "schema" or name == "identity"

        options = {"include_schemas": True, "include_name": is_ours, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, identity.metadata))

    async with owner.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_subject_must_be_fit_and_a_proposal_be_there(database: Database) -> None:
    async with database.identity() as session:
        for subject in ("", "a\nb", "x" * 256):
            with pytest.raises(InvalidError, match="subject"):
                await people.register_person(
                    session,
                    client_id="ana",
                    issuer="https://login.example.org",
                    subject=subject,
                    title="test",
                    at=AT,
                )
        with pytest.raises(NotFoundError, match="no proposal"):
            await people.decide(session, 999, by="admin-1", approved=True, at=AT)


async def test_a_role_that_is_held_is_not_proposed_again(database: Database) -> None:
    await register(database, "ana", Role.ANALYST)
    async with database.identity() as session:
        with pytest.raises(ConflictError, match="already") as refused:
            await people.propose_role(session, "ana", Role.ANALYST, by="admin-1", at=AT)
    assert refused.value.code == "HELD"


async def test_who_would_get_a_role_does_not_approve_it(database: Database) -> None:
    """Nor through another account: a second one of the same person is the same person."""
    await register(database, "two", Role.ADMINISTRATOR, person="admin-2")
    await register(database, "other", person="admin-2")
    async with database.identity() as session:
        made = await people.propose_role(session, "other", Role.ADMINISTRATOR, by="admin-1", at=AT)
        for by in ("admin-1", "admin-2"):
            with pytest.raises(RefusedError, match="second person"):
                await people.decide(session, made.id, by=by, approved=True, at=AT)
        done = await people.decide(session, made.id, by="admin-3", approved=True, at=AT)
    assert done.approved


async def test_a_client_without_keys_gets_none(database: Database) -> None:
    await register(database, "c1")
    key = ECKey.generate_key("P-256", {"kid": "k"}).as_dict(private=False)
    async with database.identity() as session:
        with pytest.raises(ConflictError) as refused:
            await registry.replace_keys(session, "c1", {"keys": [key]})
    assert refused.value.code == "NO_KEYS"
