"""Saved queries over HTTP: who gets in, tags, names, and what an address may not ask."""

import base64
import re
from collections.abc import AsyncIterator

import pytest

from hub.auth.roles import Role
from hub.exports.files import KINDS
from hub.web import queries
from hub.web.queries import PARAMETERS
from tests.conftest import FreshSettings
from tests.functional.acts import Partnership, open_partnership, rows

JOURNEY = "area=E07000102&period=CY2017"


@pytest.fixture(scope="module")
async def partnership(fresh_settings: FreshSettings) -> AsyncIterator[Partnership]:
    """A county police's return, released to partners."""
    async with open_partnership(fresh_settings) as made:
        police = rows(("POL_DA_CRIME", 617), ("POL_DA_INCIDENT", 653))
        await made.returned("POLICE_CRIME/HERTS_POLICE/CY2017", police)
        await made.release()
        yield made


def basic(client_id: str, secret: str) -> dict[str, str]:
    """The header of an id and a secret."""
    pair = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_has_a_tag_and_is_not_sent_twice(
    partnership: Partnership, kind: str
) -> None:
    analyst = await partnership.client(Role.ANALYST)
    address = f"/v1/queries/journey.{kind}?{JOURNEY}"
    first = await analyst.get(address)
    assert first.status_code == 200, first.text
    assert first.headers["content-type"] == KINDS[kind].media
    assert first.headers["cache-control"] == "private, no-cache"
    assert "Authorization" in first.headers["vary"]
    again = await analyst.get(address, **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("kind", KINDS)
async def test_file_names_are_the_servers(partnership: Partnership, kind: str) -> None:
    analyst = await partnership.client(Role.ANALYST)
    address = f"/v1/queries/journey.{kind}?area=E07000102&period=2017-05%2F2017-12"
    header = (await analyst.get(address)).headers["content-disposition"]
    named = re.fullmatch(r'(inline|attachment); filename="([A-Za-z0-9_-]+)\.([a-z]+)"', header)
    assert named
    assert named.groups() == (
        "attachment" if KINDS[kind].is_saved else "inline",
        "journey-E07000102-2017-05_2017-12",
        kind,
    )


async def test_a_dashboard_reads_with_its_id_and_secret(partnership: Partnership) -> None:
    analyst = await partnership.client(Role.ANALYST)
    address = f"/v1/queries/journey.csv?{JOURNEY}"
    shown = basic(analyst.client_id, analyst.secret)
    answer = await analyst.http.get(address, headers=shown)
    assert answer.content == (await analyst.get(address)).content
    wrong = await analyst.http.get(address, headers=basic(analyst.client_id, "wrong"))
    nobody = await analyst.http.get(address, headers=basic("nobody", analyst.secret))
    assert (wrong.status_code, nobody.status_code) == (401, 401)


async def test_who_shows_nothing_is_asked_for_either(partnership: Partnership) -> None:
    """Power Query, R and urllib send an id and a secret only where they are asked for them."""
    http = (await partnership.client(Role.ANALYST)).http
    for ending in ("csv", "csv-metadata.json"):
        answer = await http.get(f"/v1/queries/journey.{ending}?{JOURNEY}")
        asked = answer.headers.get_list("www-authenticate")
        assert answer.status_code == 401
        assert [one.split()[0] for one in asked] == ["Bearer", "Basic"]


async def test_an_id_and_a_secret_change_nothing(partnership: Partnership) -> None:
    police = await partnership.client(Role.SUBMITTER, "HERTS_POLICE")
    answer = await police.http.put(
        "/v1/returns/POLICE_CRIME/HERTS_POLICE/CY2017",
        json=rows(("POL_DA_CRIME", 617)),
        headers=basic(police.client_id, police.secret),
    )
    assert answer.status_code == 401


async def test_a_csv_leads_to_its_description(partnership: Partnership) -> None:
    analyst = await partnership.client(Role.ANALYST)
    table = await analyst.get(f"/v1/queries/journey.csv?{JOURNEY}")
    link = re.fullmatch(
        r'<([^>]+)>; rel="describedby"; type="application/csvm\+json"', table.headers["link"]
    )
    assert link
    described = await analyst.get(f"/v1/queries/{link[1]}")
    assert described.status_code == 200
    content = described.json()
    assert content["url"] == f"journey.csv?{JOURNEY}"
    names = [column["name"] for column in content["tableSchema"]["columns"]]
    assert ",".join(names) == table.text.splitlines()[0]


@pytest.mark.parametrize("name", PARAMETERS)
async def test_an_unknown_parameter_is_refused(partnership: Partnership, name: str) -> None:
    """A filter that is misspelt must not fail open."""
    analyst = await partnership.client(Role.ANALYST)
    answer = await analyst.get(f"/v1/queries/{name}.csv?orderBy=value")
    assert answer.status_code == 400
    assert "orderBy" not in answer.text


async def test_more_observations_than_a_file_holds_are_refused(
    partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    analyst = await partnership.client(Role.ANALYST)
    assert (await analyst.get("/v1/queries/observations.csv")).status_code == 200
    monkeypatch.setattr(queries, "MOST", 1)
    refused = await analyst.get("/v1/queries/observations.csv")
    assert (refused.status_code, "narrow by area" in refused.text) == (400, True)


@pytest.mark.parametrize("address", ["journey.pdf", "nothing.csv", "nothing.csv-metadata.json"])
async def test_an_unknown_file_is_not_found(partnership: Partnership, address: str) -> None:
    analyst = await partnership.client(Role.ANALYST)
    answer = await analyst.get(f"/v1/queries/{address}?{JOURNEY}")
    assert answer.status_code == 404
    assert "journey, overview" in answer.json()["detail"]


async def test_a_chart_of_too_much_says_so(partnership: Partnership) -> None:
    analyst = await partnership.client(Role.ANALYST)
    answer = await analyst.get("/v1/queries/completeness.svg?period=FY2017-18")
    assert answer.status_code in {200, 422}
    table = await analyst.get("/v1/queries/completeness.csv?period=FY2017-18")
    assert table.status_code == 200
    assert table.text.startswith("release,period,dataset")


async def test_the_public_is_not_told_who_owes(partnership: Partnership) -> None:
    public = await partnership.client(Role.PUBLIC)
    answer = await public.get("/v1/queries/completeness.csv?period=FY2017-18")
    assert answer.status_code == 403


async def test_openapi_describes_every_saved_query(partnership: Partnership) -> None:
    http = (await partnership.client(Role.ANALYST)).http
    paths = (await http.get("/openapi.json")).json()["paths"]
    for name, known in PARAMETERS.items():
        get = paths[f"/v1/queries/{name}.{{format}}"]["get"]
        assert {one["name"] for one in get["parameters"] if one["in"] == "query"} == {*known}
        assert len(get["responses"]["200"]["content"]) == len(KINDS)
        assert f"/v1/queries/{name}.csv-metadata.json" in paths
