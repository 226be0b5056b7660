"""Answers of a release are kept; a new release, another audience, another right still count."""

from typing import Any

import httpx2
from sqlalchemy import insert

from hub.app import RunningHub
from hub.auth.roles import Role
from hub.clock import now
from hub.db.tables import protected
from hub.protected.releases import Audience
from tests.functional.conftest import Client, Sign

DOCUMENT = """{ observations(indicators: ["POL_DA_CRIME"], first: 5) { nodes { figure { value } } }
  release { id } }"""


async def publish(hub: RunningHub, name: str, audience: str, value: int) -> None:
    """Put a made-up release of one figure straight into the store."""
    number = int(name[-1])
    head = {
        "id": name,
        "sequence": number,
        "audience": audience,
        "content_hash": name,
        "policy_version": "1",
        "vocabulary_version": "1",
        "prepared_by": "one",
        "approved_by": "two",
        "published_at": now(),
        "visible_from": now(),
        "cells": 1,
    }
    cell = {
        "release_id": name,
        "indicator": "POL_DA_CRIME",
        "area": "E07000102",
        "period": "CY2017",
        "breakdown": "",
        "value": value,
        "status": "PUBLISHED",
        "provenance": [],
        "derived": False,
    }
    async with hub.database.release() as session:
        await session.execute(insert(protected.release).values(head))
        await session.execute(insert(protected.observation).values(cell))


async def asked(client: Client, **headers: str) -> httpx2.Response:
    url = httpx2.URL("/graphql", params={"query": DOCUMENT})
    return await client.get(str(url), **{"Accept": "application/json", **headers})


def told(answer: httpx2.Response) -> Any:
    data = answer.json()["data"]
    return data["release"]["id"], data["observations"]["nodes"][0]["figure"]["value"]


async def test_a_new_release_is_seen_at_once(hub: RunningHub, sign: Sign) -> None:
    analyst = await sign(Role.ANALYST)
    hub.shelf.is_hearing = True
    await publish(hub, "made-1", "partner", 617)
    first, again = await asked(analyst), await asked(analyst)
    assert told(first) == told(again) == ("made-1", 617.0)
    assert first.headers["etag"] == again.headers["etag"]
    assert (await asked(analyst, **{"If-None-Match": again.headers["etag"]})).status_code == 304
    await publish(hub, "made-2", "partner", 618)
    assert told(await asked(analyst)) == ("made-2", 618.0)


async def test_a_release_of_another_process_is_seen_at_its_news(
    hub: RunningHub, sign: Sign
) -> None:
    analyst = await sign(Role.ANALYST)
    hub.shelf.is_hearing = True
    await publish(hub, "made-1", "partner", 617)
    assert told(await asked(analyst)) == ("made-1", 617.0)
    await publish(hub, "made-2", "partner", 618)
    # As if another process had published it: this one knows nothing of it.
    hub.database.released -= 1
    assert told(await asked(analyst)) == ("made-1", 617.0)
    hub.shelf.hear()
    assert told(await asked(analyst)) == ("made-2", 618.0)


async def test_the_second_answer_costs_no_query(hub: RunningHub, sign: Sign) -> None:
    analyst = await sign(Role.ANALYST)
    hub.shelf.is_hearing = True
    await publish(hub, "made-1", "partner", 617)
    first = await asked(analyst)
    async with hub.database.release() as session:
        # What no hub does: the store changed behind a published release shows who was asked.
        await session.execute(
            insert(protected.observation).values(
                release_id="made-1", indicator="POL_DA_CRIME", area="E07000102", period="CY2016",
                status="SUPPRESSED", provenance=[], derived=False,
            )
        )  # fmt: skip
    hub.shelf.hear()
    assert (await asked(analyst)).content == first.content


async def test_what_was_kept_for_partners_is_never_given_to_the_public(
    hub: RunningHub, sign: Sign
) -> None:
    """Both audiences have one release each, of the same shape, with another figure."""
    analyst, stranger = await sign(Role.ANALYST), await sign(Role.SUBMITTER, "TRPOL")
    await publish(hub, "made-1", "partner", 617)
    await publish(hub, "made-3", "public", 620)
    assert told(await asked(analyst)) == ("made-1", 617.0)
    assert told(await asked(stranger)) == ("made-1", 617.0)
    public = await hub.shelf.edition(Audience.PUBLIC)
    partner = await hub.shelf.edition(Audience.PARTNER)
    assert public.number != partner.number
    assert [one.id for one in public.releases] == ["made-3"]


async def test_who_may_not_ask_is_not_given_a_kept_answer(hub: RunningHub, sign: Sign) -> None:
    """The same analyst with a token for less: audience, edition and document are the same."""
    analyst = await sign(Role.ANALYST)
    await publish(hub, "made-1", "partner", 617)
    assert told(await asked(analyst)) == ("made-1", 617.0)
    grant = {"grant_type": "client_credentials", "scope": "schema:read"}
    answer = await analyst.http.post(
        "/oauth/token", data=grant, auth=(analyst.client_id, analyst.secret)
    )
    analyst.token = answer.json()["access_token"]
    refused = (await asked(analyst)).json()
    assert refused["data"] is None
    assert refused["errors"][0]["extensions"]["code"] == "SCOPE"


async def test_a_kept_answer_is_compressed_for_who_takes_it(hub: RunningHub, sign: Sign) -> None:
    analyst = await sign(Role.ANALYST)
    url = httpx2.URL("/graphql", params={"query": "{ indicators { code title description } }"})
    first = await analyst.get(str(url), **{"Accept-Encoding": "identity"})
    second = await analyst.get(str(url), **{"Accept-Encoding": "gzip"})
    assert second.headers["content-encoding"] == "gzip"
    assert second.json() == first.json()
    assert "Accept-Encoding" in second.headers["vary"]
