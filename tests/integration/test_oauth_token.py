"""The token endpoint: who gets a token, and that everyone else gets the same answer."""

import asyncio
import base64
import json
import logging
import secrets
import statistics
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.auth import registry
from hub.auth.registry import Registration
from hub.auth.roles import Role, scopes_of
from hub.settings import Settings

from .oauth_hub import BASE, RunningHub, events, running

KEY = ECKey.generate_key("P-256", {"kid": "k1"})
JWKS = {"keys": [KEY.as_dict(private=False)]}
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture
async def hub(settings: Settings) -> AsyncIterator[RunningHub]:
    async with running(settings) as opened:
        yield opened


@pytest.fixture
async def client(hub: RunningHub) -> Registration:
    return await hub.register("pol-system", Role.SUBMITTER, agency="POL")


def assertion(client_id: str = "pol-keyed", key: ECKey = KEY, **more: Any) -> dict[str, str]:
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": BASE,
        "exp": int(time.time()) + 60,
        "jti": secrets.token_hex(8),
    } | more
    made = jwt.encode({"alg": "ES256", "kid": "k1"}, claims, key)
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": made,
    }


async def test_a_secret_gives_a_token_that_holds(hub: RunningHub, client: Registration) -> None:
    answer = await hub.token(client, scope="return:submit")
    body = answer.json()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 300)
    assert body["scope"] == "return:submit"
    caller = (await hub.whoami(authorization=f"Bearer {body['access_token']}")).json()
    assert caller == {
        "subject": "pol-system",
        "client_id": "pol-system",
        "agency": "POL",
        "roles": ["submitter"],
        "scopes": ["return:submit"],
    }


async def test_a_key_gives_a_token_too(hub: RunningHub) -> None:
    await hub.register("pol-keyed", Role.SUBMITTER, agency="POL", jwks=JWKS)
    answer = await hub.http.post("/oauth/token", data=assertion())
    assert answer.status_code == 200, answer.text


SCOPES: dict[str | None, list[str] | None] = {
    None: sorted(scopes_of({Role.SUBMITTER})),
    "": sorted(scopes_of({Role.SUBMITTER})),
    "return:read.own return:submit": ["return:read.own", "return:submit"],
    "audit:read": None,
    "return:submit audit:read": None,
    "no:such": None,
    "RETURN:SUBMIT": None,
}


async def test_scope_is_granted_exactly_or_refused(hub: RunningHub, client: Registration) -> None:
    for asked, granted in SCOPES.items():
        body = (await hub.token(client, **({} if asked is None else {"scope": asked}))).json()
        if granted is None:
            assert body["error"] == "invalid_scope", asked
        else:
            assert body["scope"].split() == granted, asked


async def test_a_client_without_a_role_gets_no_token(hub: RunningHub) -> None:
    answer = await hub.token(await hub.register("new"))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


async def test_whoever_is_not_proved_gets_one_answer(hub: RunningHub, client: Registration) -> None:
    await hub.register("pol-keyed", Role.SUBMITTER, agency="POL", jwks=JWKS)
    gone = await hub.register("gone", Role.SUBMITTER, agency="POL")
    async with hub.database.identity() as session:
        await registry.disable_client(session, "gone", hub.clock())
    stranger = ECKey.generate_key("P-256", {"kid": "k1"})
    used = assertion()
    assert (await hub.http.post("/oauth/token", data=used)).status_code == 200
    grant = {"grant_type": "client_credentials"}
    basic = {"authorization": "Basic AAAA////"}
    answers = [
        await hub.token(Registration("nobody", client.secret)),
        await hub.token(Registration("pol-system", "wrong")),
        await hub.token(gone),
        await hub.token(Registration("pol-keyed", "wrong")),
        await hub.token(client, client_id="another"),
        await hub.http.post("/oauth/token", data=used),
        await hub.http.post("/oauth/token", data=assertion("nobody")),
        await hub.http.post("/oauth/token", data=assertion("pol-system")),
        await hub.http.post("/oauth/token", data=assertion(key=stranger)),
        await hub.http.post("/oauth/token", data=assertion(aud=f"{BASE}/oauth/token")),
        await hub.http.post("/oauth/token", data=assertion(exp=int(time.time()) + 3600)),
        await hub.http.post("/oauth/token", data=assertion() | {"client_assertion_type": "x"}),
        await hub.http.post("/oauth/token", data=grant),
        await hub.http.post("/oauth/token", data=grant, headers=basic),
        await hub.http.post(
            "/oauth/token",
            data=grant | {"client_id": "pol-system", "client_secret": client.secret or ""},
        ),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert {answer.headers["www-authenticate"][:5] for answer in answers} == {"Basic"}
    assert answers[0].json()["error"] == "invalid_client"


async def answered_alike(hub: RunningHub, client: Registration, samples: int) -> None:
    """A10: unknown client, wrong secret, disabled client, in turn; medians within a fifth."""
    gone = await hub.register("gone", Role.SUBMITTER, agency="POL")
    async with hub.database.identity() as session:
        await registry.disable_client(session, "gone", hub.clock())
    wrong = Registration(client.client_id, gone.secret)
    shown = (Registration("nobody", gone.secret), wrong, gone)
    times: dict[str, list[float]] = {one.client_id: [] for one in shown}
    for _ in range(samples):
        for one in shown:
            began = time.perf_counter()
            assert (await hub.token(one)).status_code == 401
            times[one.client_id].append(time.perf_counter() - began)
    medians = [statistics.median(spent) for spent in times.values()]
    assert max(medians) / min(medians) < 1.2, medians


@pytest.mark.long
async def test_whoever_is_not_proved_waits_as_long(hub: RunningHub, client: Registration) -> None:
    await answered_alike(hub, client, 500)


FORM = "application/x-www-form-urlencoded"
BROKEN = [
    ("", FORM, 400, "invalid_request"),
    ("grant_type=", FORM, 400, "invalid_request"),
    ("grant_type=password", FORM, 400, "unsupported_grant_type"),
    ("grant_type=authorization_code", FORM, 401, "invalid_client"),
    ("grant_type=a&grant_type=a", FORM, 400, "invalid_request"),
    ("grant_type=%FF", FORM, 400, "invalid_request"),
    ("grant_type=a&scope=%00", FORM, 400, "invalid_request"),
    ("\N{SNOWMAN}=1", FORM, 400, "invalid_request"),
    ("&".join("abcdefghijklmnopqrstuvwxyz"), FORM, 400, "invalid_request"),
    ('{"grant_type": "client_credentials"}', "application/json", 400, "invalid_request"),
    ("grant_type=client_credentials", "text/plain", 400, "invalid_request"),
    ("x=" + "y" * 20_000, FORM, 413, "invalid_request"),
]


async def test_broken_requests_are_told_so(hub: RunningHub, client: Registration) -> None:
    for content, media, status, error in BROKEN:
        answer = await hub.http.post(
            "/oauth/token",
            content=content.encode(),
            headers={"content-type": media},
            auth=auth(client),
        )
        assert (answer.status_code, answer.json()["error"]) == (status, error), content[:40]
        assert answer.headers["cache-control"] == "no-store"


async def test_two_proofs_at_once_are_refused(hub: RunningHub, client: Registration) -> None:
    answer = await hub.token(client, **assertion("pol-system"))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_tokens_come_by_post_only(hub: RunningHub) -> None:
    assert (await hub.http.get("/oauth/token")).status_code == 405


async def used_once(hub: RunningHub, assertions: int, tries: int) -> None:
    await hub.register("pol-keyed", Role.SUBMITTER, agency="POL", jwks=JWKS)
    for _ in range(assertions):
        shown = assertion()
        answers = await asyncio.gather(
            *(hub.http.post("/oauth/token", data=shown) for _ in range(tries))
        )
        assert sorted(answer.status_code for answer in answers) == [200] + [401] * (tries - 1)


async def test_an_assertion_is_used_once_however_many_try(hub: RunningHub) -> None:
    await used_once(hub, assertions=5, tries=20)


@pytest.mark.long
async def test_a_thousand_assertions_are_used_once(hub: RunningHub) -> None:
    await used_once(hub, assertions=1000, tries=20)


async def test_an_assertion_is_spent_even_when_the_request_fails(hub: RunningHub) -> None:
    await hub.register("pol-keyed", Role.SUBMITTER, agency="POL", jwks=JWKS)
    shown = assertion()
    first = await hub.http.post("/oauth/token", data=shown | {"scope": "audit:read"})
    assert first.json()["error"] == "invalid_scope"
    assert (await hub.http.post("/oauth/token", data=shown)).status_code == 401


async def test_every_try_is_recorded(
    hub: RunningHub, client: Registration, owner: AsyncEngine
) -> None:
    await hub.token(client)
    await hub.token(client, scope="audit:read")
    await hub.token(Registration("a-secret-in-the-wrong-field", "x"))
    assert await events(owner) == [
        ("token.issue", "pol-system", "pol-system", "done"),
        ("token.issue", "pol-system", "pol-system", "invalid_scope"),
        ("token.issue", "unknown", None, "invalid_client"),
    ]


async def test_no_record_no_token(
    hub: RunningHub, client: Registration, owner: AsyncEngine
) -> None:
    async with owner.begin() as connection:
        await connection.execute(text("REVOKE INSERT ON audit.event FROM hub_identity"))
    with pytest.raises(Exception, match="permission denied"):
        await hub.token(client)


async def test_no_secret_reaches_a_log_or_the_database(
    hub: RunningHub,
    client: Registration,
    owner: AsyncEngine,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("authlib").setLevel(logging.DEBUG)
    await hub.register("pol-keyed", Role.SUBMITTER, agency="POL", jwks=JWKS)
    shown = assertion()
    tokens = [
        (await hub.token(client)).json()["access_token"],
        (await hub.http.post("/oauth/token", data=shown)).json()["access_token"],
    ]
    await hub.http.post("/oauth/token", data=shown)
    await hub.token(Registration("pol-system", "planted-wrong-secret"))
    async with owner.connect() as connection:
        stored = [
            str((await connection.execute(text(f"SELECT * FROM {table}"))).all())  # noqa: S608
            for table in ("identity.client", "identity.assertion", "audit.event")
        ]
    planted = [client.secret or "", shown["client_assertion"], "planted-wrong-secret", *tokens]
    everything = [*stored, *(f"{r.getMessage()} {r.args} {r.exc_info}" for r in caplog.records)]
    assert not [secret for secret in planted for line in everything if secret in line]
    assert caplog.records, "nothing was logged at all, so this test proves nothing"


async def test_revoking_ends_a_token_at_once(hub: RunningHub, client: Registration) -> None:
    token = (await hub.token(client)).json()["access_token"]
    bearer = f"Bearer {token}"
    assert (await hub.whoami(authorization=bearer)).status_code == 200
    assert (await introspect(hub, client, token))["active"] is True
    answer = await hub.http.post("/oauth/revoke", data={"token": token}, auth=auth(client))
    assert answer.status_code == 200
    ended = await hub.whoami(authorization=bearer)
    assert ended.status_code == 401
    assert 'error="invalid_token"' in ended.headers["www-authenticate"]
    assert await introspect(hub, client, token) == {"active": False}


async def test_another_clients_token_can_neither_be_ended_nor_seen(
    hub: RunningHub, client: Registration
) -> None:
    other = await hub.register("waid-system", Role.SUBMITTER, agency="WAID")
    token = (await hub.token(client)).json()["access_token"]
    answer = await hub.http.post("/oauth/revoke", data={"token": token}, auth=auth(other))
    assert answer.status_code == 200
    assert (await hub.whoami(authorization=f"Bearer {token}")).status_code == 200
    assert await introspect(hub, other, token) == {"active": False}
    assert await introspect(hub, client, "nonsense") == {"active": False}


@pytest.mark.parametrize("path", ["/oauth/revoke", "/oauth/introspect"])
async def test_revoking_and_introspecting_need_a_proved_client(
    hub: RunningHub, client: Registration, path: str
) -> None:
    token = (await hub.token(client)).json()["access_token"]
    assert (await hub.http.post(path, data={"token": token})).status_code == 401
    for proof in (("pol-system", "wrong"), ("nobody", "x")):
        answer = await hub.http.post(path, data={"token": token}, auth=proof)
        assert answer.status_code == 401
    assert (await hub.whoami(authorization=f"Bearer {token}")).status_code == 200


async def test_metadata_names_the_endpoints_and_the_keys(
    hub: RunningHub, client: Registration
) -> None:
    body = (await hub.http.get("/.well-known/oauth-authorization-server")).json()
    assert body["issuer"] == hub.settings.issuer
    assert body["grant_types_supported"] == [
        "authorization_code",
        "client_credentials",
        "refresh_token",
    ]
    assert body["response_types_supported"] == ["code"]
    assert body["code_challenge_methods_supported"] == ["S256"]
    assert body["authorization_response_iss_parameter_supported"] is True
    assert body["authorization_endpoint"] == f"{hub.settings.issuer}/oauth/authorize"
    assert "none" not in body["introspection_endpoint_auth_methods_supported"]
    keys = (await hub.http.get(body["jwks_uri"])).json()["keys"]
    header = json.loads(b64((await hub.token(client)).json()["access_token"].split(".")[0]))
    assert header["kid"] in [key["kid"] for key in keys]
    assert not any("d" in key for key in keys)
    assert set(body["scopes_supported"]) >= scopes_of(Role)


def auth(client: Registration) -> tuple[str, str]:
    return client.client_id, client.secret or ""


async def introspect(hub: RunningHub, client: Registration, token: str) -> dict[str, Any]:
    answer: httpx2.Response = await hub.http.post(
        "/oauth/introspect", data={"token": token}, auth=auth(client)
    )
    body: dict[str, Any] = answer.json()
    return body


def b64(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
