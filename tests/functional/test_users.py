"""``hub user``, ``hub client`` and ``hub key`` as an operator types them, on one database."""

import json
from typing import Any

import pytest
from joserfc.jwk import ECKey
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.auth.keys import signing_keys
from hub.auth.roles import Role
from hub.errors import ConflictError, InvalidError, RefusedError, SettingsError
from hub.settings import Settings

from .conftest import Run, Sign

ISSUER = "https://login.example.org"


async def acts(owner: AsyncEngine) -> list[tuple[str, str, str | None]]:
    async with owner.connect() as connection:
        rows = await connection.execute(
            text("SELECT act, actor, object FROM audit.event ORDER BY sequence")
        )
        return [(row.act, row.actor, row.object) for row in rows if row.act != "token.issue"]


async def test_an_operator_sets_a_hub_up_alone(hub_command: Run, owner: AsyncEngine) -> None:
    made = await hub_command(
        *("user", "add", "ana", "--subject", "s-1", "--issuer", ISSUER, "--title", "Analyst"),
        *("--role", "analyst"),
    )
    assert made == {"clientId": "ana", "issuer": ISSUER, "roles": ["analyst"], "proposed": []}
    with pytest.raises(ConflictError, match="must not be combined"):
        await hub_command("user", "grant", "ana", "auditor")
    with pytest.raises(ConflictError, match="account already"):
        await hub_command(
            *("user", "add", "bob", "--subject", "s-1", "--issuer", ISSUER, "--title", "Twice")
        )
    listed = await hub_command("user", "list")
    assert [(one["clientId"], one["subject"]) for one in listed["users"]] == [("ana", "s-1")]
    await hub_command("user", "revoke", "ana", "analyst")
    await hub_command("user", "disable", "ana")
    assert (await hub_command("user", "list"))["users"][0]["enabled"] is False
    assert await acts(owner) == [
        ("user.add", "operator", "ana"),
        ("role.revoke", "operator", "ana"),
        ("user.disable", "operator", "ana"),
    ]


async def test_from_the_second_administrator_on_a_role_needs_two(
    hub_command: Run, sign: Sign, owner: AsyncEngine
) -> None:
    first = await sign(Role.ADMINISTRATOR, person="admin-1")
    second = await sign(Role.ADMINISTRATOR, person="admin-2")
    analyst = await sign(Role.ANALYST, person="ana")
    add = ("user", "add", "eve", "--subject", "s-2", "--issuer", ISSUER, "--title", "Eve")
    with pytest.raises(SettingsError, match="HUB_TOKEN"):
        await hub_command(*add)
    with pytest.raises(RefusedError, match="administrator"):
        await hub_command(*add, token=analyst.token)
    made = await hub_command(*add, "--role", "steward", token=first.token)
    assert made["roles"] == []
    number = str(made["proposed"][0]["id"])
    with pytest.raises(RefusedError, match="second person"):
        await hub_command("user", "approve", number, token=first.token)
    waiting = await hub_command("user", "list")
    assert waiting["users"][0]["roles"] == []
    assert [str(one["id"]) for one in waiting["proposals"]] == [number]
    await hub_command("user", "approve", number, token=second.token)
    with pytest.raises(ConflictError, match="decided"):
        await hub_command("user", "approve", number, token=second.token)
    done = await hub_command("user", "list")
    assert (done["users"][0]["roles"], done["proposals"]) == (["steward"], [])
    own = await hub_command("user", "grant", "eve", "analyst", token=first.token)
    with pytest.raises(ConflictError, match="must not be combined"):
        await hub_command("user", "grant", "eve", "administrator", token=first.token)
    refused = str(own["proposed"][0]["id"])
    await hub_command("user", "refuse", refused, token=first.token)
    assert (await hub_command("user", "list"))["users"][0]["roles"] == ["steward"]
    assert await acts(owner) == [
        ("user.add", "admin-1", "eve"),
        ("role.grant", "admin-2", "eve"),
        ("role.propose", "admin-1", "eve"),
        ("role.refuse", "admin-1", "eve"),
    ]


async def test_an_administrator_does_not_approve_their_own_role(
    hub_command: Run, sign: Sign
) -> None:
    first = await sign(Role.ADMINISTRATOR, person="admin-1")
    second = await sign(Role.ADMINISTRATOR, person="admin-2")
    await hub_command(
        *("user", "add", "night", "--subject", "s-3", "--issuer", ISSUER, "--title", "Night"),
        *("--person", "admin-3"),
        token=first.token,
    )
    made = await hub_command("user", "grant", "night", "administrator", token=first.token)
    number = str(made["proposed"][0]["id"])
    await hub_command("user", "approve", number, token=second.token)
    with pytest.raises(ConflictError, match="must not be combined"):
        await hub_command("user", "grant", "night", "analyst", token=second.token)


async def test_clients_of_every_kind(hub_command: Run, owner: AsyncEngine, tmp_path: Any) -> None:
    keys = tmp_path / "keys.json"
    old, new = (ECKey.generate_key("P-256", {"kid": kid}) for kid in ("old", "new"))
    keys.write_text(json.dumps({"keys": [old.as_dict(private=False)]}))
    made = await hub_command(
        *("client", "add", "pol", "--title", "Police", "--role", "submitter"),
        *("--agency", "HERTS_POLICE", "--jwks", str(keys)),
    )
    assert made["clientSecret"] is None
    keys.write_text(json.dumps({"keys": [one.as_dict(private=False) for one in (old, new)]}))
    assert (await hub_command("client", "rotate", "pol", "--jwks", str(keys)))["keys"] == [
        "old",
        "new",
    ]
    keys.write_text(json.dumps({"keys": [new.as_dict(private=True)]}))
    with pytest.raises(InvalidError, match="private"):
        await hub_command("client", "rotate", "pol", "--jwks", str(keys))
    keys.write_text("{")
    with pytest.raises(InvalidError, match="JSON"):
        await hub_command("client", "rotate", "pol", "--jwks", str(keys))
    await hub_command(
        *("client", "add-public", "notebook", "--title", "Notebook"),
        *("--redirect-uri", "http://127.0.0.1:4711/cb", "--scope", "journey:read"),
    )
    with pytest.raises(InvalidError, match="scopes"):
        await hub_command(
            *("client", "add-public", "other", "--title", "Other"),
            *("--redirect-uri", "http://127.0.0.1:4711/cb", "--scope", "no:such"),
        )
    listed = {one["clientId"]: one["method"] for one in await hub_command("client", "list")}
    assert listed == {"pol": "private_key_jwt", "notebook": "none"}
    assert await acts(owner) == [
        ("client.add", "operator", "pol"),
        ("client.rotate", "operator", "pol"),
        ("client.add", "operator", "notebook"),
    ]


async def test_a_system_rotates_its_own_keys_and_nobody_elses(hub_command: Run, sign: Sign) -> None:
    caller = await sign(Role.SUBMITTER, "HERTS_POLICE")
    key = {"keys": [ECKey.generate_key("P-256", {"kid": "new"}).as_dict(private=False)]}
    url = "/v1/client/keys"
    answer = await caller.http.put(url, json=key, headers=caller.headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "NO_KEYS")
    assert (await caller.http.put(url, json=key)).status_code == 401
    other = await sign(Role.ANALYST)
    assert (await other.http.put(url, json=key, headers=other.headers)).status_code == 403


async def test_keys_of_the_hub(
    hub_command: Run,
    settings: Settings,
    owner: AsyncEngine,
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HUB_DATA_DIR", str(settings.data_dir))
    signing_keys(settings.data_dir)
    listed = await hub_command("key", "list")
    assert [one["active"] for one in listed].count(True) == 1
    assert "d" not in listed[0]
    with pytest.raises(ConflictError, match="Two keys"):
        await hub_command("key", "new")
    active = next(one["kid"] for one in listed if one["active"])
    with pytest.raises(ConflictError, match="activate another"):
        await hub_command("key", "retire", active)
    assert await acts(owner) == []


async def test_new_passwords_of_the_database_are_recorded(
    hub_command: Run, owner: AsyncEngine
) -> None:
    logins = (await hub_command("key", "passwords"))["logins"]
    assert logins == ["hub_identity", "hub_ingest", "hub_read", "hub_release"]
    assert await acts(owner) == [("key.passwords", "operator", " ".join(logins))]
