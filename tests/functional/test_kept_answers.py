"""Answers of a release are kept; a new release, another audience, another right still count."""

import json
from asyncio import gather
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import isawaitable
from typing import Any

import httpx2
import pytest
from graphql import execute, parse
from sqlalchemy import Pool, event, insert

from hub.auth.roles import Role
from hub.clock import now
from hub.db.logins import Duty
from hub.db.tables import protected
from hub.errors import DatabaseError
from hub.protected.releases import Audience
from hub.running import RunningHub
from hub.schema.compiled.compiling import compile_document
from hub.schema.read.context import ReadContext
from hub.schema.read.query import schema
from hub.views.library import Library
from tests.factory import principal
from tests.functional.conftest import Client, Sign

READER = principal(Role.ANALYST)
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


async def test_the_parts_of_a_document_are_asked_one_after_the_other(hub: RunningHub) -> None:
    """Sixteen pages at once would take every connection from the other readers, and a dozen such
    documents would be told that the hub is overloaded. The executor asks all parts at once."""
    await publish(hub, "made-1", "partner", 617)
    pages = " ".join(
        f'p{n}: observations(areas: ["E07000102"], first: {n + 1}) {{ nodes {{ derived }} }}'
        for n in range(16)
    )
    context = ReadContext(READER, Library(hub.database, hub.words, Audience.PARTNER))
    looked: list[object] = []
    with hearing(Pool, "checkout", lambda *_: looked.append(None)):
        found = execute(schema._schema, parse(f"{{ {pages} }}"), context_value=context)
        result = await found if isawaitable(found) else found
    assert not result.errors
    assert len(result.data or ()) == 16
    assert len(looked) == 1, "only the first part looks which releases there are"
    assert await connections(hub) == 1


async def test_questions_that_come_together_look_once(hub: RunningHub) -> None:
    await publish(hub, "made-1", "partner", 617)
    hub.shelf.is_hearing = True
    looked: list[object] = []
    with hearing(Pool, "checkout", lambda *_: looked.append(None)):
        found = await gather(*(hub.shelf.edition(Audience.PARTNER) for _ in range(20)))
    assert {edition.number for edition in found} == {found[0].number}
    assert len(looked) == 1


async def test_who_waits_for_a_look_is_told_how_it_failed(hub: RunningHub) -> None:
    """At once, not each after a time limit of its own."""
    hub.shelf.is_hearing = True
    tried: list[object] = []

    def fail(*_: object) -> None:
        tried.append(None)
        raise OSError

    with hearing(hub.database._engines[Duty.READ].sync_engine, "do_connect", fail):
        await hub.database._engines[Duty.READ].dispose()
        asked = (hub.shelf.edition(Audience.PARTNER) for _ in range(20))
        found = await gather(*asked, return_exceptions=True)
    assert all(isinstance(one, DatabaseError) for one in found)
    assert len(tried) == 1
    assert (await hub.shelf.edition(Audience.PARTNER)).releases == ()


@contextmanager
def hearing(target: Any, name: str, heard: Callable[..., None]) -> Iterator[None]:
    event.listen(target, name, heard)
    yield
    event.remove(target, name, heard)


async def connections(hub: RunningHub) -> int:
    """Count what single questions hold; those of sessions are of the same login."""
    (row,) = await hub.database.reads.rows(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE usename = current_user AND backend_type = 'client backend' "
        "AND query LIKE '%protected.observation%'"
    )
    return int(row[0])


async def test_pages_of_one_table_take_one_statement(
    hub: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compiled or not: what is read together is told apart again."""
    await publish(hub, "made-1", "partner", 617)
    asked: list[str] = []
    ask = hub.database.reads.rows

    async def counted(statement: str, *values: object) -> list[Any]:
        asked.append(statement)
        return await ask(statement, *values)

    monkeypatch.setattr(hub.database.reads, "rows", counted)
    page = 'areas: ["E07000102"], periods: ["CY2017"], breakdowns: []'
    document = parse(
        f'{{ a: observations(indicators: ["POL_DA_CRIME"], {page}) {{ nodes {{ derived }} }}'
        f'   b: observations(indicators: ["IDV_REFERRAL"], {page}) {{ nodes {{ derived }} }}'
        f'   c: observations(indicators: ["MAR_CASE"], {page}) {{ nodes {{ derived }} }} }}'
    )
    expected = {"a": {"nodes": [{"derived": False}]}, "b": {"nodes": []}, "c": {"nodes": []}}
    plan = compile_document(schema._schema, document)
    assert plan is not None
    context = ReadContext(READER, Library(hub.database, hub.words, Audience.PARTNER))
    assert json.loads(await plan.run(context, {})) == expected
    assert len(asked) == 1
    context = ReadContext(READER, Library(hub.database, hub.words, Audience.PARTNER))
    found = execute(schema._schema, document, context_value=context)
    result = await found if isawaitable(found) else found
    assert (result.data, result.errors) == (expected, None)
    # Nobody says what of the total is asked, so that each counts its own.
    assert [statement.count("count(*)") for statement in asked[1:]] == [0, 1, 1, 1]
