"""Public clients: ``/oauth/authorize``, codes with PKCE, refreshing, and what ends them."""

import asyncio
import base64
import hashlib
import json
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from joserfc import jwt
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.auth import registry
from hub.auth.delegated import challenge_of
from hub.auth.registry import disable_client, register_public, revoke_role
from hub.auth.roles import Role
from hub.auth.sessions import make_ticket
from hub.errors import ConflictError, InvalidError
from hub.settings import Settings
from tests.provider.browsing import query

from .oauth_hub import BASE, RunningHub, events, running

BACK = "http://127.0.0.1:4711/cb"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode()[:43]
SCOPES = "journey:read published:read"
ASKED = {
    "client_id": "notebook",
    "redirect_uri": BACK,
    "response_type": "code",
    "scope": SCOPES,
    "state": "s 1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
SAME = {"sec-fetch-site": "same-origin"}


class Moving:
    """A clock that a test sets on."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock() -> Moving:
    return Moving()


@pytest.fixture
async def hub(settings: Settings, clock: Moving) -> AsyncIterator[RunningHub]:
    """A hub with one notebook program and one analyst, signed in by a ticket of the demo."""
    demo = settings.model_copy(update={"env": "demo"})
    async with running(demo, clock) as opened:
        async with opened.database.identity() as session:
            await register_public(
                session,
                client_id="notebook",
                title="Notebook",
                at=clock(),
                redirect_uris=[BACK],
                scopes=["journey:read", "published:read", "audit:read"],
            )
        await opened.register("ana", Role.ANALYST, person="person-1")
        yield opened


@pytest.fixture
async def cookie(hub: RunningHub) -> str:
    async with hub.database.identity() as session:
        ticket = await make_ticket(session, "ana", hub.clock())
    answer = await hub.http.get(f"/sign-in?ticket={ticket}")
    return str(answer.headers["set-cookie"]).partition(";")[0]


async def ask(hub: RunningHub, cookie: str, **changed: str | None) -> httpx2.Response:
    asked = {name: value for name, value in (ASKED | changed).items() if value is not None}
    return await hub.http.get(f"/oauth/authorize?{urlencode(asked)}", headers={"cookie": cookie})


async def allow(hub: RunningHub, cookie: str, **changed: str) -> httpx2.Response:
    form = ASKED | {"decision": "allow"} | changed
    return await hub.http.post("/oauth/authorize", data=form, headers=SAME | {"cookie": cookie})


async def new_code(hub: RunningHub, cookie: str, **changed: str) -> str:
    answer = await allow(hub, cookie, **changed)
    return query(answer.headers["location"])["code"]


async def redeem(hub: RunningHub, code: str, **changed: str | None) -> httpx2.Response:
    form = {
        "grant_type": "authorization_code",
        "client_id": "notebook",
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    } | changed
    sent = {name: value for name, value in form.items() if value is not None}
    return await hub.http.post("/oauth/token", data=sent)


async def refresh(hub: RunningHub, token: str, **changed: str) -> httpx2.Response:
    form = {"grant_type": "refresh_token", "client_id": "notebook", "refresh_token": token}
    return await hub.http.post("/oauth/token", data=form | changed)


async def whoami(hub: RunningHub, token: str) -> httpx2.Response:
    return await hub.whoami(authorization=f"Bearer {token}")


async def test_a_program_acts_for_a_person_who_allows_it(
    hub: RunningHub, cookie: str, owner: AsyncEngine
) -> None:
    page = await ask(hub, cookie)
    assert page.status_code == 200
    assert "Notebook wants to act for you" in page.text
    assert "<script" not in page.text
    assert page.headers["content-security-policy"].endswith(
        "form-action 'self' http://127.0.0.1:4711"
    )
    answer = await allow(hub, cookie)
    told = query(answer.headers["location"])
    assert answer.headers["location"].startswith(BACK + "?code=")
    assert (told["state"], told["iss"]) == ("s 1", BASE)
    tokens = (await redeem(hub, told["code"])).json()
    assert (tokens["expires_in"], tokens["scope"], tokens["token_type"]) == (600, SCOPES, "Bearer")
    caller = (await whoami(hub, tokens["access_token"])).json()
    assert caller == {
        "subject": "person-1",
        "client_id": "notebook",
        "agency": None,
        "roles": ["analyst"],
        "scopes": ["journey:read", "published:read"],
    }
    acts = [(act, actor, outcome) for act, actor, _, outcome in await events(owner)]
    assert ("consent.give", "person-1", "done") in acts


async def test_nobody_is_asked_before_signing_in(hub: RunningHub) -> None:
    answer = await ask(hub, "")
    assert answer.status_code == 401
    assert "wants to act" not in answer.text
    posted = await hub.http.post("/oauth/authorize", data=ASKED | {"decision": "allow"})
    assert posted.status_code == 401


async def test_denying_is_told_and_gives_nothing(hub: RunningHub, cookie: str) -> None:
    answer = await allow(hub, cookie, decision="deny")
    assert query(answer.headers["location"]) == {
        "error": "access_denied",
        "state": "s 1",
        "iss": BASE,
    }


async def test_another_site_cannot_allow(hub: RunningHub, cookie: str) -> None:
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "http://evil.example"}, {}):
        form = ASKED | {"decision": "allow"}
        answer = await hub.http.post(
            "/oauth/authorize", data=form, headers=headers | {"cookie": cookie}
        )
        assert (answer.status_code, "location" in answer.headers) == (403, False)


ADDRESSES = [
    None,
    "",
    BACK + "/",
    BACK + "x",
    BACK + "?x=1",
    BACK + "#f",
    BACK.upper(),
    BACK.replace("http", "HTTP"),
    BACK.replace("/cb", "/CB"),
    BACK.replace("/cb", ""),
    BACK.replace("/cb", "/./cb"),
    BACK.replace("/cb", "/x/../cb"),
    BACK.replace("/cb", "//cb"),
    BACK.replace("/cb", "/%63b"),
    BACK.replace(":4711", ""),
    BACK.replace("4711", "4712"),
    BACK.replace("127.0.0.1", "localhost"),
    BACK.replace("127.0.0.1", "127.1"),
    BACK.replace("http:", "https:"),
    BACK.replace("127.0.0.1", "user@127.0.0.1"),
    BACK.replace("127.0.0.1", "127.0.0.1.evil.example"),
    BACK + "\n",
    " " + BACK,
    "https://evil.example/cb",
]


async def test_a_redirect_address_is_compared_character_for_character(
    hub: RunningHub, cookie: str
) -> None:
    assert len(ADDRESSES) >= 20
    for address in ADDRESSES:
        answer = await ask(hub, cookie, redirect_uri=address)
        assert (answer.status_code, "location" in answer.headers) == (400, False), address
    for client_id in ("nobody", "ana", None):
        answer = await ask(hub, cookie, client_id=client_id)
        assert (answer.status_code, "location" in answer.headers) == (400, False), client_id
    assert (await ask(hub, cookie)).status_code == 200


def twice(name: str, value: str) -> str:
    return f"/oauth/authorize?{urlencode(ASKED)}&{urlencode({name: value})}"


async def test_pkce_is_s256_at_both_ends_and_nothing_else(hub: RunningHub, cookie: str) -> None:
    """A7: the cases at the authorization endpoint, then those at the token endpoint."""
    for changed in (
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"code_challenge_method": "s256"},
        {"code_challenge": None},
        {"code_challenge": CHALLENGE[:-1]},
        {"code_challenge": CHALLENGE + "A"},
        {"code_challenge": CHALLENGE[:-1] + "="},
        {"code_challenge": VERIFIER + "é"},
    ):
        answer = await ask(hub, cookie, **changed)
        assert query(answer.headers["location"])["error"] == "invalid_request", changed
    for name in ("code_challenge", "code_challenge_method"):
        doubled = await hub.http.get(twice(name, ASKED[name]), headers={"cookie": cookie})
        assert (doubled.status_code, "location" in doubled.headers) == (400, False)
    for verifier in (None, "", "w" * 43, VERIFIER[:42], VERIFIER + "v", CHALLENGE, "v" * 42 + "!"):
        answer = await redeem(hub, await new_code(hub, cookie), code_verifier=verifier)
        assert answer.status_code == 400, verifier


async def test_what_is_left_out_or_too_short_is_said_so(hub: RunningHub, cookie: str) -> None:
    """Before the code is looked at, so that the slip does not use it up."""
    code = await new_code(hub, cookie)
    for answer in (
        await redeem(hub, ""),
        await redeem(hub, code, redirect_uri=None),
        await redeem(hub, code, code_verifier=None),
    ):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert (await redeem(hub, code)).status_code == 200
    short = "v" * 42
    code = await new_code(hub, cookie, code_challenge=challenge_of(short))
    assert (await redeem(hub, code, code_verifier=short)).json()["error"] == "invalid_grant"
    odd = await redeem(hub, await new_code(hub, cookie), code_verifier="é" * 43)
    assert odd.json()["error"] == "invalid_grant"


async def test_a_guessed_verifier_uses_the_code_up(hub: RunningHub, cookie: str) -> None:
    code = await new_code(hub, cookie)
    assert (await redeem(hub, code, code_verifier="w" * 43)).json()["error"] == "invalid_grant"
    assert (await redeem(hub, code)).json()["error"] == "invalid_grant"


async def test_scope_is_granted_exactly_or_refused(hub: RunningHub, cookie: str) -> None:
    """A9 at this endpoint: missing, unknown, beyond the program, beyond the person."""
    for scope in (None, "", "no:such", "journey:read no:such", "schema:read", "audit:read"):
        answer = await ask(hub, cookie, scope=scope)
        assert query(answer.headers["location"])["error"] == "invalid_scope", scope
    posted = await allow(hub, cookie, scope="audit:read")
    assert query(posted.headers["location"])["error"] == "invalid_scope"


async def test_other_faults_go_back_to_the_program(hub: RunningHub, cookie: str) -> None:
    for changed, error in (
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"state": "x" * 513}, "invalid_request"),
        ({"state": "a\nb"}, "invalid_request"),
    ):
        told = query((await ask(hub, cookie, **changed)).headers["location"])
        assert (told["error"], told["iss"]) == (error, BASE), changed


async def test_a_code_is_for_its_program_its_address_and_a_minute(
    hub: RunningHub, cookie: str, clock: Moving
) -> None:
    async with hub.database.identity() as session:
        await register_public(
            session,
            client_id="other",
            title="Other",
            at=clock(),
            redirect_uris=[BACK],
            scopes=["journey:read"],
        )
    for changed in ({"client_id": "other"}, {"redirect_uri": BACK + "x"}, {"code": "x"}):
        answer = await redeem(hub, **({"code": await new_code(hub, cookie)} | changed))
        assert answer.json()["error"] == "invalid_grant", changed
    for client_id in ("nobody", "ana", None):
        answer = await redeem(hub, await new_code(hub, cookie), client_id=client_id)
        assert answer.json()["error"] == "invalid_client", client_id
    code = await new_code(hub, cookie)
    clock.ahead = timedelta(seconds=60)
    assert (await redeem(hub, code)).json()["error"] == "invalid_grant"


async def exactly_once(hub: RunningHub, cookie: str, codes: int, tries: int) -> int:
    """Redeem codes by many at once; how many of these were told to come again, and came."""
    waited = 0
    for _ in range(codes):
        code = await new_code(hub, cookie)
        answers = await asyncio.gather(*(redeem(hub, code) for _ in range(tries)))
        given = [one.json() for one in answers if one.status_code == 200]
        assert len(given) == 1
        # Whoever waited too long for the others' lock is told so, and got nothing yet.
        told = [await redeem(hub, code) if one.status_code == 503 else one for one in answers]
        waited += sum(one.status_code == 503 for one in answers)
        assert {one.json()["error"] for one in told if one.status_code != 200} == {"invalid_grant"}
        assert sum(one.status_code == 200 for one in told) == 1
        assert (await whoami(hub, given[0]["access_token"])).status_code == 401
        again = await refresh(hub, given[0]["refresh_token"])
        assert again.json()["error"] == "invalid_grant"
    return waited


async def test_a_code_is_redeemed_once_and_reuse_ends_what_it_gave(
    hub: RunningHub, cookie: str
) -> None:
    await exactly_once(hub, cookie, codes=5, tries=10)


@pytest.mark.long
@pytest.mark.parametrize("part", range(4))
async def test_a_thousand_codes_are_redeemed_once(hub: RunningHub, cookie: str, part: int) -> None:
    waited = await exactly_once(hub, cookie, codes=250, tries=10)
    print("part", part, "told to come again:", waited)  # noqa: T201 what the page of proofs records


async def test_refreshing_rotates_and_reuse_ends_the_family(
    hub: RunningHub, cookie: str, owner: AsyncEngine
) -> None:
    first = (await redeem(hub, await new_code(hub, cookie))).json()
    second = (await refresh(hub, first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert (await whoami(hub, second["access_token"])).status_code == 200
    assert (await refresh(hub, first["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await whoami(hub, second["access_token"])).status_code == 401
    assert (await refresh(hub, second["refresh_token"])).json()["error"] == "invalid_grant"


async def test_of_ten_refreshes_at_once_one_works_and_the_family_ends(
    hub: RunningHub, cookie: str
) -> None:
    for _ in range(3):
        given = (await redeem(hub, await new_code(hub, cookie))).json()
        answers = await asyncio.gather(*(refresh(hub, given["refresh_token"]) for _ in range(10)))
        assert sorted(one.status_code for one in answers) == [200] + [400] * 9
        winner = next(one.json() for one in answers if one.status_code == 200)
        assert (await refresh(hub, winner["refresh_token"])).json()["error"] == "invalid_grant"
        assert (await whoami(hub, winner["access_token"])).status_code == 401


async def test_refreshing_ends_eight_hours_after_signing_in(
    hub: RunningHub, cookie: str, clock: Moving
) -> None:
    given = (await redeem(hub, await new_code(hub, cookie))).json()
    clock.ahead = timedelta(hours=7, minutes=59)
    given = (await refresh(hub, given["refresh_token"])).json()
    clock.ahead = timedelta(hours=8, seconds=1)
    assert (await refresh(hub, given["refresh_token"])).json()["error"] == "invalid_grant"


async def test_refreshing_may_ask_for_less_and_never_for_more(hub: RunningHub, cookie: str) -> None:
    given = (await redeem(hub, await new_code(hub, cookie))).json()
    less = (await refresh(hub, given["refresh_token"], scope="journey:read")).json()
    assert less["scope"] == "journey:read"
    more = await refresh(hub, less["refresh_token"], scope="journey:read audit:read")
    assert more.json()["error"] == "invalid_scope"


async def test_a_refresh_token_is_for_its_program_alone(hub: RunningHub, cookie: str) -> None:
    given = (await redeem(hub, await new_code(hub, cookie))).json()
    other = await refresh(hub, given["refresh_token"], client_id="ana")
    assert other.json()["error"] == "invalid_client"
    assert (await refresh(hub, given["refresh_token"])).status_code == 200


async def test_the_persons_rights_end_the_programs(hub: RunningHub, cookie: str) -> None:
    given = (await redeem(hub, await new_code(hub, cookie))).json()
    async with hub.database.identity() as session:
        await revoke_role(session, "ana", Role.ANALYST)
    hub.standing.forget()
    assert (await whoami(hub, given["access_token"])).json()["scopes"] == []
    async with hub.database.identity() as session:
        await disable_client(session, "ana", hub.clock())
    hub.standing.forget()
    assert (await whoami(hub, given["access_token"])).status_code == 401
    assert (await refresh(hub, given["refresh_token"])).json()["error"] == "invalid_grant"


async def test_disabling_the_program_ends_its_tokens(hub: RunningHub, cookie: str) -> None:
    given = (await redeem(hub, await new_code(hub, cookie))).json()
    async with hub.database.identity() as session:
        await disable_client(session, "notebook", hub.clock())
    hub.standing.forget()
    assert (await whoami(hub, given["access_token"])).status_code == 401
    assert (await refresh(hub, given["refresh_token"])).status_code == 401
    assert (await ask(hub, cookie)).status_code == 400


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
async def test_a_program_revokes_its_own(hub: RunningHub, cookie: str, which: str) -> None:
    given = (await redeem(hub, await new_code(hub, cookie))).json()
    form = {"client_id": "notebook", "token": given[which]}
    assert (await hub.http.post("/oauth/revoke", data=form)).status_code == 200
    assert (await whoami(hub, given["access_token"])).status_code == 401


async def test_a_public_client_has_no_right_of_its_own(hub: RunningHub) -> None:
    form = {"grant_type": "client_credentials", "client_id": "notebook"}
    answer = await hub.http.post("/oauth/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    async with hub.database.identity() as session:
        with pytest.raises(InvalidError):
            await register_public(
                session,
                client_id="unfit",
                title="",
                at=hub.clock(),
                redirect_uris=["http://example.org/cb"],
                scopes=["journey:read"],
            )
        with pytest.raises(ConflictError, match="public client"):
            await registry.grant_role(
                session, "notebook", Role.ANALYST, granted_by="test", at=hub.clock()
            )


async def test_nothing_that_opens_a_door_is_stored_or_logged(
    hub: RunningHub, cookie: str, owner: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    """A11 and A17: every secret of these flows, searched in every table and every log record."""
    caplog.set_level(logging.DEBUG)
    for name in ("authlib", "httpx2", "sqlalchemy", "asyncpg"):
        caplog.set_level(logging.DEBUG, logger=name)
    code = await new_code(hub, cookie)
    given = (await redeem(hub, code)).json()
    again = (await refresh(hub, given["refresh_token"])).json()
    await redeem(hub, code)
    await refresh(hub, "planted-" + secrets.token_hex(8))
    planted = [code, VERIFIER, cookie.partition("=")[2]]
    planted += [given[name] for name in ("access_token", "refresh_token")]
    planted += [again[name] for name in ("access_token", "refresh_token")]
    async with owner.connect() as connection:
        tables = await connection.execute(
            text(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_catalog.pg_tables "
                "WHERE schemaname IN ('identity', 'audit')"
            )
        )
        stored = [
            str((await connection.execute(text(f"SELECT * FROM {table}"))).all())  # noqa: S608
            for table in tables.scalars()
        ]
    own = [r for r in caplog.records if "httpx2" not in r.name and "httpcore" not in r.name]
    said = [f"{record.getMessage()} {record.args} {record.exc_info}" for record in own]
    assert not [secret for secret in planted for line in [*stored, *said] if secret in line]
    assert len(stored) >= 8


Change = Callable[[dict[str, Any]], dict[str, Any]]
FORGERIES: dict[str, Change] = {
    "no consent": lambda claims: {k: v for k, v in claims.items() if k != "consent"},
    "for another person": lambda claims: claims | {"sub": "notebook"},
    "by a client of its own": lambda claims: claims | {"client_id": "ana"},
    "consent a number": lambda claims: claims | {"consent": 1},
    "second factor a text": lambda claims: claims | {"auth_time": "0"},
    "a person's token of their own": lambda claims: claims | {"sub": "ana", "client_id": "ana"},
}


async def test_a_token_that_mixes_person_and_program_is_refused(
    hub: RunningHub, cookie: str
) -> None:
    given = (await redeem(hub, await new_code(hub, cookie))).json()["access_token"]
    part = given.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    header = {"alg": "ES256", "typ": "at+jwt", "kid": hub.keys.active.kid}
    assert (await whoami(hub, jwt.encode(header, claims, hub.keys.active))).status_code == 200
    for case, change in FORGERIES.items():
        forged = jwt.encode(header, change(claims), hub.keys.active)
        assert (await whoami(hub, forged)).status_code == 401, case
