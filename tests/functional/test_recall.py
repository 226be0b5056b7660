"""The very same request again is not read again; all that may have changed is asked each time."""

from collections.abc import AsyncIterator

import pytest

from hub.auth.registry import disable_client, revoke_role
from hub.auth.roles import Role
from hub.clock import now
from hub.running import RunningHub
from hub.web.graphql import Asks
from tests.functional.conftest import Client, Sign
from tests.functional.test_kept_answers import asked, publish, told
from tests.functional.test_rates import ask, limited

WIDE = '{ observations(indicators: ["POL_DA_CRIME"], first: 100) { nodes { figure { value } } } }'


@pytest.fixture
async def reader(hub: RunningHub, sign: Sign) -> AsyncIterator[Client]:
    """An analyst whose request has come three times."""
    analyst = await sign(Role.ANALYST)
    hub.shelf.is_hearing = True
    await publish(hub, "made-1", "partner", 617)
    for _ in range(3):
        assert told(await asked(analyst)) == ("made-1", 617.0)
    yield analyst


async def test_it_is_not_read_again(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Asks, "read_query")
    first, second = await asked(reader), await asked(reader)
    assert told(first) == ("made-1", 617.0)
    assert first.content == second.content
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    for name in ("etag", "vary", "cache-control", "content-type", "content-security-policy"):
        assert first.headers[name] == second.headers[name]


async def test_a_new_release_is_told(hub: RunningHub, reader: Client) -> None:
    await publish(hub, "made-2", "partner", 618)
    assert told(await asked(reader)) == ("made-2", 618.0)


async def test_a_role_taken_away_ends_it(hub: RunningHub, reader: Client) -> None:
    async with hub.database.identity() as session:
        await revoke_role(session, reader.client_id, Role.ANALYST)
    hub.standing.forget()
    assert (await asked(reader)).json()["data"] is None


async def test_a_disabled_client_is_refused(hub: RunningHub, reader: Client) -> None:
    async with hub.database.identity() as session:
        await disable_client(session, reader.client_id, now())
    hub.standing.forget()
    assert (await asked(reader)).status_code == 401


async def test_a_revoked_token_is_refused(hub: RunningHub, reader: Client) -> None:
    who = (reader.client_id, reader.secret)
    ended = await reader.http.post("/oauth/revoke", data={"token": reader.token}, auth=who)
    assert ended.status_code == 200
    assert (await asked(reader)).status_code == 401


async def test_it_counts_as_the_first_did(hub: RunningHub, reader: Client) -> None:
    async with limited(hub, rows_per_minute=1500) as http:
        codes = [(await ask(http, reader, WIDE)).status_code for _ in range(12)]
    many = codes.count(200)
    assert 3 <= many < 12, "so many that the later ones were recalled"
    assert codes == [200] * many + [429] * (12 - many)


async def test_its_line_in_the_log_is_as_the_firsts(
    reader: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    await asked(reader)
    line = next(each for each in capsys.readouterr().out.splitlines() if "route=/graphql" in each)
    assert f"client={reader.client_id}" in line
    assert "document=None" not in line
    assert "rows=None" not in line
